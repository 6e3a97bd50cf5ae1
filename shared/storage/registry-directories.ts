import { DirectoryAccess } from '../access/directory-access.ts';
import type { AuditDraft } from '../admin/audit.ts';
import {
  DirectoryRecord,
  type ListedDirectory,
  type Page,
  type PageOf,
  type Registry,
  toDirectoryAccess,
  type UnreadDirectory,
} from '../admin/registry.ts';
import { DirectoryId, OrganizationId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { Refusal } from '../model/refusal.ts';
import type { AuditedWrites } from './audit-log.ts';
import type { RowChange } from './batch.ts';
import { bringUp } from './registry-access-rows.ts';
import {
  accessKey,
  directoryKey,
  endOf,
  modesKey,
  nameKey,
  nestedDirectoriesPartition,
  organizationKey,
} from './registry-keys.ts';
import { modesChange } from './registry-modes.ts';
import { parseRecord, recordRow } from './registry-records.ts';
import type { FoundRow, Rows } from './registry-rows.ts';
import type { TransactionOutcome } from './transaction.ts';

type DirectoryRegistry = Pick<
  Registry,
  | 'directory'
  | 'directories'
  | 'listedDirectories'
  | 'createDirectory'
  | 'replaceDirectory'
  | 'directoryAccess'
  | 'markNesting'
  | 'deletedDirectories'
  | 'forgetDirectory'
  | 'nestedDirectories'
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

    async directories(organization, page) {
      const { items, ...rest } = await listedPage(rows, organization, page);
      return { items: items.map(mustBeRead), ...rest };
    },

    listedDirectories: (organization, page) => listedPage(rows, organization, page),

    createDirectory: (record, audit) => create(rows, audited, { record, audit }),

    async replaceDirectory(before, after, audit: AuditDraft) {
      const found = await rows.row(before.organizationId, directoryKey(before.id));
      if (found === undefined || parse(found).version !== before.version) return false;
      const modes = await modesChange(rows, before.organizationId, { before, after });
      const outcome = await audited.write(before.organizationId, audit, [
        { action: 'replace', rowKey: directoryKey(before.id), etag: found.etag, row: recordRow(after) },
        ...nameChanges(before, after),
        ...(modes === undefined ? [] : [modes]),
      ]);
      const isStale = (rowKey: string) => rowKey === directoryKey(before.id) || rowKey === modesKey;
      if (outcome.kind === 'refused' && isStale(outcome.change.rowKey)) return false;
      refuseNames(outcome, after.name);
      await publish(rows, after);
      return true;
    },

    nestedDirectories: (page) => nestedPage(rows, page),

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
      const errors: unknown[] = [];
      for (const record of await all(organization)) {
        try {
          if (await publish(rows, record)) behind++;
        } catch (error) {
          // Each is in a partition of its own, which may not answer while the others do.
          errors.push(error);
        }
      }
      if (errors.length > 0) throw new AggregateError(errors, `${errors.length} directories stay behind`);
      return behind;
    },
  };
}

async function listedPage(
  rows: Rows,
  organization: OrganizationId,
  { after, limit }: PageOf,
): Promise<Page<DirectoryRecord | UnreadDirectory>> {
  const items: (DirectoryRecord | UnreadDirectory)[] = [];
  for (let from = after === undefined ? undefined : `d|${after}`; ; ) {
    const keys = { from: 'd|', after: from, to: endOf('d'), limit: limit + 1 };
    const found = await rows.range(organization, keys);
    items.push(...found.map(parsed).filter((item) => 'unread' in item || item.state !== 'deleted'));
    from = found.at(-1)?.rowKey;
    if (items.length > limit || found.length <= limit) break;
  }
  const shown = items.slice(0, limit);
  const last = shown.at(-1)?.id;
  return { items: shown, ...(items.length > limit && last !== undefined ? { next: last } : {}) };
}

async function nestedPage(rows: Rows, { after, limit }: PageOf): Promise<Page<ListedDirectory>> {
  const keys = { from: 'dir_', after, to: 'dir`', limit };
  const listed = await rows.range(nestedDirectoriesPartition, keys);
  const items = listed.map(({ rowKey, row }) => ({
    id: DirectoryId.parse(rowKey),
    organizationId: OrganizationId.parse(row['organizationId']),
  }));
  const last = items.at(-1)?.id;
  return { items, ...(listed.length === limit && last !== undefined ? { next: last } : {}) };
}

async function create(
  rows: Rows,
  audited: AuditedWrites,
  { record, audit }: { readonly record: DirectoryRecord; readonly audit: AuditDraft },
): Promise<void> {
  if (record.kind === 'nested') await list(rows, record);
  for (let attempt = 0; attempt < limits.writeAttemptsMax; attempt++) {
    const modes = await modesChange(rows, record.organizationId, { after: record });
    const outcome = await audited.write(record.organizationId, audit, [
      { action: 'insert', rowKey: nameKey(record.name), row: { schema: 1, directoryId: record.id } },
      { action: 'insert', rowKey: directoryKey(record.id), row: recordRow(record) },
      // Fails when the organization was deleted meanwhile, and makes a deletion that is under way fail.
      { action: 'merge', rowKey: organizationKey, row: { touched: record.id } },
      ...(modes === undefined ? [] : [modes]),
    ]);
    if (outcome.kind === 'refused' && outcome.change.rowKey === modesKey) continue;
    refuseNames(outcome, record.name);
    await publish(rows, record);
    return;
  }
  throw new Refusal('busy', 'Many directories are created at once; try again shortly.');
}

const parse = (found: FoundRow) => parseRecord(DirectoryRecord, found);

function parsed(found: FoundRow): DirectoryRecord | UnreadDirectory {
  try {
    return parse(found);
  } catch (unread) {
    return { id: DirectoryId.parse(found.rowKey.slice('d|'.length)), unread };
  }
}

function mustBeRead(item: DirectoryRecord | UnreadDirectory): DirectoryRecord {
  if ('unread' in item) throw item.unread;
  return item;
}

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

/** Listed first: what is listed and not there does not show, what is there and not listed would never run. */
async function list(rows: Rows, record: DirectoryRecord): Promise<void> {
  const row = { schema: 1, organizationId: record.organizationId };
  await rows.transact({
    partitionKey: nestedDirectoriesPartition,
    changes: [{ action: 'upsert', rowKey: record.id, row }],
    proof: record.id,
  });
}

async function forget(rows: Rows, record: DirectoryRecord): Promise<void> {
  await remove(rows, record.id, accessKey);
  if (record.kind === 'nested') await remove(rows, nestedDirectoriesPartition, record.id);
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
