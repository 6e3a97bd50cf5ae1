import { affectedBy, type Change, type Touched } from './affected.ts';
import { type DiffSet, DiffSets } from './diff-sets.ts';
import { changedRows } from './edge-changes.ts';
import { collectDescendants, collectMembers } from './effective.ts';
import { Marks } from './marks.ts';
import type { Memberships } from './memberships.ts';
import { diffByUser } from './per-user.ts';

/**
 * How a change is derived. `users`: each touched user's groups before and after; `groups`: each affected group's
 * members before and after; `mixed`: groups above a nesting change by group, all others by user. All agree.
 */
export type Strategy = 'users' | 'groups' | 'mixed';

export interface NetChange {
  /** None where there are more pairs than were asked for. */
  readonly sets: readonly DiffSet[];
  /** Only there: users of all pairs, each once, in no order. */
  readonly moved?: Uint32Array;
  readonly pairsAdded: number;
  readonly pairsRemoved: number;
  readonly strategy: Strategy;
}

/**
 * The net change of effective membership: f(after) − f(before), so that a repeated round yields nothing and a
 * membership kept alive by another path never shows up. Exact with circles and deletions (reference: DBSP, Leopard).
 */
export function netChange(
  { before, after, pairsMax }: { before: Memberships; after: Memberships; pairsMax?: number },
  touched: Touched,
  wanted?: Strategy,
): NetChange {
  const affected = affectedBy(before, after, touched);
  const change = { before, after, touched, affected };
  const strategy = wanted ?? cheapest(change);
  const users = Math.max(before.users, after.users);
  const sets = new DiffSets(users, pairsMax);
  const byGroup = groupsToCompare(change, strategy);
  compareGroups(change, byGroup, sets);
  if (strategy !== 'groups') {
    const spread = strategy === 'users' ? affected.moved : new Uint32Array(0);
    diffByUser(change, { users: touchedUsers(change, spread), except: byGroup }, sets);
  }
  const { pairsAdded, pairsRemoved, moved } = sets;
  return {
    sets: sets.finish(),
    ...(moved === undefined ? {} : { moved }),
    pairsAdded,
    pairsRemoved,
    strategy,
  };
}

/** Groups derived as a whole: a group that begins or ends to be told always is. */
function groupsToCompare({ before, after, touched, affected }: Change, strategy: Strategy): Uint32Array {
  switch (strategy) {
    case 'groups':
      return affected.groups;
    case 'mixed':
      return affected.byNesting;
    case 'users':
      return touched.groups.filter((group) => (before.told[group] ?? 0) !== (after.told[group] ?? 0));
  }
}

/** Compares the members of each group before and after, with as much memory as one group takes. */
function compareGroups({ before, after }: Change, groups: Uint32Array, sets: DiffSets): void {
  if (groups.length === 0) return;
  const users = Math.max(before.users, after.users);
  const old = new Marks(users);
  const now = new Marks(users);
  const scratch = new Marks(Math.max(before.nesting.groups, after.nesting.groups));
  const added = new Uint32Array(users);
  const removed = new Uint32Array(users);
  for (const group of groups) {
    membersTold(before, group, { groups: scratch, users: old.begin() });
    membersTold(after, group, { groups: scratch, users: now.begin() });
    const addedCount = without(now, old, added);
    const removedCount = without(old, now, removed);
    sets.add(group, added.subarray(0, addedCount), removed.subarray(0, removedCount));
  }
}

function membersTold(memberships: Memberships, group: number, marks: { groups: Marks; users: Marks }): void {
  if (memberships.told[group] === 1) collectMembers(memberships, group, marks);
}

function without(one: Marks, other: Marks, into: Uint32Array): number {
  let count = 0;
  for (let entry = 0; entry < one.count; entry++) {
    const user = one.list[entry] as number;
    if (!other.has(user)) into[count++] = user;
  }
  return count;
}

/** Users to look at one by one, ascending: those with changes of their own and those below `spread`. */
function touchedUsers({ before, after, touched }: Change, spread: Uint32Array): Uint32Array {
  const own = new Set([...changedRows(touched.userEdges.byMember), ...touched.users]);
  if (spread.length === 0) return Uint32Array.from(own).sort();
  const users = new Marks(Math.max(before.users, after.users)).begin();
  for (const user of own) users.add(user);
  for (const group of spread) {
    for (const user of before.usersOf(group)) users.add(user);
    for (const user of after.usersOf(group)) users.add(user);
  }
  return users.sorted();
}

/** A user costs about this many times a member that is only counted: two lists to merge, scattered reads. */
const userCost = 40;

/** A pair that is told one by one costs about this many times a member that is only counted. */
const pairCost = 2;

/** The strategy that looks at least. Each guess stops as soon as it is beaten; the simpler one wins a draw. */
function cheapest(change: Change): Strategy {
  const { touched, affected } = change;
  const { added, removed } = touched.userEdges;
  const own = (added + removed + touched.users.length) * userCost;
  const users = own + membersOf(change, affected.moved) * (userCost + pairCost * affected.groups.length);
  const mixed = own + membersBelow(change, affected.byNesting, users - own);
  const groups = membersBelow(change, affected.groups, Math.min(users, mixed));
  if (groups < Math.min(users, mixed)) return 'groups';
  return mixed < users ? 'mixed' : 'users';
}

function membersOf({ before, after }: Change, groups: Uint32Array): number {
  let members = 0;
  for (const group of groups) members += Math.max(before.usersOf(group).length, after.usersOf(group).length);
  return members;
}

/** Members met when each of `groups` is derived before and after; stops at `enough`. */
function membersBelow({ before, after }: Change, groups: Uint32Array, enough: number): number {
  const below = new Marks(Math.max(before.nesting.groups, after.nesting.groups));
  let members = 0;
  for (const group of groups) {
    for (const state of [before, after]) {
      collectDescendants(state, group, below);
      members += below.count;
      for (let entry = 0; entry < below.count && members < enough; entry++) {
        members += state.usersOf(below.list[entry] as number).length;
      }
      if (members >= enough) return enough;
    }
  }
  return members;
}
