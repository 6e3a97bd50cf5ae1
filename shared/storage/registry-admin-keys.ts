import { AdminKeyAccess, type AdminScope } from '../access/admin-access.ts';
import { AdminKeyRecord, type Page, type Registry, toAdminKeyAccess } from '../admin/registry.ts';
import { KeyId } from '../model/ids.ts';
import type { AuditedWrites } from './audit-log.ts';
import { bringUp } from './registry-access-rows.ts';
import { accessKey, adminKeyKey, adminKeyPartition, endOf, scopePartition } from './registry-keys.ts';
import { parseRecord, recordRow } from './registry-records.ts';
import type { FoundRow, Rows } from './registry-rows.ts';

type AdminKeyRegistry = Pick<
  Registry,
  'adminKeys' | 'adminKey' | 'createAdminKey' | 'revokeAdminKey' | 'adminKeyAccess' | 'importFirstAdminKey'
> & { completeAdminKeys(scope: AdminScope): Promise<number> };

export function adminKeyRegistry(rows: Rows, audited: AuditedWrites): AdminKeyRegistry {
  const parse = (found: FoundRow) => parseRecord(AdminKeyRecord, found);

  const publish = async (record: AdminKeyRecord): Promise<boolean> =>
    (await bringUp(rows, adminKeyPartition(record.hash), {
      ...recordRow({ version: record.version, ...toAdminKeyAccess(record) }),
      version: record.version,
    })) !== undefined;

  const adminKeyAccess = async (hash: string) => {
    const found = await rows.row(adminKeyPartition(hash), accessKey);
    return found && parseRecord(AdminKeyAccess, found);
  };

  const adminKey = async (scope: AdminScope, id: KeyId) => {
    const found = await rows.row(scopePartition(scope), adminKeyKey(id));
    const record = found && parse(found);
    return record?.revoked ? undefined : record;
  };

  const keysOf = async (scope: AdminScope, after?: string): Promise<readonly AdminKeyRecord[]> =>
    (await rows.range(scopePartition(scope), { from: 'k|', after, to: endOf('k'), limit: 1000 })).map(parse);

  return {
    adminKeyAccess,
    adminKey,

    async adminKeys(scope, { after, limit }): Promise<Page<AdminKeyRecord>> {
      // Revoked keys stay as tombstones, so pages are cut from what is left of them.
      const live = (await keysOf(scope, after && `k|${after}`)).filter(({ revoked }) => !revoked);
      const items = live.slice(0, limit);
      const last = items.at(-1)?.id;
      return { items, ...(live.length > limit && last !== undefined ? { next: last } : {}) };
    },

    async createAdminKey(record, audit) {
      const outcome = await audited.write(record.scope, audit, [
        { action: 'insert', rowKey: adminKeyKey(record.id), row: recordRow(record) },
      ]);
      if (outcome.kind === 'refused') throw new Error(`the new id ${record.id} is taken`);
      await publish(record);
    },

    async revokeAdminKey(record, audit) {
      const found = await rows.row(scopePartition(record.scope), adminKeyKey(record.id));
      if (found === undefined || parse(found).revoked) return false;
      const revoked = { ...parse(found), revoked: true, version: record.version + 1 };
      const outcome = await audited.write(record.scope, audit, [
        { action: 'replace', rowKey: adminKeyKey(record.id), etag: found.etag, row: recordRow(revoked) },
      ]);
      if (outcome.kind === 'committed') await publish(revoked);
      return outcome.kind === 'committed';
    },

    async importFirstAdminKey(hash, at) {
      const created = new Date(at).toISOString();
      const id = KeyId.parse(`key_${hash.slice(0, 32)}`);
      const rest = { name: 'first admin key', role: 'admin', scope: 'all', created, expires: null } as const;
      const record: AdminKeyRecord = { id, hash, version: 1, revoked: false, ...rest };
      const draft = {
        id,
        at: created,
        actor: 'system',
        act: 'admin-key.imported',
        subject: id,
        facts: {},
      } as const;
      const rowKey = adminKeyKey(id);
      const outcome = await audited.write('all', draft, [
        { action: 'insert', rowKey, row: recordRow(record) },
      ]);
      const found = outcome.kind === 'committed' ? undefined : await rows.row(scopePartition('all'), rowKey);
      // Another instance was first, or died between the two rows, or the key was revoked since: what is stored counts.
      const stored = found === undefined ? record : parse(found);
      await publish(stored);
      return toAdminKeyAccess(stored);
    },

    async completeAdminKeys(scope) {
      let behind = 0;
      for (const record of await keysOf(scope)) if (await publish(record)) behind++;
      return behind;
    },
  };
}
