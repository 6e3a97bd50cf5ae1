import { z } from 'zod';
import { GroupId, UserId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { directoryParams } from './directory-params.ts';
import {
  Connection,
  ConnectionDraft,
  ConsentLink,
  NestedDirectory,
  SyncSettings,
  SyncSettingsPatch,
} from './nested-directory.ts';
import { listQuery, type Operation, pageOf } from './operation.ts';

const one = '/api/v1/orgs/{organizationId}/directories/{directoryId}';
const inDirectory = { tag: 'Nested directories', reach: 'organization', params: directoryParams } as const;

const objectId = z.string().toLowerCase();
const userId = objectId.pipe(UserId).meta({ description: 'Entra object id of a user.' });
const groupId = objectId.pipe(GroupId).meta({ description: 'Entra object id of a group.' });

const previewQuery = z.object({
  ...listQuery,
  search: z.string().trim().max(120).optional().meta({
    description: 'Part of a name or address, without regard to case.',
  }),
});

const Domain = z
  .object({
    name: z.string(),
    isVerified: z.boolean().meta({ description: 'Others are shown and cannot be chosen.' }),
    isDefault: z.boolean(),
    isInitial: z.boolean(),
  })
  .meta({ id: 'TenantDomain' });

const Permissions = z
  .object({
    users: z.boolean(),
    groups: z.boolean(),
    domains: z.boolean(),
    hiddenMembers: z.boolean(),
    applications: z.boolean(),
  })
  .meta({ id: 'GraphPermissions' });

const Tenant = z.object({ tenantId: z.string(), displayName: z.string() }).meta({ id: 'Tenant' });

const Probe = z
  .object({
    tenant: Tenant,
    permissions: Permissions,
    missing: z.array(z.string()).meta({ description: 'Graph application permissions that are not granted.' }),
    reducedScope: z
      .array(z.string())
      .meta({ description: 'What is left out because of that, as sentences.' }),
    ready: z.boolean().meta({ description: 'All that a run cannot do without is there.' }),
  })
  .meta({ id: 'Probe' });

const Preview = z
  .object({
    tenant: Tenant.extend({ defaultDomain: z.string().optional() }),
    domains: z.array(Domain),
    hash: z.string().meta({ description: 'Names tenant and domains as shown here, for `:confirm`.' }),
    confirmed: z.boolean().meta({ description: 'This very tenant and these domains are confirmed.' }),
  })
  .meta({ id: 'Preview' });

const PreviewUser = z
  .object({
    id: z.string(),
    displayName: z.string().optional(),
    userPrincipalName: z.string().optional(),
    mail: z.string().optional(),
    guest: z.boolean(),
    enabled: z.boolean(),
  })
  .meta({ id: 'PreviewUser' });
const PreviewGroup = z
  .object({ id: z.string(), displayName: z.string().optional(), mail: z.string().optional() })
  .meta({ id: 'PreviewGroup' });

const EffectiveMember = z
  .object({
    type: z.string().meta({ description: '`user`; direct members also `group`, `device`, …' }),
    id: z.string(),
    userName: z.string().optional(),
    displayName: z.string().optional(),
    direct: z.boolean(),
    through: z.array(z.string()).meta({ description: 'Nested groups of this group that lead to the user.' }),
  })
  .meta({ id: 'EffectiveMember' });

const GroupOfUser = z
  .object({ id: z.string(), displayName: z.string().optional(), type: z.enum(['direct', 'indirect']) })
  .meta({ id: 'GroupOfUser' });

const Explanation = z
  .object({
    member: z.boolean(),
    reason: z.string().meta({ description: 'One sentence.' }),
    paths: z.array(z.array(z.string())).meta({
      description: 'Each from the asked group down to the group that holds the user directly.',
    }),
    morePaths: z.boolean(),
    user: z
      .object({ life: z.string(), counts: z.boolean(), inScope: z.boolean(), reason: z.string().optional() })
      .optional(),
    group: z.object({ life: z.string(), inScope: z.boolean(), held: z.boolean() }).optional(),
  })
  .meta({ id: 'Explanation' });

const UserSync = z
  .object({
    outcome: z.enum(['updated', 'unchanged', 'not-found', 'needs-run']),
    detail: z.string(),
  })
  .meta({ id: 'UserSync' });

const readsGraph = 'Reads Graph and stores nothing.';

export const nestedOperations = {
  changeConnection: {
    ...{ method: 'PATCH', path: `${one}/connection`, ...inDirectory, role: 'admin' },
    summary: 'Change which tenant is read, and as whom',
    description: 'The tenant is pinned once it is confirmed: 409 `tenant_pinned`.',
    body: ConnectionDraft,
    guarded: true,
    versioned: true,
    status: 200,
    answer: NestedDirectory,
  },
  readConnection: {
    ...{ method: 'GET', path: `${one}/connection`, ...inDirectory, role: 'reader' },
    summary: 'Read which tenant is read, and as whom',
    versioned: true,
    status: 200,
    answer: Connection,
  },
  createConsentLink: {
    ...{ method: 'POST', path: `${one}:consent-link`, ...inDirectory, role: 'admin' },
    summary: 'A link with which an administrator of the tenant consents',
    description: 'Works once and for 15 minutes; the answer must come from the pinned tenant.',
    status: 201,
    answer: ConsentLink,
  },
  probeConnection: {
    ...{ method: 'POST', path: `${one}:probe`, ...inDirectory, role: 'operator' },
    summary: 'What the connection may read',
    description: readsGraph,
    status: 200,
    answer: Probe,
  },
  previewDirectory: {
    ...{ method: 'GET', path: `${one}/preview`, ...inDirectory, role: 'operator' },
    summary: 'Which tenant and which domains are about to be synchronized',
    description: readsGraph,
    status: 200,
    answer: Preview,
  },
  previewDomains: {
    ...{ method: 'GET', path: `${one}/preview/domains`, ...inDirectory, role: 'operator' },
    summary: 'Domains of the tenant, by page',
    description: readsGraph,
    query: previewQuery,
    status: 200,
    answer: pageOf(Domain, 'PreviewDomainPage'),
  },
  previewUsers: {
    ...{ method: 'GET', path: `${one}/preview/users`, ...inDirectory, role: 'operator' },
    summary: 'Users of the tenant, by page',
    description: `${readsGraph} A page may be short and not the last.`,
    query: previewQuery,
    status: 200,
    answer: pageOf(PreviewUser, 'PreviewUserPage'),
  },
  previewGroups: {
    ...{ method: 'GET', path: `${one}/preview/groups`, ...inDirectory, role: 'operator' },
    summary: 'Groups of the tenant, by page',
    description: `${readsGraph} A page may be short and not the last.`,
    query: previewQuery,
    status: 200,
    answer: pageOf(PreviewGroup, 'PreviewGroupPage'),
  },
  acknowledgeLimitations: {
    ...{ method: 'POST', path: `${one}:acknowledge`, ...inDirectory, role: 'admin' },
    summary: 'You have read what nested synchronization cannot do',
    description: 'Kept with person and time, and in the audit.',
    versioned: true,
    status: 200,
    answer: NestedDirectory,
  },
  confirmDirectory: {
    ...{ method: 'POST', path: `${one}:confirm`, ...inDirectory, role: 'admin' },
    summary: 'Confirm tenant and domains as the preview showed them',
    description:
      'Reads Graph once more: 409 `preview_changed` when tenant or domains are not those of the hash any more. No run begins before.',
    body: z.strictObject({ hash: z.string().min(1).max(200) }).meta({ id: 'ConfirmationDraft' }),
    versioned: true,
    status: 200,
    answer: NestedDirectory,
  },
  readSyncSettings: {
    ...{ method: 'GET', path: `${one}/sync-settings`, ...inDirectory, role: 'reader' },
    summary: 'Read the settings of runs',
    description: 'The ETag is their version.',
    versioned: true,
    status: 200,
    answer: SyncSettings,
  },
  changeSyncSettings: {
    ...{ method: 'PATCH', path: `${one}/sync-settings`, ...inDirectory, role: 'admin' },
    summary: 'Change the settings of runs',
    description: 'They take effect with the next run; a run keeps the version it began with.',
    body: SyncSettingsPatch,
    guarded: true,
    versioned: true,
    status: 200,
    answer: SyncSettings,
  },
  debugDirectory: {
    ...{ method: 'POST', path: `${one}:debug`, ...inDirectory, role: 'operator' },
    summary: 'Have runs log each thing they do, for some hours',
    description:
      'Entries of level `debug` in the logs of runs that begin from now on: what was done, how long it took, calls, resource units, items ' +
      'and rows written, waits and faults; ids of groups, and no names, addresses, links or secrets. Ends by itself; `hours` 0 ends it at once.',
    body: z
      .strictObject({ hours: z.int().min(0).max(limits.debugHoursMax).default(4).meta({ example: 4 }) })
      .meta({ id: 'DebugDraft' }),
    versioned: true,
    status: 200,
    answer: NestedDirectory,
  },
  syncUser: {
    ...{ method: 'POST', path: `${one}/users/{userId}:sync`, ...inDirectory, role: 'operator' },
    summary: 'Read one user now',
    description:
      'Attributes are brought up to date at once; what changes memberships is left to the next run (`needs-run`).',
    params: directoryParams.extend({ userId }),
    status: 200,
    answer: UserSync,
  },
  listGroupMembers: {
    ...{ method: 'GET', path: `${one}/groups/{groupId}/members`, ...inDirectory, role: 'reader' },
    summary: 'Members of a group, through any depth of nesting or direct ones',
    description: 'As of the last completed run.',
    params: directoryParams.extend({ groupId }),
    query: z.object({
      ...listQuery,
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(1000)
        .default(200)
        .meta({ description: 'Items of a page at most.' }),
      effective: z.enum(['true', 'false']).default('true').meta({
        description: 'false: direct members only, of every type, as Graph lists them: without deleted ones.',
      }),
    }),
    status: 200,
    answer: pageOf(EffectiveMember, 'EffectiveMemberPage'),
  },
  listGroupsOfUser: {
    ...{ method: 'GET', path: `${one}/users/{userId}/groups`, ...inDirectory, role: 'reader' },
    summary: 'Groups that a user is an effective member of',
    params: directoryParams.extend({ userId }),
    query: z.object({
      ...listQuery,
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(1000)
        .default(200)
        .meta({ description: 'Items of a page at most.' }),
    }),
    status: 200,
    answer: pageOf(GroupOfUser, 'GroupOfUserPage'),
  },
  explainMembership: {
    ...{ method: 'GET', path: `${one}/explain`, ...inDirectory, role: 'reader' },
    summary: 'Why a user is, or is not, an effective member of a group',
    query: z.object({ user: userId, group: groupId }),
    status: 200,
    answer: Explanation,
  },
} as const satisfies Record<string, Operation>;
