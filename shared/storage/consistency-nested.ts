import { z } from 'zod';
import type { RowProperties } from './batch.ts';
import type { Inconsistency } from './consistency-finding.ts';
import { rowSchema } from './directory-rows.ts';
import type { RangeRow } from './directory-table.ts';
import {
  factsKey,
  groupRowKey,
  leaseKey,
  nestedPrefix,
  reverseRowKey,
  stateKey,
} from './nested/nested-keys.ts';
import { FactsRow, GroupStandingRow, jsonOf } from './nested/nested-rows.ts';
import { packValue } from './nested/packed-value.ts';
import { guidOfHex, hexIds, hexOfGuid, idCount, packedHex } from './nested/sorted-ids.ts';
import { idsInRow, idsTogether, isSpread, ownKeyOf } from './nested/spread-ids.ts';

type Rows = ReadonlyMap<string, RangeRow>;

/** Told by the rows that a run writes first and that no `scim` directory has. */
export const isNested = (rows: Rows): boolean => rows.has(stateKey) || rows.has(leaseKey);

/**
 * What does not fit together in a `nested` directory. Between a run's journal and its end, memberships are on their way one
 * direction before the other, so that then only what belongs to no run at all is told.
 */
export function* nestedFaults(rows: Rows): Iterable<Inconsistency> {
  const state = rows.get(stateKey);
  const { activeRun } = state === undefined ? {} : ActiveRun.parse(jsonOf(state));
  yield* leftBehind(rows, activeRun);
  if (activeRun !== undefined) return;
  const chunks = chunksIn(rows);
  yield* chunkFaults(rows, chunks);
  yield* countFaults(rows, chunks);
  yield* reverseFaults(rows, chunks);
  yield* heldFaults(rows);
  yield* partFaults(rows);
}

/** Ids in a row of sixteen belong to one that says so. */
function* partFaults(rows: Rows): Iterable<Inconsistency> {
  for (const prefix of [nestedPrefix.facts, nestedPrefix.reverse]) {
    for (const row of withPrefix(rows, prefix)) {
      const whole = rows.get(ownKeyOf(row.rowKey));
      const belongs = isWhole(row) || (whole !== undefined && isSpread(whole));
      if (!belongs) yield removal(row.rowKey, 'left of ids that lie together now');
    }
  }
}

/** Not one of sixteen rows of ids that one does not hold. */
const isWhole = ({ rowKey }: RangeRow) => ownKeyOf(rowKey) === rowKey;

const ActiveRun = z.looseObject({ activeRun: z.string().optional() });

const withPrefix = (rows: Rows, prefix: string) =>
  [...rows.values()].filter(({ rowKey }) => rowKey.startsWith(prefix));

/** Staged pages, journal parts and orders of runs that are over. */
function* leftBehind(rows: Rows, activeRun: string | undefined): Iterable<Inconsistency> {
  for (const prefix of [nestedPrefix.staged, nestedPrefix.journal, 's|cancel|']) {
    for (const { rowKey } of withPrefix(rows, prefix)) {
      const run = rowKey.slice(prefix.length).split('|')[0];
      if (run !== activeRun) yield removal(rowKey, `left behind by ${run}`);
    }
  }
}

interface Chunk {
  readonly rowKey: string;
  readonly group: string;
  readonly type: string;
  readonly counted: number;
  readonly ids: readonly string[];
}

function chunksIn(rows: Rows): readonly Chunk[] {
  return withPrefix(rows, nestedPrefix.members).map((row) => {
    const [, group = '', type = ''] = row.rowKey.split('|');
    const { ids, n } = ChunkRow.parse(row);
    return { rowKey: row.rowKey, group, type, counted: n, ids: hexIds(ids) };
  });
}

const ChunkRow = z.looseObject({ schema: z.literal(rowSchema), n: z.int(), ids: z.instanceof(Uint8Array) });

/** A chunk belongs to a group, holds ascending ids without doubles from its beginning on, and says how many. */
function* chunkFaults(rows: Rows, chunks: readonly Chunk[]): Iterable<Inconsistency> {
  for (const { rowKey, group, counted, ids } of chunks) {
    const sorted = [...new Set(ids)].sort();
    if (!rows.has(groupRowKey(group))) yield removal(rowKey, 'orphan');
    else if (counted !== sorted.length || sorted.some((id, index) => id !== ids[index])) {
      const row = { schema: rowSchema, n: sorted.length, ids: packedHex(sorted) };
      yield rewrite(rowKey, `${counted} counted, ${sorted.length} there`, row);
    } else if (ids.some((id) => id < (rowKey.split('|')[3] ?? ''))) {
      yield { rowKey, fault: 'holds ids of an earlier chunk', repair: [] };
    }
  }
}

