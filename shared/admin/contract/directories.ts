import { z } from 'zod';
import { DirectorySettings, DirectorySettingsPatch } from '../../access/directory-access.ts';
import { KeyId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { LoggedRequest } from '../request-log.ts';
import { alreadyShown, Directory, DirectorySummary, ScimKey, secret } from './directory.ts';
import { directoryParams } from './directory-params.ts';
import { NestedDirectoryDraft } from './nested-directory.ts';
import { listQuery, Name, type Operation, pageOf, Time } from './operation.ts';
import { organizationParams } from './organizations.ts';
import { TenantId } from './tenant-id.ts';

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
