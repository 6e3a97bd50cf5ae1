import type { DiffSet } from '../nesting/diff-sets.ts';
import { Marks } from '../nesting/marks.ts';
import { countsAfter, storedUsers } from './counting-users.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { Loss } from './group-share.ts';
import { reachable } from './large-groups.ts';
import type { Losses } from './removal-window.ts';
import { groupIdOf } from './round-ids.ts';

/** A told group that had this many members or more does not lose the last one unseen (reliability.md §5). */
const emptiedFrom = 5;

/**
 * Told groups that had at least five members, before the round or 24 hours ago, and have none when it is done; undefined when the
 * change is too large to be told group by group. Of a group that still has somebody, only as much is read as shows it.
 */
export async function emptiedGroups(
  sources: DeriveSources,
  derivation: Derivation,
  { sets, losses }: { readonly sets: readonly DiffSet[]; readonly losses: Losses },
): Promise<readonly number[] | undefined> {
  if (derivation.pairsRemoved === 0) return [];
  if (derivation.change === undefined) return derivation.pairsRemoved < emptiedFrom ? [] : undefined;
  const emptied: number[] = [];
  const { nesting } = derivation.after;
  const marks = new Marks(nesting.groups);
  for (const { group, count } of losingOnly(sets, derivation)) {
    if (!hadMany(count, losses.get(groupIdOf(sources.round.groupIds, group)))) continue;
    const below = reachable(nesting, [group], marks);
    if (!(await hasSomebody(sources, derivation, below))) emptied.push(group);
  }
  return emptied;
}

/** Whoever lost five had five; so had who lost as many since it had five. */
function hadMany(count: number, lately: Loss | undefined): boolean {
  if (count >= emptiedFrom || lately === undefined) return count >= emptiedFrom;
  return count + lately.lost >= emptiedFrom && lately.members >= emptiedFrom;
}

/** Told groups that lose members and gain none, and how many they lose. */
function losingOnly(sets: readonly DiffSet[], { before, after }: Derivation) {
  const lost = new Map<number, number>();
  const gaining = new Set<number>();
  for (const { groups, added, removed } of sets) {
    for (const group of groups) {
      lost.set(group, (lost.get(group) ?? 0) + removed.length);
      if (added.length > 0) gaining.add(group);
    }
  }
  return [...lost].flatMap(([group, count]) => {
    const isTold = before.told[group] === 1 && after.told[group] === 1;
    return count > 0 && isTold && !gaining.has(group) ? [{ group, count }] : [];
  });
}

/** In one of these groups. */
async function hasSomebody(
  sources: DeriveSources,
  { after }: Derivation,
  groups: Uint32Array,
): Promise<boolean> {
  for (const group of groups) {
    await sources.stored.loadMembers([group]);
    const members = after.usersOf(group);
    for (let start = 0; start < members.length; start += askedAtOnce) {
      if (await someCount(sources, members.subarray(start, start + askedAtOnce))) return true;
    }
  }
  return false;
}

const askedAtOnce = 500;

async function someCount(sources: DeriveSources, members: Uint32Array): Promise<boolean> {
  const { users } = sources.round;
  if (members.some((member) => countsAfter(sources, member))) return true;
  const strangers = [...members].filter((member) => !users.has(member));
  return (await storedUsers(sources, strangers)).some(({ standing }) => standing.counts);
}
