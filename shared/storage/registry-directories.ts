import { DirectoryAccess } from '../access/directory-access.ts';
import type { AuditDraft } from '../admin/audit.ts';
import { DirectoryRecord, type Registry, toDirectoryAccess } from '../admin/registry.ts';
import type { DirectoryId, OrganizationId } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import type { AuditedWrites } from './audit-log.ts';
import type { RowChange } from './batch.ts';
import { bringUp } from './registry-access-rows.ts';
import { accessKey, directoryKey, endOf, nameKey, organizationKey } from './registry-keys.ts';
import { parseRecord, recordRow } from './registry-records.ts';
import type { FoundRow, Rows } from './registry-rows.ts';
import type { TransactionOutcome } from './transaction.ts';

type DirectoryRegistry = Pick<
  Registry,
  | 'directory'
  | 'directories'
  | 'createDirectory'
  | 'replaceDirectory'
  | 'directoryAccess'
  | 'markNesting'
  | 'deletedDirectories'
  | 'forgetDirectory'
> & { completeDirectories(organization: OrganizationId): Promise<number> };

export function directoryRegistry(rows: Rows, audited: AuditedWrites): DirectoryRegistry {
  async function all(organization: OrganizationId): Promise<readonly DirectoryRecord[]> {
    const found: DirectoryRecord[] = [];
    for (let after: string | undefined; ; ) {
      const page = await rows.range(organization, { from: 'd|', after, to: endOf('d'), limit: 1000 });
      found.push(...page.map(parse));
      after = page.at(-1)?.rowKey;
      if (page.length < 1000) return found;
    }
  }

  return {
    async directory(organization, id) {
      const found = await rows.row(organization, directoryKey(id));
      const record = found && parse(found);
      return record?.state === 'deleted' ? undefined : record;
    },

    async directories(organization, { after, limit }) {
      const items: DirectoryRecord[] = [];
      for (let from = after === undefined ? undefined : `d|${after}`; ; ) {
        const found = await rows.range(organization, {
          from: 'd|',
          after: from,
          to: endOf('d'),
          limit: limit + 1,
        });
        items.push(...found.map(parse).filter(({ state }) => state !== 'deleted'));
        from = found.at(-1)?.rowKey;
        if (items.length > limit || found.length <= limit) break;
      }
      const shown = items.slice(0, limit);
      const last = shown.at(-1)?.id;
      return { items: shown, ...(items.length > limit && last !== undefined ? { next: last } : {}) };
    },

    async createDirectory(record, audit) {
      const outcome = await audited.write(record.organizationId, audit, [
        { action: 'insert', rowKey: nameKey(record.name), row: { schema: 1, directoryId: record.id } },
        { action: 'insert', rowKey: directoryKey(record.id), row: recordRow(record) },
        // Fails when the organization was deleted meanwhile, and makes a deletion that is under way fail.
        { action: 'merge', rowKey: organizationKey, row: { touched: record.id } },
      ]);
      refuseNames(outcome, record.name);
      await publish(rows, record);
    },

    async replaceDirectory(before, after, audit: AuditDraft) {
      const found = await rows.row(before.organizationId, directoryKey(before.id));
      if (found === undefined || parse(found).version !== before.version) return false;
      const outcome = await audited.write(before.organizationId, audit, [
        { action: 'replace', rowKey: directoryKey(before.id), etag: found.etag, row: recordRow(after) },
        ...nameChanges(before, after),
      ]);
      if (outcome.kind === 'refused' && outcome.change.rowKey === directoryKey(before.id)) return false;
      refuseNames(outcome, after.name);
      await publish(rows, after);
      return true;
    },

    async directoryAccess(id) {
      const found = await rows.row(id, accessKey);
      if (found === undefined) return undefined;
      return { ...parseRecord(DirectoryAccess, found), nesting: found.row['nesting'] === true };
    },

    async markNesting(id: DirectoryId) {
      const change: RowChange = { action: 'merge', rowKey: accessKey, row: { nesting: true } };
      // A directory that was forgotten meanwhile needs no mark.
      await rows.transact({ partitionKey: id, changes: [change], proof: accessKey });
    },

    async deletedDirectories(organization) {
      return (await all(organization)).filter(({ state }) => state === 'deleted');
    },

    forgetDirectory: (record) => forget(rows, record),

    async completeDirectories(organization) {
      let behind = 0;
      for (const record of await all(organization)) if (await publish(rows, record)) behind++;
      return behind;
    },
  };
}

const parse = (found: FoundRow) => parseRecord(DirectoryRecord, found);

/** Carries the record over to where the key check looks; true when that was behind. */
async function publish(rows: Rows, record: DirectoryRecord): Promise<boolean> {
  const done = await bringUp(rows, record.id, accessRow(record));
  if (done !== 'inserted') return done !== undefined;
  // A writer that was held up must not bring back the keys of a directory that was deleted and forgotten meanwhile.
  const found = await rows.row(record.organizationId, directoryKey(record.id));
  if (found !== undefined) await bringUp(rows, record.id, accessRow(parse(found)));
  else await remove(rows, record.id, accessKey);
  return true;
}

async function forget(rows: Rows, record: DirectoryRecord): Promise<void> {
  await remove(rows, record.id, accessKey);
  await remove(rows, record.organizationId, directoryKey(record.id));
}

async function remove(rows: Rows, partitionKey: string, rowKey: string): Promise<void> {
  await rows.transact({ partitionKey, changes: [{ action: 'delete', rowKey }], proof: rowKey });
}

const accessRow = (record: DirectoryRecord) => ({
  ...recordRow({ version: record.version, ...toDirectoryAccess(record) }),
  version: record.version,
});

/** A name row goes with the directory that holds it, so that a name is never held for nobody. */
function nameChanges(before: DirectoryRecord, after: DirectoryRecord): readonly RowChange[] {
  const [left, taken] = [nameKey(before.name), nameKey(after.name)];
  if (after.state === 'deleted') return [{ action: 'delete', rowKey: left }];
  if (left === taken) return [];
  return [
    { action: 'insert', rowKey: taken, row: { schema: 1, directoryId: after.id } },
    { action: 'delete', rowKey: left },
  ];
}

function refuseNames(outcome: TransactionOutcome, name: string): void {
  if (outcome.kind === 'committed') return;
  if (outcome.change.rowKey === organizationKey) {
    throw new Refusal('not-found', 'There is no such organization.');
  }
  if (outcome.why !== 'exists' || outcome.change.rowKey !== nameKey(name)) {
    throw new Error(`a directory's rows disagree at ${outcome.change.rowKey}`);
  }
  throw new Refusal('uniqueness', 'Another directory of the organization has this name.', {
    reason: 'directory_name_taken',
    errors: [{ pointer: '/name', detail: 'is taken; letter case does not count' }],
  });
}
