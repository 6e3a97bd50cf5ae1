import { z } from 'zod';
import { limits } from '../../model/limits.ts';
import { TenantSize } from '../../sync/tenant-size.ts';
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

const reducedScope = z
  .array(z.string())
  .meta({ description: 'What is left out for want of permissions, as sentences.' });

const Probe = z
  .object({
    tenant: Tenant,
    permissions: Permissions,
    missing: z.array(z.string()).meta({ description: 'Graph application permissions that are not granted.' }),
    reducedScope,
    ready: z
      .boolean()
      .meta({ description: 'All that a run with the settings of today cannot do without is there.' }),
  })
  .meta({ id: 'Probe' });

const Preview = z
  .object({
    tenant: Tenant.extend({ defaultDomain: z.string().optional() }),
    domains: z.array(Domain),
    size: TenantSize.meta({ description: 'Users and groups of the tenant, as far as Graph counts them.' }),
    hash: z.string().meta({ description: 'Names tenant and domains as shown here, for `:confirm`.' }),
    confirmed: z.boolean().meta({ description: 'This very tenant and these domains are confirmed.' }),
    reducedScope,
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
} as const satisfies Record<string, Operation>;
