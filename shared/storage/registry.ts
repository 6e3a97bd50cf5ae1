import type { AdminScope } from '../access/admin-access.ts';
import type { AuditDraft } from '../admin/audit.ts';
import {
  type DirectoryRecord,
  OrganizationRecord,
  type Page,
  type PageOf,
  type Registry,
} from '../admin/registry.ts';
import { OrganizationId } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import { type AuditedWrites, auditedWrites } from './audit-log.ts';
import { adminKeyRegistry } from './registry-admin-keys.ts';
import { directoryRegistry } from './registry-directories.ts';
import { endOf, organizationKey, organizationsPartition } from './registry-keys.ts';
import { parseRecord, recordRow } from './registry-records.ts';
import type { FoundRow, Rows } from './registry-rows.ts';

/** The registry over the table `registry`, or over memory. */
export function registryOver(rows: Rows): Registry {
  const audited = auditedWrites(rows);
  const directories = directoryRegistry(rows, audited);
  const adminKeys = adminKeyRegistry(rows, audited);
  return {
    ...organizationRegistry(rows, audited, directories.deletedDirectories),
    ...directories,
    ...adminKeys,
    audit: audited.entries,
    auditHead: audited.head,
    note: async (scope, draft) => {
      await audited.write(scope, draft, []);
    },
    completeInterrupted: async (scope: AdminScope) =>
      (await adminKeys.completeAdminKeys(scope)) +
      (scope === 'all' ? 0 : await directories.completeDirectories(scope)),
  };
}

type OrganizationRegistry = Pick<
  Registry,
  | 'organization'
  | 'organizations'
  | 'organizationIds'
  | 'createOrganization'
  | 'replaceOrganization'
  | 'deleteOrganization'
>;

function organizationRegistry(
  rows: Rows,
  audited: AuditedWrites,
  deletedDirectories: (id: OrganizationId) => Promise<readonly DirectoryRecord[]>,
): OrganizationRegistry {
  const parse = (found: FoundRow) => parseRecord(OrganizationRecord, found);

  async function change(
    before: OrganizationRecord,
    audit: AuditDraft,
    after?: OrganizationRecord,
  ): Promise<boolean> {
    const found = await rows.row(before.id, organizationKey);
    if (found === undefined || parse(found).version !== before.version) return false;
    const outcome = await audited.write(before.id, audit, [
      after === undefined
        ? { action: 'delete', rowKey: organizationKey, etag: found.etag }
        : { action: 'replace', rowKey: organizationKey, etag: found.etag, row: recordRow(after) },
    ]);
    return outcome.kind === 'committed';
  }

  async function listed({ after, limit }: PageOf): Promise<Page<OrganizationId>> {
    const found = await rows.range(organizationsPartition, { from: 'org_', after, to: 'org`', limit });
    const items = found.map(({ rowKey }) => OrganizationId.parse(rowKey));
    const last = items.at(-1);
    return { items, ...(found.length === limit && last !== undefined ? { next: last } : {}) };
  }

  return {
    async organization(id) {
      const found = await rows.row(id, organizationKey);
      return found && parse(found);
    },

    async organizations(page) {
      const { items, ...more } = await listed(page);
      const found = await Promise.all(items.map((id) => rows.row(id, organizationKey)));
      return { items: found.filter((row) => row !== undefined).map(parse), ...more };
    },

    organizationIds: listed,

    async createOrganization(record, audit) {
      // Listed first: what is listed and not there does not show, what is there and not listed would be lost.
      await rows.transact({
        partitionKey: organizationsPartition,
        changes: [{ action: 'upsert', rowKey: record.id, row: { schema: 1 } }],
        proof: record.id,
      });
      const outcome = await audited.write(record.id, audit, [
        { action: 'insert', rowKey: organizationKey, row: recordRow(record) },
      ]);
      if (outcome.kind === 'refused') throw new Error(`the new id ${record.id} is taken`);
    },

    replaceOrganization: (before, after, audit) => change(before, audit, after),

    async deleteOrganization(before, audit) {
      const [first] = await rows.range(before.id, {
        from: 'd|',
        to: endOf('d'),
        limit: 1,
      });
      if (first !== undefined) {
        const leaving = await deletedDirectories(before.id);
        throw new Refusal('conflict', 'The organization still has directories, or rows of deleted ones.', {
          reason: 'organization_not_empty',
          about: { directories: leaving.length === 0 ? 'present' : 'being removed' },
        });
      }
      const deleted = await change(before, audit);
      if (deleted) {
        await rows.transact({
          partitionKey: organizationsPartition,
          changes: [{ action: 'delete', rowKey: before.id }],
          proof: before.id,
        });
      }
      return deleted;
    },
  };
}
