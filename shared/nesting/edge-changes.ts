import { type Adjacency, adjacency, type Edges, noRows, rowOf, transposed } from './adjacency.ts';

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
  const rowsOf = (edges: Edges) => adjacency(edges, { rows: groups, columns: members });
  return edgeChanges({ added: rowsOf(added), removed: rowsOf(removed) }, members);
}

/** Rows that gain or lose something, ascending. */
export function* changedRows(changes: RowChanges): Iterable<number> {
  const { added, removed } = changes;
  const rows = Math.max(added.offsets.length, removed.offsets.length) - 1;
  for (let row = 0; row < rows; row++) {
    if (rowOf(added, row).length + rowOf(removed, row).length > 0) yield row;
  }
}

const reversed = (rows: Adjacency, columns: number) =>
  rows.targets.length === 0 ? noRows : transposed(rows, columns);
