import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import { limitsPassed } from './directory-limits.ts';
import { emptiedGroups } from './emptied-groups.ts';
import { chosenGroupsGone, scopeEmptied } from './empty-scope.ts';
import { isFirst } from './fold-round.ts';
import type { LimitedChange } from './held-groups.ts';
import type { PlanCounts } from './run-records.ts';
import { exceededThresholds } from './safeguard.ts';
import { shrunkenGroups } from './shrunken-groups.ts';

interface Decided {
  readonly counts: PlanCounts;
  readonly derivation: Derivation;
  readonly limited: LimitedChange;
}

/** Why a plan has to wait for a person, each as a sentence; none lets it through. A first run removes nothing. */
export async function exceededBy(sources: DeriveSources, decided: Decided): Promise<string[]> {
  const { run, state, checked } = sources;
  const { counts } = decided;
  return [
    ...limitsPassed(counts, state.counts, run.settings),
    ...scopeEmptied(counts, checked, run.settings.safeguard),
    ...chosenGroupsGone(counts, sources),
    ...(isFirst(sources) ? [] : await removalsAbove(sources, decided)),
  ];
}

async function removalsAbove(sources: DeriveSources, { counts, derivation, limited }: Decided) {
  const { run, state } = sources;
  return exceededThresholds(
    {
      counts,
      emptied: await emptiedGroups(sources, derivation, limited.sets),
      shrunken: shrunkenGroups(sources, derivation, limited.sets),
    },
    {
      counts: state.counts,
      now: Date.parse(run.startedAt),
      ...(state.removedLately === undefined ? {} : { lately: state.removedLately }),
    },
    run.settings.safeguard,
  );
}
