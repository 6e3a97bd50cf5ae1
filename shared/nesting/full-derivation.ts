import { type Adjacency, transposed } from './adjacency.ts';
import { walkOn } from './ancestors.ts';
import { Marks } from './marks.ts';
import type { WholeMemberships } from './memberships.ts';

/**
 * Calls `visit` once for each told group that has effective members, with these in no order. `users` is only valid
 * during the call. The groups of a circle share one walk; a group without nested groups is not walked at all.
 */
export function forEachEffective(
  memberships: WholeMemberships,
  visit: (group: number, users: Uint32Array) => void,
): void {
  const { nesting, told } = memberships;
  const circles = circlesOf(memberships);
  const membersOf = walker(memberships);
  for (let component = 0; component + 1 < circles.offsets.length; component++) {
    const end = circles.offsets[component + 1] as number;
    let users: Uint32Array | undefined;
    for (let entry = circles.offsets[component] as number; entry < end; entry++) {
      const group = circles.targets[entry] as number;
      if (nesting.live[group] !== 1 || told[group] !== 1) continue;
      users ??= membersOf(group);
      if (users.length > 0) visit(group, users);
    }
  }
}

/** How many effective members each told group has. */
export function effectiveSizes(memberships: WholeMemberships): Uint32Array {
  const sizes = new Uint32Array(memberships.nesting.groups);
  forEachEffective(memberships, (group, users) => {
    sizes[group] = users.length;
  });
  return sizes;
}

/** Effective members of each group, counted user by user over ancestor lists; the second road to the same sums. */
export function effectiveCounts(memberships: WholeMemberships): Uint32Array {
  const { nesting, liveUsers, userGroups } = memberships;
  const counts = new Uint32Array(nesting.groups);
  const above = new Marks(nesting.groups);
  const { offsets, targets } = userGroups;
  for (let user = 0; user < liveUsers.length; user++) {
    if (liveUsers[user] !== 1) continue;
    above.begin();
    const end = offsets[user + 1] as number;
    for (let edge = offsets[user] as number; edge < end; edge++) {
      nesting.ancestors.collect(targets[edge] as number, above);
    }
    for (let entry = 0; entry < above.count; entry++) {
      const group = above.list[entry] as number;
      counts[group] = (counts[group] as number) + 1;
    }
  }
  return counts.map((count, group) => (memberships.told[group] === 1 ? count : 0));
}

function walker(memberships: WholeMemberships): (group: number) => Uint32Array {
  const { nesting, liveUsers, groupUsers } = memberships;
  const groups = new Marks(nesting.groups);
  const users = new Marks(memberships.users);
  const allLive = liveUsers.every((live) => live === 1);
  const { offsets, targets } = groupUsers;
  return (group) => {
    groups.begin().add(group);
    walkOn(nesting.children, nesting.live, { into: groups, first: 0 });
    if (groups.count === 1 && allLive) return targets.subarray(offsets[group], offsets[group + 1]);
    users.begin();
    for (let next = 0; next < groups.count; next++) {
      const below = groups.list[next] as number;
      const direct = targets.subarray(offsets[below], offsets[below + 1]);
      if (allLive) users.addAll(direct);
      else users.addLive(direct, liveUsers);
    }
    return users.list.subarray(0, users.count);
  };
}

/** The groups of each component. */
function circlesOf({ nesting }: WholeMemberships): Adjacency {
  const { componentOf, count } = nesting.ancestors.components;
  return transposed(
    {
      offsets: Uint32Array.from({ length: componentOf.length + 1 }, (_, group) => group),
      targets: componentOf,
    },
    count,
  );
}
