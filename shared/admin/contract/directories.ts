import { z } from 'zod';
import { DirectorySettings, DirectorySettingsPatch } from '../../access/directory-access.ts';
import { DirectoryId, KeyId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { DirectoryTraffic, LoggedRequest } from '../request-log.ts';
import { directoryParams } from './directory-params.ts';
import { NestedDirectory, NestedDirectoryDraft } from './nested-directory.ts';
import { listQuery, Name, type Operation, pageOf, Time } from './operation.ts';
import { organizationParams } from './organizations.ts';
import { TenantId } from './tenant-id.ts';

export const ScimKey = z
  .object({
    id: KeyId,
    prefix: z.string().meta({ description: 'How the key begins.', example: 'rk_scim_4fQzT09a' }),
    created: Time,
    expires: Time,
    daysLeft: z
      .int()
      .meta({ description: 'Days until it stops working, rounded up; 0 when it no longer works.' }),
    replacedFrom: Time.optional().meta({ description: 'When the key that replaced it takes over alone.' }),
    lastUsed: Time.optional().meta({ description: 'To the minute.' }),
    working: z.boolean(),
  })
  .meta({ id: 'ScimKey' });

const secret = z.string().meta({
  description: 'The SCIM key: in this answer only, it is not stored.',
  example: 'rk_scim_4fQzT09a…',
});
const alreadyShown = z.literal(true).optional().meta({
  description: 'Set instead of `key` when an Idempotency-Key repeats a request whose answer held it.',
});

export const Hint = z
  .object({
    code: z.enum([
      'waiting_for_first_request',
      'provisioning_off',
      'no_objects_assigned',
      'no_key',
      'key_expired',
      'key_expires_soon',
      'calls_refused',
      'expected_exceeded',
      'limit_reached',
      'large_removal',
    ]),
    text: z.string(),
  })
  .meta({ id: 'Hint' });

const scimDirectory = z.object({
  id: DirectoryId,
  organizationId: organizationParams.shape.organizationId,
  kind: z.literal('scim').meta({ description: '`scim`: the identity provider pushes over SCIM 2.0.' }),
  provider: z.enum(['entra', 'other']),
  tenantId: z.string().optional().meta({ description: 'Of the provider `entra`.' }),
  name: Name,
  state: z.enum(['configured', 'receiving', 'paused']).meta({
    description:
      '`configured` until users or groups are first asked for or sent; tests of the connection do not count.',
  }),
  created: Time,
  lastModified: Time,
  settings: DirectorySettings,
  scim: z.object({
    baseUrl: z.url().meta({ description: 'Tenant URL to enter in Entra.' }),
    key: secret.optional(),
    keyAlreadyShown: alreadyShown,
  }),
  keys: z.array(ScimKey),
  traffic: DirectoryTraffic.omit({ keysUsed: true }),
  nextCycle: z.object({ earliest: Time, latest: Time }).optional().meta({
    description:
      'When the next cycle is likely to begin, as Entra usually pauses 20 to 40 minutes: an estimate, no promise.',
  }),
  links: z.object({ provisioningLogs: z.url() }).optional().meta({
    description: 'Where Entra shows what it sent; there when tenant and `entraApplication` are known.',
  }),
});
const ScimDirectory = scimDirectory
  .extend({
    counts: z.object({ users: z.int(), groups: z.int() }),
    hints: z.array(Hint),
  })
  .meta({ id: 'ScimDirectory' });
export const Directory = z
  .discriminatedUnion('kind', [ScimDirectory, NestedDirectory])
  .meta({ id: 'Directory' });
const UnknownDirectory = z
  .object({
    id: DirectoryId,
    organizationId: organizationParams.shape.organizationId,
    state: z.literal('unknown'),
    kind: z.enum(['scim', 'nested']).optional(),
    name: Name.optional(),
    created: Time.optional(),
    lastModified: Time.optional(),
  })
  .meta({
    id: 'UnknownDirectory',
    description:
      'A directory that did not answer just now: what is known of it, and of one whose record cannot be read only the id. What is ' +
      'absent is unknown and not empty; read it alone, or list again.',
  });
export const DirectorySummary = z
  .union([
    z.discriminatedUnion('kind', [scimDirectory.meta({ id: 'ScimDirectorySummary' }), NestedDirectory]),
    UnknownDirectory,
  ])
  .meta({ id: 'DirectorySummary' });

const keyExpiresInDays = z.int().min(1).max(limits.keyLifeDaysDefault).optional().meta({
  description: 'Days until the key expires; 365 when absent.',
  example: 365,
});

const ScimDirectoryDraft = z
  .strictObject({
    name: Name,
    kind: z.literal('scim'),
    provider: z.enum(['entra', 'other']).default('other').meta({
      description: 'Who pushes. A tenant that pushes cannot be read by a nested directory as well.',
    }),
    tenantId: TenantId.optional().meta({
      description: 'The tenant of the provider `entra`, which needs it.',
    }),
    settings: DirectorySettings.optional(),
    keyExpiresInDays,
  })
  .refine(({ provider, tenantId }) => (provider === 'entra') === (tenantId !== undefined), {
    path: ['tenantId'],
    message: 'belongs to the provider entra',
  })
  .meta({ id: 'ScimDirectoryDraft' });

const DirectoryDraft = z
  .discriminatedUnion('kind', [ScimDirectoryDraft, NestedDirectoryDraft])
  .meta({ id: 'DirectoryDraft' });

const NewScimKey = z
  .object({
    key: secret.optional(),
    keyAlreadyShown: alreadyShown,
    id: KeyId,
    prefix: z.string(),
    expires: Time,
  })
  .meta({ id: 'NewScimKey' });

const one = '/api/v1/orgs/{organizationId}/directories/{directoryId}';
const inDirectory = { tag: 'Directories', reach: 'organization', params: directoryParams } as const;

export const directoryOperations = {
  listDirectories: {
    method: 'GET',
    path: '/api/v1/orgs/{organizationId}/directories',
    summary: 'List the directories of an organization',
    description: 'One that does not answer within five seconds is in the list with the state `unknown`.',
    ...{ tag: 'Directories', role: 'reader', reach: 'organization', params: organizationParams },
    query: z.object({
      ...listQuery,
      expiring: z.coerce.number().int().min(0).max(365).optional().meta({
        description:
          'Only directories whose SCIM keys all stop working within so many days, or have stopped: the first to stop comes first.',
        example: 30,
      }),
    }),
    status: 200,
    answer: pageOf(DirectorySummary, 'DirectoryPage'),
  },
  createDirectory: {
    method: 'POST',
    path: '/api/v1/orgs/{organizationId}/directories',
    summary: 'Create a directory',
    description:
      'Of kind `scim`: its first SCIM key is in this answer only. Of kind `nested`: the link to consent, where the credential needs it, ' +
      'is. Names are unique in an organization, without regard to case. An organization has at most one nested directory, and a ' +
      'tenant is either pushed or read: 409 `provisioning_mode_exclusive` names the directory in the way.',
    ...{ tag: 'Directories', role: 'admin', reach: 'organization', params: organizationParams },
    body: DirectoryDraft,
    versioned: true,
    status: 201,
    answer: Directory,
  },
  readDirectory: {
    ...{ method: 'GET', path: one, ...inDirectory, role: 'reader' },
    summary: 'Read a directory with its counts: and its keys and traffic, or its runs',
    versioned: true,
    status: 200,
    answer: Directory,
  },
  changeDirectory: {
    ...{ method: 'PATCH', path: one, ...inDirectory, role: 'admin' },
    summary: 'Rename a directory or change its settings',
    description:
      'Id, URL and keys stay. What is absent stays as it is; both parts change together or not at all. Settings of a nested directory ' +
      'have their own address.',
    body: z
      .strictObject({ name: Name.optional(), settings: DirectorySettingsPatch.optional() })
      .meta({ id: 'DirectoryPatch' }),
    guarded: true,
    versioned: true,
    status: 200,
    answer: Directory,
  },
  deleteDirectory: {
    ...{ method: 'DELETE', path: one, ...inDirectory, role: 'admin' },
    summary: 'Delete a directory and all it holds',
    conditional: true,
    description: 'Its keys stop working at once; its rows are removed in the background.',
    query: z.object({
      confirm: z
        .string()
        .max(500)
        .meta({ description: 'The name of the directory.', example: 'Contoso workforce' }),
    }),
    status: 204,
  },
  pauseDirectory: {
    ...{ method: 'POST', path: `${one}:pause`, ...inDirectory, role: 'operator' },
    summary: 'Stop receiving; nothing is lost',
    versioned: true,
    status: 200,
    answer: Directory,
  },
  resumeDirectory: {
    ...{ method: 'POST', path: `${one}:resume`, ...inDirectory, role: 'operator' },
    summary: 'Receive again',
    versioned: true,
    status: 200,
    answer: Directory,
  },
  regenerateScimKey: {
    ...{
      method: 'POST',
      path: `${one}/scim-key:regenerate`,
      ...inDirectory,
      tag: 'SCIM keys',
      role: 'admin',
    },
    summary: 'Replace the SCIM key',
    description:
      'Keys before it stop working at once, or after `overlapMinutes`. The key is in this answer only.',
    body: z
      .strictObject({
        overlapMinutes: z.int().min(0).max(limits.keyOverlapMinutesMax).default(0).meta({ example: 60 }),
        expiresInDays: keyExpiresInDays,
      })
      .meta({ id: 'ScimKeyDraft' }),
    status: 200,
    answer: NewScimKey,
  },
  listScimKeys: {
    ...{ method: 'GET', path: `${one}/scim-keys`, ...inDirectory, tag: 'SCIM keys', role: 'reader' },
    summary: 'List the SCIM keys of a directory',
    status: 200,
    answer: pageOf(ScimKey, 'ScimKeyPage'),
  },
  revokeScimKey: {
    ...{
      method: 'DELETE',
      path: `${one}/scim-keys/{keyId}`,
      ...inDirectory,
      tag: 'SCIM keys',
      role: 'admin',
    },
    summary: 'Revoke a SCIM key at once',
    params: directoryParams.extend({ keyId: KeyId.meta({ description: 'Id of the key.' }) }),
    status: 204,
  },
  listRequests: {
    ...{ method: 'GET', path: `${one}/requests`, ...inDirectory, role: 'reader' },
    summary: 'What was received and what was answered, newest first',
    description:
      'Bodies are shown to admins only, with secrets removed. A page may be short and not the last.',
    query: z.object({
      ...listQuery,
      statusClass: z
        .enum(['2xx', '3xx', '4xx', '5xx'])
        .optional()
        .meta({ description: 'Only these answers.' }),
      method: z
        .enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
        .optional()
        .meta({ description: 'Only this method.' }),
      objectId: z
        .string()
        .max(100)
        .optional()
        .meta({ description: 'Only requests about this user or group.' }),
      since: z.iso
        .datetime({ offset: true })
        .optional()
        .meta({ description: 'Not before this time, RFC 3339.' }),
    }),
    status: 200,
    answer: pageOf(
      LoggedRequest.extend({
        likelyRetries: z.array(Time).optional().meta({
          description:
            'When Entra is likely to send a refused write again, an estimate: with its next cycle, or after 6, 12 and 24 hours and then daily.',
        }),
      }).meta({ id: 'LoggedRequest' }),
      'RequestPage',
    ),
  },
} as const satisfies Record<string, Operation>;
