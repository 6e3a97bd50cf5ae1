import { rowOf } from '../nesting/adjacency.ts';
import { changedRows } from '../nesting/edge-changes.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { GroupNames } from './group-names.ts';
import type { LimitedChange } from './held-groups.ts';
import { groupIdOf } from './round-ids.ts';
import type { RunLogEntry } from './run-log.ts';
import type { UserDecision } from './user-decisions.ts';

/** What a person should know of a round: who is left out and why, groups above their limit, members that lead nowhere. */
export function logOf(
  { run, round, stored, edges }: DeriveSources,
  {
    users,
    limited,
    hidden,
    names,
  }: {
    users: Iterable<UserDecision>;
    limited: LimitedChange;
    hidden: readonly number[];
    names: Pick<GroupNames, 'of'>;
  },
): readonly RunLogEntry[] {
  const at = run.startedAt;
  const groupOf = (group: number) => ({ kind: 'group' as const, id: groupIdOf(round.groupIds, group) });
  const ignored = new Map<number, number>();
  const { added } = edges.users.byGroup;
  for (const group of changedRows(edges.users.byGroup)) {
    const others = rowOf(added, group).reduce((sum, member) => sum + (round.types.has(member) ? 1 : 0), 0);
    if (others > 0) ignored.set(group, (stored.facts.get(group)?.others ?? 0) + others);
  }
  return [
    ...Iterator.from(users)
      .filter(({ inScope, reason, was }) => !inScope && reason !== 'deleted' && was?.inScope !== true)
      .map(
        ({ id, reason = 'not-in-scope' }): RunLogEntry => ({
          key: `4/user/${id}`,
          at,
          level: 'info',
          code: `user-${reason}`,
          message: `User left out: ${reason}`,
          object: { kind: 'user', id },
        }),
      ),
    ...limited.groups
      .filter(({ held }) => held)
      .map(
        ({ group, members }): RunLogEntry => ({
          key: `4/limit/${group}`,
          at,
          level: 'error',
          code: 'group-over-limit',
          message: `Group "${names.of(group)}" would have ${members} members, above ${run.settings.maxMembersPerGroup}: it keeps its last ones`,
          object: groupOf(group),
          counts: { members, limit: run.settings.maxMembersPerGroup },
        }),
      ),
    ...hidden.map(
      (group): RunLogEntry => ({
        key: `3/hidden/${group}`,
        at,
        level: 'warning',
        code: 'members-hidden',
        message: 'Members of this group are hidden from the application: no removals were taken from it',
        object: groupOf(group),
      }),
    ),
    ...[...ignored].map(
      ([group, count]): RunLogEntry => ({
        key: `3/ignored/${group}`,
        at,
        level: 'warning',
        code: 'members-ignored',
        message: `${count} members are devices, contacts or service principals and lead nowhere`,
        object: groupOf(group),
        counts: { members: count },
      }),
    ),
  ];
}
