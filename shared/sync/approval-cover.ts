import { safeguardOf } from './armed-safeguard.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import { type Exceeded, knownBefore } from './exceeded.ts';
import { sharePassed } from './group-share.ts';
import type { PassedThreshold } from './passed-threshold.ts';
import { lossesWithin } from './removal-window.ts';
import { numberOf } from './round-ids.ts';
import type { JournalPart } from './round-records.ts';
import type { Plan, PlanCounts } from './run-records.ts';
import { exceededThresholds, type Shrunken } from './safeguard.ts';
import { shrunkenOf } from './shrunken-groups.ts';
import { type Removing, UnseenRemovals } from './unseen-removals.ts';

type Approved = Pick<Plan, 'thresholds' | 'counts'>;

/** A plan beside one that a person has approved, which is shown to it part by part. */
export interface Cover {
  see(part: JournalPart): void;
  /**
   * Whether nothing of the plan has to be seen that was not: each threshold that it passes was passed, and what it takes away besides
   * passes none.
   */
  isCoveredBy(approved: Approved): boolean;
}

export interface Covered extends Removing {
  readonly counts: PlanCounts;
  /** What the directory has, where that is not what was published. */
  readonly before: Plan['before'];
  readonly derivation: Derivation;
  readonly exceeded: Exceeded;
}

export function coverOf(sources: DeriveSources, plan: Covered): Cover {
  const unseen = new UnseenRemovals(sources.round, plan);
  return {
    see: (part) => unseen.see(part),
    isCoveredBy: (approved) =>
      arePassedSeen(sources, plan, { unseen, approved }) &&
      unseenAbove(sources, plan, { unseen, approved }).length === 0,
  };
}

interface Beside {
  readonly unseen: UnseenRemovals;
  readonly approved: Approved;
}

/** Whether each threshold that is passed was passed before, and where it is one of groups, by the same groups. */
function arePassedSeen(
  { round, run }: DeriveSources,
  { exceeded }: Covered,
  { unseen, approved }: Beside,
): boolean {
  const passed: ReadonlySet<string> = new Set(approved.thresholds);
  if (!exceeded.passed.every(({ kind }) => passed.has(kind))) return false;
  const { emptied, shrunken } = exceeded;
  if (emptied === undefined) return unseen.isUntold;
  // All members that it had.
  const isEmptied = (group: number) => {
    const { lost, gained } = unseen.seenOf(group);
    return gained === 0 && lost === unseen.lossOf(group);
  };
  const isShrunken = ({ group, members, before }: Shrunken) => {
    const { lost } = unseen.seenOf(numberOf(round.groupIds, group));
    return sharePassed({ lost: before + lost, members }, safeguardOf(run).perGroup);
  };
  return emptied.every(isEmptied) && shrunken.every(isShrunken);
}

/** Thresholds that the unseen removals would pass alone. Where memberships are not told one by one, only their number is known. */
function unseenAbove(
  sources: DeriveSources,
  plan: Covered,
  { unseen, approved }: Beside,
): readonly PassedThreshold[] {
  const isTold = plan.derivation.change !== undefined && !unseen.isUntold;
  const membershipsRemoved = isTold
    ? sumOf(unseen.lost.values())
    : Math.max(0, plan.counts.membershipsRemoved - approved.counts.membershipsRemoved);
  const counts = {
    membershipsRemoved,
    usersRemoved: unseen.leaving.size,
    usersDeactivated: unseen.deactivated.size,
    groupsRemoved: unseen.groups.size,
  };
  const known = knownBefore(sources, plan.before);
  const losses = lossesWithin(known.lately, known.now);
  const shrunken = isTold ? shrunkenOf(sources, plan.derivation, { losing: unseen.lost, losses }) : [];
  return exceededThresholds({ counts, emptied: 0, shrunken }, known, safeguardOf(sources.run));
}

const sumOf = (numbers: Iterable<number>) => Iterator.from(numbers).reduce((sum, number) => sum + number, 0);
