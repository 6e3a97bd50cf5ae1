import { z } from 'zod';
import { DirectoryId, RunId } from '../../model/ids.ts';
import { NestedSettings, SyncScope } from '../../sync/settings.ts';
import { DirectoryCounts } from '../../sync/sync-state.ts';
import { CloudName, Confirmation, ConnectionCredential, NestedDirectorySettings } from '../nested-record.ts';
import { Name, Time } from './operation.ts';
import { organizationParams } from './organizations.ts';
import { TenantId } from './tenant-id.ts';

const connection = {
  tenantId: TenantId.optional(),
  cloud: CloudName.optional().meta({
    description: 'Microsoft cloud of the tenant; the installation says which by default.',
  }),
  credential: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('managed-identity') }),
      z.strictObject({
        kind: z.enum(['client-secret', 'certificate']),
        clientId: z.guid().optional(),
        secretSetting: z
          .string()
          .regex(/^GRAPH_[A-Z0-9_]{1,60}$/)
          .optional()
          .meta({ description: 'App setting that holds the secret, best as a Key Vault reference.' }),
      }),
      z.strictObject({ kind: z.literal('federated'), clientId: z.guid().optional() }),
    ])
    .optional()
    .meta({ description: 'How Rookery proves who it is; as the installation is set up by default.' }),
};

export const ConnectionDraft = z.strictObject(connection).meta({ id: 'ConnectionDraft' });

const acknowledgeLimitations = z.literal(true).optional().meta({
  description: 'You have read docs/nested-directories.md, what is not synchronized included.',
});

const threshold = z
  .strictObject({ floor: z.int().min(0), percent: z.number().min(0).max(100), absolute: z.int().min(0) })
  .partial();
const fields = NestedSettings.shape;

const growthLimit = z.int().min(1).nullable().meta({
  description: 'A run that would grow the directory past it waits for approval; null: no limit.',
});

/** What is not understood of a scope is not left out silently: it would let others in than were meant. */
const [all, groups, application] = SyncScope.options;
const scope = z.discriminatedUnion('kind', [all.strict(), groups.strict(), application.strict()]);

/** Settings to change; those that are absent stay, also within `safeguard`. */
export const SyncSettingsPatch = z
  .strictObject({
    scope,
    verifiedDomainsOnly: z.boolean(),
    domains: z
      .array(z.string().max(253).toLowerCase())
      .max(5000)
      .nullable()
      .meta({ description: 'Members of these domains alone; null: of all, or of all verified ones.' }),
    guests: fields.guests.unwrap(),
    treatForeignMembersAs: fields.treatForeignMembersAs.unwrap(),
    maxMembersPerGroup: fields.maxMembersPerGroup.unwrap(),
    maxUsers: growthLimit,
    maxGroups: growthLimit,
    maxMemberships: growthLimit,
    safeguard: z
      .strictObject({
        ...{ enabled: z.boolean(), memberships: threshold, users: threshold, groups: threshold },
        perGroup: threshold.omit({ absolute: true }).meta({
          description:
            'Members that one group may lose within 24 hours: the larger of `floor` and `percent` of those that it had before.',
        }),
      })
      .partial(),
    baseline: fields.baseline.unwrap(),
    baselineWaitSeconds: fields.baselineWaitSeconds.unwrap(),
    intervalMinutes: fields.intervalMinutes.unwrap(),
    auditDays: fields.auditDays.unwrap().meta({
      description: 'Days in which Graph counts the members of every group once, to be compared; 0: never.',
    }),
    logFreeMemory: z.boolean(),
    runLogDays: z.int().min(1).max(365),
  })
  .partial()
  .meta({ id: 'SyncSettingsPatch' });

export const NestedDirectoryDraft = z
  .strictObject({
    name: Name,
    kind: z.literal('nested'),
    connection: ConnectionDraft.optional(),
    settings: SyncSettingsPatch.optional(),
    acknowledgeLimitations,
  })
  .meta({ id: 'NestedDirectoryDraft' });

export const SyncSettings = NestedDirectorySettings.meta({ id: 'SyncSettings' });

export const Connection = z
  .object({
    tenantId: z.string().optional(),
    displayName: z.string().optional().meta({ description: 'As the tenant calls itself.' }),
    cloud: CloudName,
    credential: ConnectionCredential,
  })
  .meta({ id: 'Connection' });

const ConnectionSecret = z
  .object({
    setting: z.string().meta({ description: 'App setting that holds the secret or certificate.' }),
    expires: Time.optional().meta({ description: 'Absent when the installation does not know it.' }),
    daysLeft: z.int().optional(),
  })
  .meta({ id: 'ConnectionSecret' });

export const ConsentLink = z
  .object({
    url: z.url().meta({ description: 'For an administrator of the tenant; works once.' }),
    expires: Time,
    permissions: z.array(z.string()).meta({ description: 'Application permissions that are asked for.' }),
  })
  .meta({ id: 'ConsentLink' });

export const NestedState = z.enum([
  'enabled',
  'in_progress',
  'disabled',
  'quarantined',
  'stale',
  'awaiting_confirmation',
  'awaiting_approval',
]);

const NestedHint = z
  .object({
    code: z.enum([
      'preview_off',
      'limitations_not_acknowledged',
      'confirmation_required',
      'domains_changed',
      'waits_for_graph',
      'last_run_failed',
      'run_stuck',
      'unsettled',
      'reduced_scope',
      'scope_empty',
      'awaiting_approval',
      'stale',
      'secret_expired',
      'secret_expires_soon',
      'secret_expiry_unknown',
    ]),
    text: z.string(),
  })
  .meta({ id: 'NestedHint' });

const signed = z.object({ by: z.string(), at: Time });

export const NestedDirectory = z
  .object({
    id: DirectoryId,
    organizationId: organizationParams.shape.organizationId,
    kind: z
      .literal('nested')
      .meta({ description: '`nested`: read from Microsoft Graph, nested groups flattened.' }),
    name: Name,
    state: NestedState,
    created: Time,
    lastModified: Time,
    connection: Connection,
    secret: ConnectionSecret.optional().meta({
      description: 'Absent when nothing of the credential expires.',
    }),
    acknowledged: signed.optional(),
    consented: z.object({ at: Time }).optional(),
    confirmation: Confirmation.optional(),
    settings: SyncSettings,
    settingsVersion: z.int(),
    debug: z.object({ by: z.string(), until: Time }).optional().meta({
      description: 'Runs log each thing they do, until then.',
    }),
    runs: z.object({
      active: RunId.optional(),
      last: z
        .object({ id: RunId, status: z.string(), startedAt: z.string(), failure: z.string().optional() })
        .optional(),
      lastCompleted: z.object({ id: RunId, at: z.string() }).optional(),
      nextDueAt: Time.optional().meta({ description: 'Absent when runs are started by hand only.' }),
    }),
    counts: DirectoryCounts.meta({ description: 'Of the last completed run; 0 before it.' }),
    hints: z.array(NestedHint),
    consent: ConsentLink.optional().meta({ description: 'In the answer to its creation only.' }),
  })
  .meta({ id: 'NestedDirectory' });
