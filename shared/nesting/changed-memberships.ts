import { type Edges, edgesOf, rowOf } from './adjacency.ts';
import type { EdgeChanges, RowChanges } from './edge-changes.ts';
import type { Memberships } from './memberships.ts';
import { type Nesting, nestingOf } from './nesting.ts';

export interface StateChange {
  readonly userEdges: EdgeChanges;
  readonly nestingEdges: EdgeChanges;
  readonly liveUsers: Uint8Array;
  readonly liveGroups: Uint8Array;
  readonly told: Uint8Array;
}

/** The memberships after a change, as a thin layer over those before: costs the change, not the directory. */
export function changedMemberships(before: Memberships, change: StateChange): Memberships {
  return {
    nesting: changedNesting(before.nesting, change),
    users: change.liveUsers.length,
    liveUsers: change.liveUsers,
    told: change.told,
    groupsOf: layer(before.groupsOf, () => change.userEdges.byMember),
    usersOf: layer(before.usersOf, () => change.userEdges.byGroup),
  };
}

function changedNesting(before: Nesting, change: StateChange): Nesting {
  const { added, removed } = change.nestingEdges;
  const same = added + removed === 0 && sameBytes(before.live, change.liveGroups);
  if (same) return before;
  return nestingOf(changedEdges(edgesOf(before.children), change.nestingEdges), change.liveGroups);
}

/** An edge list after net changes; O(edges). */
export function changedEdges(edges: Edges, { byGroup }: EdgeChanges): Edges {
  const kept = edgesWithout(edges, edgesOf(byGroup.removed));
  const added = edgesOf(byGroup.added);
  return { from: joined(kept.from, added.from), to: joined(kept.to, added.to) };
}

function edgesWithout({ from, to }: Edges, removed: Edges): Edges {
  if (removed.from.length === 0) return { from, to };
  const keyOf = (parent: number, child: number) => parent * 2 ** 26 + child;
  const gone = new Set(Array.from(removed.from, (parent, edge) => keyOf(parent, removed.to[edge] as number)));
  const isKept = (_: number, edge: number) => !gone.has(keyOf(from[edge] as number, to[edge] as number));
  return { from: from.filter(isKept), to: to.filter(isKept) };
}

/** The rows of `base` after changes. */
function layer(base: (row: number) => Uint32Array, changes: () => RowChanges): (row: number) => Uint32Array {
  return (row) => {
    const added = rowOf(changes().added, row);
    const removed = rowOf(changes().removed, row);
    if (removed.length === 0) return joined(base(row), added);
    const gone = new Set(removed);
    return joined(
      base(row).filter((value) => !gone.has(value)),
      added,
    );
  };
}

/** One of the two when the other is empty, so that a first round copies nothing. */
function joined(one: Uint32Array, more: Uint32Array): Uint32Array {
  if (more.length === 0) return one;
  if (one.length === 0) return more;
  const all = new Uint32Array(one.length + more.length);
  all.set(one);
  all.set(more, one.length);
  return all;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one === other || (one.length === other.length && one.every((byte, index) => byte === other[index]));
}
