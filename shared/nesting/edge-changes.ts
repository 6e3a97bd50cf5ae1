import { type Adjacency, adjacency, type Edges, noRows, transposed } from './adjacency.ts';

/** What rows gain and lose; no edge is in both. */
export interface RowChanges {
  readonly added: Adjacency;
  readonly removed: Adjacency;
}

/**
 * Net changes of direct memberships: no edge twice, none that is there is added, none that is absent removed. Four bytes an edge,
 * and four more from when the other end is looked at: a first run changes ten million.
 */
export interface EdgeChanges {
  readonly added: number;
  readonly removed: number;
  /** Members, users or child groups, that each group gains and loses. */
  readonly byGroup: RowChanges;
  /** Groups that each member comes into and leaves, ascending; made when first asked for. */
  readonly byMember: RowChanges;
}

/** Net changes from what each group gains and loses; member numbers are below `members`. */
export function edgeChanges(byGroup: RowChanges, members: number): EdgeChanges {
  let byMember: RowChanges | undefined;
  return {
    added: byGroup.added.targets.length,
    removed: byGroup.removed.targets.length,
    byGroup,
    get byMember() {
      byMember ??= { added: reversed(byGroup.added, members), removed: reversed(byGroup.removed, members) };
      return byMember;
    },
  };
}

export const noChanges: EdgeChanges = edgeChanges({ added: noRows, removed: noRows }, 0);

/** Net changes from edge lists group → member in any order. */
export function edgeChangesOf(
  { added, removed }: { added: Edges; removed: Edges },
  { groups, members }: { groups: number; members: number },
): EdgeChanges {
  const rowsOf = (edges: Edges) =>
    edges.from.length === 0 ? noRows : adjacency(edges, { rows: groups, columns: members });
  return edgeChanges({ added: rowsOf(added), removed: rowsOf(removed) }, members);
}

/** Rows that gain or lose something, ascending. */
export function* changedRows({ added, removed }: RowChanges): Iterable<number> {
  let one = nextFilled(added.offsets, 0);
  let other = nextFilled(removed.offsets, 0);
  while (one >= 0 || other >= 0) {
    const row = one < 0 || (other >= 0 && other < one) ? other : one;
    yield row;
    if (one === row) one = nextFilled(added.offsets, row + 1);
    if (other === row) other = nextFilled(removed.offsets, row + 1);
  }
}

/** The next row from `row` on that has an edge, or -1. Most rounds change few of many rows. */
function nextFilled(offsets: Uint32Array, row: number): number {
  const before = offsets[row];
  if (before === undefined || before === offsets[offsets.length - 1]) return -1;
  let next = row + 1;
  while (offsets[next] === before) next++;
  return next - 1;
}

const reversed = (rows: Adjacency, columns: number) =>
  rows.targets.length === 0 ? noRows : transposed(rows, columns);
