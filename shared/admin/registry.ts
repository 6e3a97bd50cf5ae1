import { z } from 'zod';
import type { AdminAccessPorts, AdminKeyAccess, AdminScope } from '../access/admin-access.ts';
import { AdminRole } from '../access/admin-access.ts';
import { type DirectoryAccess, DirectorySettings, StoredKey } from '../access/directory-access.ts';
import { DirectoryId, KeyId, OrganizationId } from '../model/ids.ts';
import type { AuditDraft, AuditEntry, AuditHead } from './audit.ts';
import { nestedRecordFields } from './nested-record.ts';

/** Features that an organization may turn off; those of organizations that never said are on. */
export const PreviewFeatures = z.object({ nestedDirectories: z.boolean().default(true) });
export type PreviewFeatures = z.infer<typeof PreviewFeatures>;

export const allPreviews: PreviewFeatures = PreviewFeatures.parse({});

export const OrganizationRecord = z.object({
  id: OrganizationId,
  name: z.string(),
  preview: PreviewFeatures.prefault({}),
  /** Ids of tenants that its own administrators may connect; those of the installation may connect any. */
  tenants: z.array(z.string()).default([]),
  version: z.int().positive(),
  created: z.iso.datetime(),
  lastModified: z.iso.datetime(),
});
export type OrganizationRecord = z.infer<typeof OrganizationRecord>;

const directoryFields = {
  id: DirectoryId,
  organizationId: OrganizationId,
  name: z.string(),
  state: z.enum(['active', 'paused', 'deleted']),
  version: z.int().positive(),
  created: z.iso.datetime(),
  lastModified: z.iso.datetime(),
};

export const ScimDirectoryRecord = z.object({
  ...directoryFields,
  kind: z.literal('scim'),
  /** The tenant when the provider is Entra, as far as it was told. */
  entraTenantId: z.string().optional(),
  settings: DirectorySettings,
  keys: z.array(StoredKey),
});
export type ScimDirectoryRecord = z.infer<typeof ScimDirectoryRecord>;

export const NestedDirectoryRecord = z.object({ ...directoryFields, ...nestedRecordFields });
export type NestedDirectoryRecord = z.infer<typeof NestedDirectoryRecord>;

/** A directory as its organization keeps it; kinds are told apart by `kind`. */
export const DirectoryRecord = z.discriminatedUnion('kind', [ScimDirectoryRecord, NestedDirectoryRecord]);
export type DirectoryRecord = z.infer<typeof DirectoryRecord>;

export const AdminKeyRecord = z.object({
  id: KeyId,
  hash: z.string(),
  /** Undefined for the first key, whose form its owner chose. */
  prefix: z.string().optional(),
  name: z.string(),
  role: AdminRole,
  scope: z.union([z.literal('all'), OrganizationId]),
  version: z.int().positive(),
  created: z.iso.datetime(),
  expires: z.iso.datetime().nullable(),
  revoked: z.boolean(),
});
export type AdminKeyRecord = z.infer<typeof AdminKeyRecord>;

export interface Page<T> {
  readonly items: readonly T[];
  /** `after` of the next page; absent at the end. */
  readonly next?: string;
}

/** A directory whose record cannot be read, and why. */
export interface UnreadDirectory {
  readonly id: DirectoryId;
  readonly unread: unknown;
}

export type ListedDirectory = Pick<NestedDirectoryRecord, 'id' | 'organizationId'>;

export interface PageOf {
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * Organizations, directories and keys. Each write is one transaction with its audit entry, so that nothing happens unaudited and no
 * name is held for what is not there; what the key check reads follows it and is brought up to date by whoever touches it next.
 * Writes that replace return false when `before` is stale.
 */
export interface Registry {
  organization(id: OrganizationId): Promise<OrganizationRecord | undefined>;
  organizations(page: PageOf): Promise<Page<OrganizationRecord>>;
  /** Also of such as are just being made, or were just deleted. */
  organizationIds(page: PageOf): Promise<Page<OrganizationId>>;
  createOrganization(record: OrganizationRecord, audit: AuditDraft): Promise<void>;
  replaceOrganization(
    before: OrganizationRecord,
    after: OrganizationRecord,
    audit: AuditDraft,
  ): Promise<boolean>;
  /** Refusal `conflict` while it has directories. Its audit entries stay. */
  deleteOrganization(before: OrganizationRecord, audit: AuditDraft): Promise<boolean>;

