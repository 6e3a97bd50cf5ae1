import { type DirectoryId, GroupId } from '../../model/ids.ts';
import { ReverseIndex } from '../../sync/reverse-index.ts';
import type { Inconsistency } from '../consistency-finding.ts';
import type { RangeRow } from '../directory-table.ts';
import { chunksIn, groupFaults, leftOver, removal } from './group-faults.ts';
import { groupWindows, type Rows, rowsIn } from './group-windows.ts';
import { groupRowKey, nestedPrefix, reverseRowKey } from './nested-keys.ts';
import type { NestedTable } from './nested-table.ts';
import { idCount } from './sorted-ids.ts';
import { idsInRow, isSpread, ownKeyOf, rowsOfIds } from './spread-ids.ts';

/**
 * What does not fit together in the memberships of a `nested` directory: the lists of members of each group are what is believed, and
 * counts, the groups of each member and what is kept of groups above their limit follow them. Reads each row once.
 */
export async function* membershipFaults(
  shared: NestedTable,
  directory: DirectoryId,
): AsyncIterable<Inconsistency> {
  const due = new ReverseIndex();
  for await (const rows of groupWindows(shared, directory)) {
    for (const { group, packed } of chunksIn(rows))
      if (rows.has(groupRowKey(group))) due.add(GroupId.parse(group), packed);
    yield* groupFaults(rows);
  }
  for await (const rows of membersRows(shared, directory)) yield* reverseFaults(rows, due);
  for (const member of due.rest()) yield missing(member, due);
}

/** All rows about the groups of one member. */
async function* membersRows(shared: NestedTable, directory: DirectoryId): AsyncIterable<Rows> {
  let rows = new Map<string, RangeRow>();
  let own = '';
  for await (const row of rowsIn(shared.pages(directory, nestedPrefix.reverse))) {
    if (ownKeyOf(row.rowKey) !== own && rows.size > 0) {
      yield rows;
      rows = new Map();
    }
    own = ownKeyOf(row.rowKey);
    rows.set(row.rowKey, row);
  }
  if (rows.size > 0) yield rows;
}

/** They name exactly the groups whose chunks hold the member. */
function* reverseFaults(rows: Rows, due: ReverseIndex): Iterable<Inconsistency> {
  const [first] = rows.keys();
  const rowKey = ownKeyOf(first ?? '');
  const own = rows.get(rowKey);
  const isApart = own !== undefined && isSpread(own);
  const parts = [...rows.values()].filter((row) => row !== own);
  if (!isApart) for (const part of parts) yield removal(part.rowKey, leftOver);
  if (own === undefined) return;
  const named = Buffer.concat((isApart ? parts : [own]).map(idsInRow));
  const groups = due.take(rowKey.slice(nestedPrefix.reverse.length));
  if (Buffer.compare(named, groups) === 0) return;
  if (groups.length === 0) {
    const all = isApart ? [...rows.keys()] : [rowKey];
    yield { rowKey, fault: 'orphan', repair: all.map((key) => ({ action: 'delete', rowKey: key })) };
    return;
  }
  const before = { ids: named, isSpread: isApart };
  yield {
    rowKey,
    fault: `names ${idCount(named)} groups, is in ${idCount(groups)}`,
    repair: rowsOfIds({ rowKey, name: 'groups', before, ids: groups, beside: {} }).filter(
      (change) => change.action !== 'delete' || rows.has(change.rowKey),
    ),
  };
}

function missing(member: string, due: ReverseIndex): Inconsistency {
  const rowKey = reverseRowKey(member);
  const before = { ids: new Uint8Array(), isSpread: false };
  const repair = rowsOfIds({ rowKey, name: 'groups', before, ids: due.take(member), beside: {} });
  return { rowKey, fault: 'missing', repair };
}
