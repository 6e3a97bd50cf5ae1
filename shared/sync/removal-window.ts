import type { GroupId } from '../model/ids.ts';
import { safeguardOf } from './armed-safeguard.ts';
import { type Loss, shareOf } from './group-share.ts';
import type { LostByGroup, PlanCounts, SyncRun } from './run-records.ts';
import type { GroupThreshold } from './settings.ts';
import type { RemovedLately, SyncState } from './sync-state.ts';

// What runs of the last 24 hours removed and nobody approved, so that many small removals do not pass for none (XE-19, reliability.md §5).

export interface Removals {
  readonly memberships: number;
  readonly users: number;
  readonly groups: number;
}

type Counted = Pick<PlanCounts, 'membershipsRemoved' | 'usersDeactivated' | 'usersRemoved' | 'groupsRemoved'>;

export const removalsOf = (counts: Counted): Removals => ({
  memberships: counts.membershipsRemoved,
  users: counts.usersDeactivated + counts.usersRemoved,
  groups: counts.groupsRemoved,
});

export const isNothing = ({ memberships, users, groups }: Removals) => memberships + users + groups === 0;

const windowMilliseconds = 24 * 60 * 60 * 1000;

export const withinWindow = (lately: readonly RemovedLately[], now: number): readonly RemovedLately[] =>
  lately.filter(({ at }) => at > now - windowMilliseconds);

export type Losses = ReadonlyMap<GroupId, Loss>;

/** What each group lost within 24 hours, of the members that it had before the first of them. */
export function lossesWithin(lately: SyncState['removedLately'], now: number): Losses {
  return lossesOf(lately === undefined || lately === 'unreadable' ? [] : withinWindow(lately, now));
}

function lossesOf(runs: readonly RemovedLately[]): Losses {
  const losses = new Map<GroupId, Loss>();
  for (const { byGroup = [] } of runs) {
    for (const [group, lost, members] of byGroup) {
      const before = losses.get(group) ?? { lost: 0, members };
      losses.set(group, { ...before, lost: before.lost + lost });
    }
  }
  return losses;
}

/** The window after a run. What a person approved does not count against the next runs; who approves no removal has approved none. */
export function removedLatelyAfter(state: SyncState, run: SyncRun): NonNullable<SyncState['removedLately']> {
  const { removedLately: before = [] } = state;
  const published = run.plan?.before ?? state.counts;
  const removed = run.plan === undefined ? undefined : removalsOf(run.plan.counts);
  const removes = removed !== undefined && !isNothing(removed);
  if (removes && run.approval !== undefined) return [];
  if (before === 'unreadable') return before;
  const at = Date.parse(run.startedAt);
  const recent = [...withinWindow(before, at)];
  if (!removes || published === undefined) return recent;
  const { memberships, users, groups } = published;
  const lost = run.plan?.lost;
  const byGroup = lost === undefined ? {} : { byGroup: lost };
  const latest = { at, ...removed, base: { memberships, users, groups }, ...byGroup };
  return asFewLosses([...recent, latest], safeguardOf(run).perGroup);
}

/**
 * Losses of groups that are remembered. By the thresholds of a new directory fewer memberships than that leave it in 24 hours
 * without a person; where they are wider, and more groups lose somebody, those are remembered that have lost most of what they may.
 */
const lossesMax = 10_000;
/** Of one run, which a checkpoint holds as well. */
const lossesOfRunMax = 2000;

function asFewLosses(runs: RemovedLately[], of: GroupThreshold): RemovedLately[] {
  const count = runs.reduce((sum, { byGroup = [] }) => sum + byGroup.length, 0);
  if (count <= lossesMax) return runs;
  const kept = new Set<GroupId>();
  const times = Map.groupBy(
    runs.flatMap(({ byGroup = [] }) => byGroup),
    ([group]) => group,
  );
  let room = lossesMax;
  for (const [group] of [...lossesOf(runs)].toSorted(byShare(([, loss]) => loss, of))) {
    room -= times.get(group)?.length ?? 0;
    if (room < 0) break;
    kept.add(group);
  }
  return runs.map(({ byGroup = [], ...run }) => ({
    ...run,
    byGroup: byGroup.filter(([group]) => kept.has(group)),
  }));
}

/** Those of a run's losses that are remembered. */
export const lossesOfRun = (lost: readonly LostByGroup[], of: GroupThreshold): readonly LostByGroup[] =>
  lost.toSorted(byShare(([, count, members]) => ({ lost: count, members }), of)).slice(0, lossesOfRunMax);

/** Whoever has lost most of what it may comes first. */
const byShare =
  <T>(lossOf: (item: T) => Loss, of: GroupThreshold) =>
  (one: T, other: T): number =>
    shareLost(lossOf(other), of) - shareLost(lossOf(one), of);

const shareLost = ({ lost, members }: Loss, of: GroupThreshold) => lost / Math.max(1, shareOf(members, of));
