import { collectMembers } from '../nesting/effective.ts';
import { Marks } from '../nesting/marks.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { Plan } from './run-records.ts';

/**
 * What a directory has before a round that reads everything, counted: when a run was ended half-way, what was published last is of
 * another state. `memberships` are effective ones of told groups.
 */
export function countedDirectory(
  { round, stored }: Pick<DeriveSources, 'round' | 'stored'>,
  { before, kept }: Pick<Derivation, 'before' | 'kept'>,
): NonNullable<Plan['before']> {
  const scratch = { groups: new Marks(before.nesting.groups), users: new Marks(before.users) };
  const membersOf = (group: number): number => {
    const held = kept.get(group);
    if (held !== undefined) return held.filter((user) => before.liveUsers[user] === 1).length;
    collectMembers(before, group, { groups: scratch.groups, users: scratch.users.begin() });
    return scratch.users.count;
  };
  const counts = { users: 0, groups: 0, memberships: 0 };
  for (const user of round.users.values()) if (user.stored?.standing.inScope === true) counts.users++;
  for (const [group, { told }] of stored.facts) {
    if (!told) continue;
    counts.groups++;
    counts.memberships += membersOf(group);
  }
  return counts;
}