  directory(organization: OrganizationId, id: DirectoryId): Promise<DirectoryRecord | undefined>;
  directories(organization: OrganizationId, page: PageOf): Promise<Page<DirectoryRecord>>;
  /** The same, with a word in the place of each whose record cannot be read. */
  listedDirectories(
    organization: OrganizationId,
    page: PageOf,
  ): Promise<Page<DirectoryRecord | UnreadDirectory>>;
  /**
   * Refusal `uniqueness` for a name that is taken, `not-found` when the organization is gone, `conflict` with reason
   * `provisioning_mode_exclusive` for a second nested directory, or for a tenant that another kind of directory provisions (C5).
   */
  createDirectory(record: DirectoryRecord, audit: AuditDraft): Promise<void>;
  /** Refusal `uniqueness` for a name that is taken. State `deleted` frees the name, kills the keys and hides the directory. */
  replaceDirectory(before: DirectoryRecord, after: DirectoryRecord, audit: AuditDraft): Promise<boolean>;

  /** Of every organization, by name alone, so that one whose record cannot be read is in nobody's way. */
  nestedDirectories(page: PageOf): Promise<Page<ListedDirectory>>;

  adminKeys(scope: AdminScope, page: PageOf): Promise<Page<AdminKeyRecord>>;
  adminKey(scope: AdminScope, id: KeyId): Promise<AdminKeyRecord | undefined>;
  createAdminKey(record: AdminKeyRecord, audit: AuditDraft): Promise<void>;
  revokeAdminKey(record: AdminKeyRecord, audit: AuditDraft): Promise<boolean>;

  /** Entries after `after` in the order of their numbers, and the head that vouches for the last. */
  audit(
    scope: AdminScope,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly AuditEntry[]>;
  auditHead(scope: AdminScope): Promise<AuditHead>;

  /** Writes an entry about an act that changes no record. */
  note(scope: AdminScope, audit: AuditDraft): Promise<void>;

  directoryAccess(id: DirectoryId): Promise<DirectoryAccess | undefined>;
  adminKeyAccess: AdminAccessPorts['adminKeyAccess'];
  importFirstAdminKey: AdminAccessPorts['importFirstAdminKey'];
  /** From now on memberships of groups in groups are looked for. */
  markNesting(id: DirectoryId): Promise<void>;

  /** Brings what the key checks of an organization read in line with it, where a process died in between; how many were behind. */
  completeInterrupted(scope: AdminScope): Promise<number>;
  /** Deleted directories whose rows may still be there. */
  deletedDirectories(organization: OrganizationId): Promise<readonly DirectoryRecord[]>;
  /** Forgets a deleted directory for good. */
  forgetDirectory(record: DirectoryRecord): Promise<void>;
}

/** No key opens a nested directory over SCIM. */
export const toDirectoryAccess = (record: DirectoryRecord): Omit<DirectoryAccess, 'nesting'> => ({
  directoryId: record.id,
  organizationId: record.organizationId,
  state: record.state,
  settings: record.kind === 'scim' ? record.settings : DirectorySettings.parse({}),
  keys: record.kind === 'scim' && record.state !== 'deleted' ? record.keys : [],
});

export const toAdminKeyAccess = (record: AdminKeyRecord): AdminKeyAccess => ({
  id: record.id,
  hash: record.hash,
  role: record.role,
  scope: record.scope,
  expires: record.expires,
  revoked: record.revoked,
});
