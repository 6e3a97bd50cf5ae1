import type { PassedThreshold } from './passed-threshold.ts';
import type { PlanCounts } from './run-records.ts';
import type { NestedSettings } from './settings.ts';
import type { DirectoryCounts } from './sync-state.ts';

type Limits = Pick<NestedSettings, 'maxUsers' | 'maxGroups' | 'maxMemberships'>;

/**
 * Limits that the directory would grow past (XA-45). What passes one is held as a whole, like removals above
 * a threshold; a directory that is above one already and does not grow is left alone, as somebody let it be so.
 */
export function limitsPassed(
  counts: PlanCounts,
  published: Omit<DirectoryCounts, 'domains'> | undefined,
  limits: Limits,
): readonly PassedThreshold[] {
  const before = published ?? { users: 0, groups: 0, memberships: 0 };
  const growth = [
    ['users', limits.maxUsers, before.users, counts.usersCreated - counts.usersRemoved],
    ['groups', limits.maxGroups, before.groups, counts.groupsCreated - counts.groupsRemoved],
    [
      'memberships',
      limits.maxMemberships,
      before.memberships,
      counts.membershipsAdded - counts.membershipsRemoved,
    ],
  ] as const;
  return growth.flatMap(([what, limit, was, more]) =>
    limit !== undefined && more > 0 && was + more > limit
      ? [{ kind: `${what}-limit`, sentence: `${what} in the directory: ${was + more}, allowed ${limit}` }]
      : [],
  );
}
