import type { EdgeChanges } from '../nesting/changed-memberships.ts';
import type { DeriveSources } from './derive-round.ts';
import type { GroupDecision } from './group-decisions.ts';
import type { LimitedChange } from './held-groups.ts';
import type { PlanCounts } from './run-records.ts';
import type { UserDecision } from './user-decisions.ts';

export function countsOf(
  { edges }: DeriveSources,
  {
    users,
    groups,
    limited,
  }: { users: Iterable<UserDecision>; groups: readonly GroupDecision[]; limited: LimitedChange },
): PlanCounts {
  const count = <T>(items: readonly T[], is: (item: T) => boolean) => items.filter(is).length;
  const userCounts = countsOfUsers(users);
  const edgesAdded = (changes: EdgeChanges) => changes.added.reduce((sum, added) => sum + added, 0);
  const directAdded = edgesAdded(edges.users) + edgesAdded(edges.nesting);
  return {
    ...userCounts,
    groupsCreated: count(groups, ({ told, wasTold }) => told && !wasTold),
    groupsRemoved: count(groups, ({ told, wasTold }) => !told && wasTold),
    directAdded,
    directRemoved: edges.users.groups.length + edges.nesting.groups.length - directAdded,
    membershipsAdded: limited.pairsAdded,
    membershipsRemoved: limited.pairsRemoved,
    groupsHeld: count(limited.groups, ({ held }) => held),
  };
}

function countsOfUsers(users: Iterable<UserDecision>) {
  const counts = { usersCreated: 0, usersDeactivated: 0, usersRemoved: 0 };
  for (const { inScope, was, disabled } of users) {
    const wasIn = was?.inScope === true;
    if (inScope && !wasIn) counts.usersCreated++;
    if (!inScope && wasIn) counts.usersRemoved++;
    if (disabled) counts.usersDeactivated++;
  }
  return counts;
}