/** A group's facts count its chunks, and name only groups that are there. */
function* countFaults(rows: Rows, chunks: readonly Chunk[]): Iterable<Inconsistency> {
  const there = new Map<string, { users: number; others: number }>();
  for (const { group, type, ids } of chunks) {
    if (!rows.has(groupRowKey(group))) continue;
    const counts = there.get(group) ?? { users: 0, others: 0 };
    counts[type === 'user' ? 'users' : 'others'] += new Set(ids).size;
    there.set(group, counts);
  }
  for (const row of withPrefix(rows, nestedPrefix.facts).filter(isWhole)) {
    const group = row.rowKey.slice(nestedPrefix.facts.length);
    if (!rows.has(groupRowKey(group))) yield removal(row.rowKey, 'orphan');
    else yield* wrongFacts(row, there.get(group) ?? { users: 0, others: 0 });
    there.delete(group);
  }
  for (const [group, counts] of there) {
    const row = { schema: rowSchema, ...counts, ...packValue({ children: new Uint8Array() }) };
    yield rewrite(factsKey(group), 'missing', row);
  }
}

function* wrongFacts(row: RangeRow, there: { users: number; others: number }): Iterable<Inconsistency> {
  const { rowKey, users, others } = FactsRow.parse(row);
  if (users === there.users && others === there.others) return;
  const spread = isSpread(row) ? { spread: true } : {};
  const repaired = { schema: rowSchema, ...there, ...packValue({ children: idsInRow(row) }), ...spread };
  yield rewrite(rowKey, `${users} + ${others} counted, ${there.users} + ${there.others} there`, repaired);
}

/** The reverse row of a member names exactly the groups whose chunks hold it. */
function* reverseFaults(rows: Rows, chunks: readonly Chunk[]): Iterable<Inconsistency> {
  const due = groupsByMember(chunks.filter(({ group }) => rows.has(groupRowKey(group))));
  for (const row of withPrefix(rows, nestedPrefix.reverse).filter(isWhole)) {
    const member = hexOfGuid(row.rowKey.slice(nestedPrefix.reverse.length));
    yield* wrongReverse(rows, row, ascending(due.get(member) ?? []));
    due.delete(member);
  }
  for (const [member, groups] of due) {
    yield rewrite(reverseRowKey(guidOfHex(member)), 'missing', reverseRow(ascending(groups)));
  }
}

function groupsByMember(chunks: readonly Chunk[]): Map<string, string[]> {
  const groupsOf = new Map<string, string[]>();
  for (const { group, ids } of chunks) {
    for (const id of ids) {
      const groups = groupsOf.get(id);
      if (groups === undefined) groupsOf.set(id, [hexOfGuid(group)]);
      else groups.push(hexOfGuid(group));
    }
  }
  return groupsOf;
}

function* wrongReverse(rows: Rows, row: RangeRow, due: Uint8Array): Iterable<Inconsistency> {
  const parts = isSpread(row) ? withPrefix(rows, `${row.rowKey}|`) : [row];
  const named = Buffer.concat(parts.map(idsInRow));
  if (due.length === 0) yield removal(row.rowKey, 'orphan');
  else if (Buffer.compare(named, due) !== 0) {
    const fault = `names ${idCount(named)} groups, is in ${idCount(due)}`;
    if (idCount(due) > idsTogether) yield { rowKey: row.rowKey, fault, repair: [] };
    else yield rewrite(row.rowKey, fault, reverseRow(due));
  }
}

const ascending = (hex: readonly string[]): Uint8Array => packedHex([...new Set(hex)].sort());
const reverseRow = (groups: Uint8Array): RowProperties => ({ schema: rowSchema, ...packValue({ groups }) });

/** Members are kept for groups above their limit and for no others. */
function* heldFaults(rows: Rows): Iterable<Inconsistency> {
  const kept = new Set<string>();
  for (const { rowKey } of withPrefix(rows, nestedPrefix.held)) {
    const group = rowKey.split('|')[1] ?? '';
    const owner = rows.get(groupRowKey(group));
    if (owner !== undefined && GroupStandingRow.parse(owner).held) kept.add(group);
    else yield removal(rowKey, 'kept for no group');
  }
  for (const row of withPrefix(rows, nestedPrefix.group)) {
    const { rowKey, held } = GroupStandingRow.parse(row);
    if (!held || kept.has(rowKey.slice(nestedPrefix.group.length))) continue;
    yield { rowKey, fault: 'above its limit, without the members it keeps', repair: [] };
  }
}

const removal = (rowKey: string, fault: string): Inconsistency => ({
  rowKey,
  fault,
  repair: [{ action: 'delete', rowKey }],
});

const rewrite = (rowKey: string, fault: string, row: RowProperties): Inconsistency => ({
  rowKey,
  fault,
  repair: [{ action: 'upsert', rowKey, row }],
});
