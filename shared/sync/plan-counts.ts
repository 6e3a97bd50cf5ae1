import type { DeriveSources } from './derive-sources.ts';
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
  return {
    ...userCounts,
    groupsCreated: count(groups, ({ told, wasTold }) => told && !wasTold),
    groupsRemoved: count(groups, ({ told, wasTold }) => !told && wasTold),
    directAdded: edges.users.added + edges.nesting.added,
    directRemoved: edges.users.removed + edges.nesting.removed,
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
