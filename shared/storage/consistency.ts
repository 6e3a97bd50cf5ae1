import type { TableClient } from '@azure/data-tables';
import type { DirectoryId } from '../model/ids.ts';
import type { Randomness } from '../model/new-ids.ts';
import { submitBatch } from './batch.ts';
import type { Inconsistency } from './consistency-finding.ts';
import { isNested, nestedFaults } from './consistency-nested.ts';
import { counterKey, lastPart, memberKey, nestingKey, reverseKey, rowPrefix } from './directory-keys.ts';
import { CounterRow, NameRow, parseGroupRow, parseUserRow, rowSchema } from './directory-rows.ts';
import { directoryTable, type RangeRow } from './directory-table.ts';
import { isUniqueName } from './index-rows.ts';
import { memberOfKey } from './membership-rows.ts';
import { transactionsOf } from './nested/fenced-commit.ts';
import { leases } from './nested/lease.ts';
import { nestedTable } from './nested/nested-table.ts';
import { available } from './storage-busy.ts';

/**
 * Reads the whole partition of a directory at rest and tells what does not fit together (invariants I4, I5, I6):
 * index rows and their objects, memberships and their mirrors and ends, counters, journals that were not carried to their end.
 * Of a `nested` directory: packed members and their counts, the reverse of each, what is kept for groups above their limit, and
 * what runs left behind. Costs a round trip per thousand rows; holds the partition in memory, and of a `nested` directory no more than
 * who is in which group.
 * While others write, what it finds may be no more than their work in progress.
 */
export async function findInconsistencies(
  table: TableClient,
  directory: DirectoryId,
): Promise<readonly Inconsistency[]> {
  const shared = nestedTable(table);
  if (await isNested(shared, directory)) return await all(nestedFaults(shared, directory));
  const rows = await partition(table, directory);
  return [...indexFaults(rows), ...membershipFaults(rows), ...counterFaults(rows), ...journalFaults(rows)];
}

async function all<T>(found: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const one of found) list.push(one);
  return list;
}

/**
 * Finds and repairs; returns what was found. Journals are not touched: `completeInterrupted` comes first. A nested directory is
 * repaired under its lease, so that no run writes meanwhile; throws when one holds it.
 */
export async function repairInconsistencies(
  table: TableClient,
  directory: DirectoryId,
): Promise<readonly Inconsistency[]> {
  const shared = nestedTable(table);
  const lease = leases(shared);
  const nested = await isNested(shared, directory);
  const request = { holder: 'fsck', now: Date.now(), seconds: repairSecondsMax };
  const fence = nested ? await lease.acquire(directory, request) : undefined;
  if (nested && fence === undefined)
    throw new Error(`a run of ${directory} is going on; repair it afterwards`);
  try {
    return await repaired(table, directory);
  } finally {
    if (fence !== undefined) await lease.release(directory, fence);
  }
}

const repairSecondsMax = 600;

async function repaired(table: TableClient, directory: DirectoryId): Promise<readonly Inconsistency[]> {
  const found = await findInconsistencies(table, directory);
  const changes = new Map(found.flatMap(({ repair }) => repair).map((change) => [change.rowKey, change]));
  for (const rows of transactionsOf([...changes.values()], []))
    if (rows.length > 0) await available(submitBatch(table, directory, rows));
  return found;
}

type Rows = ReadonlyMap<string, RangeRow>;

async function partition(table: TableClient, directory: DirectoryId): Promise<Rows> {
  const { range } = directoryTable(table, unused);
  const rows = await range(directory, { ...everything, limit: Number.POSITIVE_INFINITY });
  return new Map(rows.map((row) => [row.rowKey, row]));
}

const everything = { from: '', to: '~' };

const unused: Randomness = { now: () => 0, randomBytes: (count) => new Uint8Array(count) };

const withPrefix = (rows: Rows, prefix: string) =>
  [...rows.values()].filter(({ rowKey }) => rowKey.startsWith(prefix));

/** Every index row has one object that names it, and every key an object names is there (I4). */
function* indexFaults(rows: Rows): Iterable<Inconsistency> {
  const owners = new Map<string, string>();
  for (const { object, facts } of objectsIn(rows)) {
    for (const rowKey of facts.index) {
      if (isUniqueName(rowKey) && owners.has(rowKey)) {
        yield { rowKey, fault: `claimed by ${owners.get(rowKey)} and ${object.id}`, repair: [] };
      }
      owners.set(rowKey, object.id);
    }
  }
  yield* missingIndexRows(rows, owners);
  yield* strayIndexRows(rows, owners);
}

const objectsIn = (rows: Rows) => [
  ...withPrefix(rows, rowPrefix.user).map((row) => parseUserRow(row)),
  ...withPrefix(rows, rowPrefix.group).map((row) => parseGroupRow(row)),
];

