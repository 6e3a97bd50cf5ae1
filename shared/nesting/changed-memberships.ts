import { countedStarts, type Edges, edgesOf } from './adjacency.ts';
import type { Memberships } from './memberships.ts';
import { type Nesting, nestingOf } from './nesting.ts';

/** Net changes of direct memberships: no edge twice, none that is there is added, none that is absent removed. */
export interface EdgeChanges {
  /** The containing group of each changed edge. */
  readonly groups: Uint32Array;
  /** The user or the child group. */
  readonly members: Uint32Array;
  /** 1 added, 0 removed. */
  readonly added: Uint8Array;
}

export const noChanges: EdgeChanges = {
  groups: new Uint32Array(0),
  members: new Uint32Array(0),
  added: new Uint8Array(0),
};

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
    groupsOf: layer(before.groupsOf, change.userEdges, 'members'),
    usersOf: layer(before.usersOf, change.userEdges, 'groups'),
  };
}

function changedNesting(before: Nesting, change: StateChange): Nesting {
  const same = change.nestingEdges.groups.length === 0 && sameBytes(before.live, change.liveGroups);
  if (same) return before;
  return nestingOf(changedEdges(edgesOf(before.children), change.nestingEdges), change.liveGroups);
}

/** An edge list after net changes; O(edges). */
export function changedEdges(edges: Edges, changes: EdgeChanges): Edges {
  const gone = new Set<number>();
  const from: number[] = [];
  const to: number[] = [];
  for (let index = 0; index < changes.groups.length; index++) {
    const group = changes.groups[index] as number;
    const member = changes.members[index] as number;
    if (changes.added[index] === 1) {
      from.push(group);
      to.push(member);
    } else gone.add(group * 2 ** 26 + member);
  }
  const kept = edgesWithout(edges, gone);
  return { from: joined(kept.from, from), to: joined(kept.to, to) };
}

function edgesWithout({ from, to }: Edges, gone: ReadonlySet<number>): Edges {
  if (gone.size === 0) return { from, to };
  const keep = { from: new Uint32Array(from.length), to: new Uint32Array(to.length) };
  let count = 0;
  for (let edge = 0; edge < from.length; edge++) {
    if (gone.has((from[edge] as number) * 2 ** 26 + (to[edge] as number))) continue;
    keep.from[count] = from[edge] as number;
    keep.to[count++] = to[edge] as number;
  }
  return { from: keep.from.subarray(0, count), to: keep.to.subarray(0, count) };
}

/** Changes row by row, in typed rows: a first round changes millions. Made when first asked for. */
interface ChangedRows {
  /** Where the changes of each row begin in `order`. */
  readonly starts: Uint32Array;
  /** Numbers of the changes, row by row, each row in the order of the changes. */
  readonly order: Uint32Array;
}

type End = 'groups' | 'members';

function rowsWith(changes: EdgeChanges, end: End): ChangedRows {
  const rows = changes[end].reduce((most, row) => Math.max(most, row + 1), 0);
  const starts = countedStarts(changes[end], rows);
  const free = starts.slice(0, rows);
  const order = new Uint32Array(changes[end].length);
  for (let index = 0; index < order.length; index++) {
    const row = changes[end][index] as number;
    const place = free[row] as number;
    order[place] = index;
    free[row] = place + 1;
  }
  return { starts, order };
}

/** The rows of `base` after `changes`, of which each names its row at `end` and what it changes there at the other one. */
function layer(
  base: (row: number) => Uint32Array,
  changes: EdgeChanges,
  end: End,
): (row: number) => Uint32Array {
  const others = changes[end === 'groups' ? 'members' : 'groups'];
  let rows: ChangedRows | undefined;
  return (row) => {
    rows ??= rowsWith(changes, end);
    const { starts, order } = rows;
    if (row + 1 >= starts.length || starts[row] === starts[row + 1]) return base(row);
    const added: number[] = [];
    const removed = new Set<number>();
    for (const change of order.subarray(starts[row], starts[row + 1])) {
      const value = others[change] as number;
      if (changes.added[change] === 1) added.push(value);
      else removed.add(value);
    }
    const before = base(row);
    return joined(removed.size === 0 ? before : before.filter((value) => !removed.has(value)), added);
  };
}

function joined(one: Uint32Array, more: readonly number[]): Uint32Array {
  if (more.length === 0) return one;
  const all = new Uint32Array(one.length + more.length);
  all.set(one);
  all.set(more, one.length);
  return all;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one === other || (one.length === other.length && one.every((byte, index) => byte === other[index]));
}
