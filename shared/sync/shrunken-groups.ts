import type { DiffSet } from '../nesting/diff-sets.ts';
import { Marks } from '../nesting/marks.ts';
import { safeguardOf } from './armed-safeguard.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import { sharePassed } from './group-share.ts';
import { reachable } from './large-groups.ts';
import { type Losses, lossesOfRun } from './removal-window.ts';
import { groupIdOf } from './round-ids.ts';
import type { LostByGroup } from './run-records.ts';
import type { Shrunken } from './safeguard.ts';

/**
 * How many members a group has before a round, by what is stored of it and of those below it, without a read: somebody who is in two of
 * them counts twice.
 */
function membersBefore(
  { stored }: Pick<DeriveSources, 'stored'>,
  { nesting }: Derivation['before'],
): (group: number) => number {
  const marks = new Marks(nesting.groups);
  return (group) =>
    reachable(nesting, [group], marks).reduce((sum, row) => sum + (stored.facts.get(row)?.users ?? 0), 0);
}

/** Of these losses, by number of the group, those that are more than one group may lose within 24 hours (graph.md §7.5). */
export function shrunkenOf(
  { run, round, stored }: DeriveSources,
  { before, after }: Pick<Derivation, 'before' | 'after'>,
  { losing, losses }: { readonly losing: Iterable<readonly [number, number]>; readonly losses: Losses },
): readonly Shrunken[] {
  const { perGroup } = safeguardOf(run);
  const membersOf = membersBefore({ stored }, before);
  const shrunken: Shrunken[] = [];
  for (const [number, count] of losing) {
    if (count === 0 || before.told[number] !== 1 || after.told[number] !== 1) continue;
    const group = groupIdOf(round.groupIds, number);
    const lately = losses.get(group);
    const lost = count + (lately?.lost ?? 0);
    if (lost <= perGroup.floor) continue;
    const of = { group, lost, members: lately?.members ?? membersOf(number), before: lost - count };
    if (sharePassed(of, perGroup)) shrunken.push(of);
  }
  return shrunken;
}

/** Told groups that lose more members than one group may, the greatest loss first. */
export const shrunkenGroups = (
  sources: DeriveSources,
  derivation: Pick<Derivation, 'before' | 'after'>,
  { sets, losses }: { readonly sets: readonly DiffSet[]; readonly losses: Losses },
): readonly Shrunken[] =>
  shrunkenOf(sources, derivation, { losing: losingIn(sets), losses }).toSorted(byLoss);

/** Of equal losses that of the smaller group. */
const byLoss = (one: Shrunken, other: Shrunken) =>
  other.lost - one.lost || one.members - other.members || (one.group < other.group ? -1 : 1);

/** What told groups lose, to be remembered. */
export function lostByGroup(
  { run, round, stored }: DeriveSources,
  { before, after }: Pick<Derivation, 'before' | 'after'>,
  sets: readonly DiffSet[],
): readonly LostByGroup[] {
  const membersOf = membersBefore({ stored }, before);
  const lost = [...losingIn(sets)].flatMap(([group, count]): readonly LostByGroup[] =>
    before.told[group] === 1 && after.told[group] === 1
      ? [[groupIdOf(round.groupIds, group), count, membersOf(group)]]
      : [],
  );
  return lossesOfRun(lost, safeguardOf(run).perGroup);
}

function* losingIn(sets: readonly DiffSet[]): Iterable<readonly [number, number]> {
  for (const { groups, removed } of sets) {
    if (removed.length > 0) for (const group of groups) yield [group, removed.length];
  }
}
