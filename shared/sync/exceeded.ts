import { safeguardOf } from './armed-safeguard.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import { limitsPassed } from './directory-limits.ts';
import { emptiedGroups } from './emptied-groups.ts';
import { chosenDomainsGone, chosenGroupsGone, scopeEmptied } from './empty-scope.ts';
import { isFirst } from './fold-round.ts';
import type { LimitedChange } from './held-groups.ts';
import type { PassedThreshold } from './passed-threshold.ts';
import { lossesWithin } from './removal-window.ts';
import type { LostByGroup, Plan, PlanCounts } from './run-records.ts';
import { exceededThresholds, type Known, type Shrunken } from './safeguard.ts';
import { lostByGroup, shrunkenGroups } from './shrunken-groups.ts';

interface Decided {
  readonly counts: PlanCounts;
  readonly derivation: Derivation;
  readonly limited: LimitedChange;
  /** What the directory has, where that is not what was published. */
  readonly before: Plan['before'];
}

/** Why a plan has to wait for a person, and the groups that this is about. */
export interface Exceeded {
  /** None lets the plan through. */
  readonly passed: readonly PassedThreshold[];
  /** Undefined when too much changes to tell. */
  readonly emptied: readonly number[] | undefined;
  readonly shrunken: readonly Shrunken[];
  /** What groups lose where nothing has to wait: a person who approves has seen it. */
  readonly lost?: readonly LostByGroup[];
}

/** A first run removes nothing. */
export async function exceededBy(sources: DeriveSources, decided: Decided): Promise<Exceeded> {
  const { run, state, checked } = sources;
  const { counts } = decided;
  const removals = isFirst(sources) ? noRemovals : await removalsAbove(sources, decided);
  const passed = [
    ...limitsPassed(counts, decided.before ?? state.counts, run.settings),
    ...scopeEmptied(counts, checked, run.settings.safeguard),
    ...chosenGroupsGone(counts, sources),
    ...(await chosenDomainsGone(counts, sources)),
    ...removals.passed,
  ];
  const lost = passed.length > 0 ? [] : lostByGroup(sources, decided.derivation, decided.limited.sets);
  return { ...removals, passed, ...(lost.length === 0 ? {} : { lost }) };
}

const noRemovals: Exceeded = { passed: [], emptied: [], shrunken: [] };

async function removalsAbove(
  sources: DeriveSources,
  { counts, derivation, limited, before }: Decided,
): Promise<Exceeded> {
  const safeguard = safeguardOf(sources.run);
  const known = knownBefore(sources, before);
  const lately = { sets: limited.sets, losses: lossesWithin(known.lately, known.now) };
  const emptied = await emptiedGroups(sources, derivation, lately);
  const shrunken = shrunkenGroups(sources, derivation, lately);
  const judged = { counts, emptied: emptied?.length, shrunken };
  return {
    passed: exceededThresholds(judged, known, safeguard),
    ...(safeguard.enabled ? { emptied, shrunken } : noGroups),
  };
}

const noGroups = { emptied: [], shrunken: [] };

/** What removals are measured by. */
export const knownBefore = (
  { run, state }: Pick<DeriveSources, 'run' | 'state'>,
  before: Plan['before'],
): Known => ({
  counts: before ?? state.counts,
  now: Date.parse(run.startedAt),
  ...(state.removedLately === undefined ? {} : { lately: state.removedLately }),
});
