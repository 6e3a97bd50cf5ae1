import { z } from 'zod';
import type { RowProperties } from '../batch.ts';
import type { Inconsistency } from '../consistency-finding.ts';
import { rowSchema } from '../directory-rows.ts';
import type { RangeRow } from '../directory-table.ts';
import type { Rows } from './group-windows.ts';
import { factsKey, groupRowKey, nestedPrefix } from './nested-keys.ts';
import { FactsRow, GroupStandingRow } from './nested-rows.ts';
import { packValue } from './packed-value.ts';
import { hexIds, packedHex } from './sorted-ids.ts';
import { idsInRow, isSpread, ownKeyOf } from './spread-ids.ts';

/** What does not fit together among all rows of some groups: their lists of members, their counts, and what they keep above their limit. */
export function* groupFaults(rows: Rows): Iterable<Inconsistency> {
  const chunks = chunksIn(rows);
  yield* chunkFaults(rows, chunks);
  yield* countFaults(rows, chunks);
  yield* heldFaults(rows);
}

export interface Chunk {
  readonly rowKey: string;
  readonly group: string;
  readonly type: string;
  readonly counted: number;
  readonly packed: Uint8Array;
}

/** Lists of members that are no groups. */
export const chunksIn = (rows: Rows): readonly Chunk[] =>
  withPrefix(rows, nestedPrefix.members).map((row) => {
    const [, group = '', type = ''] = row.rowKey.split('|');
    const { ids, n } = ChunkRow.parse(row);
    return { rowKey: row.rowKey, group, type, counted: n, packed: ids };
  });

const ChunkRow = z.looseObject({ schema: z.literal(rowSchema), n: z.int(), ids: z.instanceof(Uint8Array) });

const withPrefix = (rows: Rows, prefix: string) =>
  [...rows.values()].filter(({ rowKey }) => rowKey.startsWith(prefix));

/** A chunk belongs to a group, holds ascending ids without doubles from its beginning on, and says how many. */
function* chunkFaults(rows: Rows, chunks: readonly Chunk[]): Iterable<Inconsistency> {
  for (const { rowKey, group, counted, packed } of chunks) {
    const ids = hexIds(packed);
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

/** A group's facts count its chunks, and only groups that are there have them. */
function* countFaults(rows: Rows, chunks: readonly Chunk[]): Iterable<Inconsistency> {
  const there = countedIn(rows, chunks);
  for (const row of withPrefix(rows, nestedPrefix.facts)) {
    const own = ownKeyOf(row.rowKey);
    const group = own.slice(nestedPrefix.facts.length);
    if (!rows.has(groupRowKey(group))) yield removal(row.rowKey, 'orphan');
    else if (own === row.rowKey) yield* wrongFacts(row, there.get(group) ?? { users: 0, others: 0 });
    else if (!isSpread(rows.get(own) ?? {})) yield removal(row.rowKey, leftOver);
    there.delete(group);
  }
  for (const [group, counts] of there) {
    const row = { schema: rowSchema, ...counts, ...packValue({ children: new Uint8Array() }) };
    yield rewrite(factsKey(group), 'missing', row);
  }
}

function countedIn(rows: Rows, chunks: readonly Chunk[]) {
  const there = new Map<string, { users: number; others: number }>();
  for (const { group, type, packed } of chunks) {
    if (!rows.has(groupRowKey(group))) continue;
    const counts = there.get(group) ?? { users: 0, others: 0 };
    counts[type === 'user' ? 'users' : 'others'] += new Set(hexIds(packed)).size;
    there.set(group, counts);
  }
  return there;
}

function* wrongFacts(row: RangeRow, there: { users: number; others: number }): Iterable<Inconsistency> {
  const { rowKey, users, others } = FactsRow.parse(row);
  if (users === there.users && others === there.others) return;
  const spread = isSpread(row) ? { spread: true } : {};
  const repaired = { schema: rowSchema, ...there, ...packValue({ children: idsInRow(row) }), ...spread };
  yield rewrite(rowKey, `${users} + ${others} counted, ${there.users} + ${there.others} there`, repaired);
}

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

/** Of sixteen rows of ids, whose own row does not say that there are any. */
export const leftOver = 'left of ids that lie together now';

export const removal = (rowKey: string, fault: string): Inconsistency => ({
  rowKey,
  fault,
  repair: [{ action: 'delete', rowKey }],
});

const rewrite = (rowKey: string, fault: string, row: RowProperties): Inconsistency => ({
  rowKey,
  fault,
  repair: [{ action: 'upsert', rowKey, row }],
});
