import { walkOn } from './ancestors.ts';
import { Marks } from './marks.ts';
import type { Memberships } from './memberships.ts';

/** Live users in `group` through any depth, ascending. A group that is not live has none. */
export function effectiveMembers(memberships: Memberships, group: number): Uint32Array {
  const users = new Marks(memberships.users);
  collectMembers(memberships, group, { groups: new Marks(memberships.nesting.groups), users: users.begin() });
  return users.sorted();
}

/** Live groups that hold `user` through any depth, ascending. A user who is not live is in none. */
export function effectiveGroupsOf(memberships: Memberships, user: number): Uint32Array {
  return memberships.liveUsers[user] === 1 ? groupsAbove(memberships, user) : new Uint32Array(0);
}

/** The same whether the user is live or not, for who knows that already. */
export function groupsAbove(memberships: Memberships, user: number): Uint32Array {
  const { nesting } = memberships;
  const groups = new Marks(nesting.groups).begin();
  for (const group of memberships.groupsOf(user)) nesting.ancestors.collect(group, groups);
  return groups.sorted();
}

/** The live groups below `group`, itself included, in the order in which they were met. */
export function collectDescendants(memberships: Memberships, group: number, groups: Marks): void {
  const { nesting } = memberships;
  groups.begin();
  if (nesting.live[group] !== 1) return;
  groups.add(group);
  walkOn(nesting.children, nesting.live, { into: groups, first: 0 });
}

/** Adds the effective members of `group` to `users`; `groups` is scratch. */
export function collectMembers(
  memberships: Memberships,
  group: number,
  { groups, users }: { groups: Marks; users: Marks },
): void {
  collectDescendants(memberships, group, groups);
  const { liveUsers } = memberships;
  for (let next = 0; next < groups.count; next++) {
    users.addLive(memberships.usersOf(groups.list[next] as number), liveUsers);
  }
}