function* missingIndexRows(rows: Rows, owners: ReadonlyMap<string, string>): Iterable<Inconsistency> {
  for (const [rowKey, id] of owners) {
    if (rows.has(rowKey)) continue;
    const row = { schema: rowSchema, id };
    yield { rowKey, fault: `missing for ${id}`, repair: [{ action: 'insert', rowKey, row }] };
  }
}

function* strayIndexRows(rows: Rows, owners: ReadonlyMap<string, string>): Iterable<Inconsistency> {
  for (const found of indexPrefixes.flatMap((prefix) => withPrefix(rows, prefix))) {
    const { id, rowKey, etag } = NameRow.parse(found);
    const owner = owners.get(rowKey);
    if (owner === undefined) yield orphan(rowKey, etag);
    else if (owner !== id) {
      const row = { schema: rowSchema, id: owner };
      yield { rowKey, fault: `points to ${id}, not ${owner}`, repair: [{ action: 'upsert', rowKey, row }] };
    }
  }
}

const indexPrefixes = [
  rowPrefix.userName,
  rowPrefix.displayName,
  rowPrefix.userExternalId,
  rowPrefix.groupExternalId,
  rowPrefix.email,
];

/** A membership has both its ends, its mirror, and an edge if the member is a group (I6). */
function* membershipFaults(rows: Rows): Iterable<Inconsistency> {
  for (const row of withPrefix(rows, rowPrefix.member)) {
    const [group, member] = endsOfKey(row.rowKey);
    if (isHeld(rows, group, member)) yield* missingMirrors(rows, row);
    else yield orphan(row.rowKey, String(row['etag']));
  }
  for (const { rowKey, ...row } of withPrefix(rows, rowPrefix.reverse)) {
    const [member, group] = endsOfKey(rowKey);
    if (!isHeld(rows, group, member)) yield orphan(rowKey, String(row['etag']));
  }
  for (const { rowKey, ...row } of withPrefix(rows, rowPrefix.nesting)) {
    const [group, child] = endsOfKey(rowKey);
    if (!isHeld(rows, group, child)) yield orphan(rowKey, String(row['etag']));
  }
}

function* missingMirrors(rows: Rows, row: RangeRow): Iterable<Inconsistency> {
  const [group, id] = endsOfKey(row.rowKey);
  const isGroup = memberOfKey(id).kind === 'group';
  const mirrors = [reverseKey(id, group), ...(isGroup ? [nestingKey(group, id)] : [])];
  for (const rowKey of mirrors.filter((key) => !rows.has(key))) {
    const mirror = { schema: rowSchema, at: String(row['at']) };
    yield { rowKey, fault: 'missing mirror', repair: [{ action: 'insert', rowKey, row: mirror }] };
  }
}

/** The two ids of a membership, mirror or edge row, in the order of its key. */
function endsOfKey(rowKey: string): readonly [string, string] {
  const [, one = '', other = ''] = rowKey.split('|');
  return [one, other];
}

/** The membership is there and stays there: with both its ends. */
function isHeld(rows: Rows, group: string, member: string): boolean {
  const owner = memberOfKey(member).kind === 'user' ? rowPrefix.user : rowPrefix.group;
  return rows.has(memberKey(group, member)) && rows.has(rowPrefix.group + group) && rows.has(owner + member);
}

function* counterFaults(rows: Rows): Iterable<Inconsistency> {
  for (const [kind, prefix] of [['user', rowPrefix.user] as const, ['group', rowPrefix.group] as const]) {
    const shards = withPrefix(rows, `${rowPrefix.counter}${kind}|`).map((row) => CounterRow.parse(row));
    const counted = shards.reduce((sum, { count }) => sum + count, 0);
    const there = withPrefix(rows, prefix).length;
    if (counted === there) continue;
    const rowKey = shards[0]?.rowKey ?? counterKey(kind, 0);
    const row = { schema: rowSchema, count: (shards[0]?.count ?? 0) + there - counted };
    yield {
      rowKey,
      fault: `${counted} counted, ${there} there`,
      repair: [{ action: 'upsert', rowKey, row }],
    };
  }
}

/** A journal that is still there, and a group that waits for one that is not. */
function* journalFaults(rows: Rows): Iterable<Inconsistency> {
  for (const { rowKey } of withPrefix(rows, rowPrefix.journal))
    yield { rowKey, fault: 'interrupted', repair: [] };
  for (const row of withPrefix(rows, rowPrefix.group)) {
    const { facts } = parseGroupRow(row);
    if (facts.pending === '' || rows.has(facts.pending)) continue;
    const { rowKey } = row;
    yield {
      rowKey,
      fault: `waits for ${lastPart(facts.pending)}`,
      repair: [{ action: 'merge', rowKey, row: { pending: '' } }],
    };
  }
}

const orphan = (rowKey: string, etag: string): Inconsistency => ({
  rowKey,
  fault: 'orphan',
  repair: [{ action: 'delete', rowKey, etag }],
});
