import type { DiffSet } from '../nesting/diff-sets.ts';
import { Marks } from '../nesting/marks.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import { reachable } from './large-groups.ts';
import { groupIdOf } from './round-ids.ts';
import { type Shrunken, sharePassed } from './safeguard.ts';

/**
 * How many members a group has before a round, by what is stored of it and of those below it, without a read: somebody who is in two of
 * them counts twice.
 */
export function membersBefore(
  { stored }: Pick<DeriveSources, 'stored'>,
  { nesting }: Derivation['before'],
): (group: number) => number {
  const marks = new Marks(nesting.groups);
  return (group) =>
    reachable(nesting, [group], marks).reduce((sum, row) => sum + (stored.facts.get(row)?.users ?? 0), 0);
}

/** Told groups that lose more members than one group may, the greatest loss first (graph.md §7.5). */
export function shrunkenGroups(
  { run, round, stored }: DeriveSources,
  { before, after }: Pick<Derivation, 'before' | 'after'>,
  sets: readonly DiffSet[],
): readonly Shrunken[] {
  const { perGroup } = run.settings.safeguard;
  const membersOf = membersBefore({ stored }, before);
  const shrunken: Shrunken[] = [];
  for (const { groups, removed } of sets) {
    if (removed.length <= perGroup.floor) continue;
    for (const group of groups) {
      if (before.told[group] !== 1 || after.told[group] !== 1) continue;
      const members = membersOf(group);
      const lost = { group: groupIdOf(round.groupIds, group), lost: removed.length, members };
      if (sharePassed(lost, perGroup)) shrunken.push(lost);
    }
  }
  return shrunken.toSorted(byLoss);
}

/** Of equal losses that of the smaller group. */
const byLoss = (one: Shrunken, other: Shrunken) =>
  other.lost - one.lost || one.members - other.members || (one.group < other.group ? -1 : 1);
