import type { FaultName, FaultSettings } from '../../../tools/simulated-tenant/graph/faults.ts';

/** Faults that a run has to bear. Each whole life has its own subset of them. */
export const bearable: FaultSettings = {
  'empty-pages': 0.5,
  'empty-last-page': 0.5,
  'varying-pages': 0.5,
  'scattered-slices': 1,
  'split-across-rounds': 0.2,
  'repeated-objects': 0.2,
  'bare-group-entries': 0.5,
  'empty-members': 0.5,
  'contested-edges': 0.1,
  'replayed-changes': 0.5,
  'removed-strangers': 1,
  'late-objects': 0.2,
  'restored-groups-tell-members': 0.5,
  'lists-hide-deleted-members': 1,
  'gone-with-location': 0.2,
  'gone-without-location': 0.2,
  'gone-in-mid-round': 0.03,
  'expired-token': 0.2,
  'dead-skiptoken': 0.05,
  'unknown-skiptoken': 0.05,
  'large-tokens': 1,
  'mixed-case-tokens': 0.5,
  'upper-case-ids': 0.5,
  'throttled-seconds': 0.1,
  'throttled-fraction': 0.1,
  'throttled-date': 0.1,
  'throttled-past-date': 0.1,
  'throttled-zero': 0.1,
  'throttled-long': 0.05,
  'throttled-bare': 0.1,
  'error-500': 0.05,
  'error-502': 0.05,
  'error-503-html': 0.05,
  'timeout-504': 0.05,
  'slow-drip': 0.02,
  'reset-before-body': 0.05,
  'reset-in-body': 0.05,
  'truncated-gzip': 0.05,
  'error-in-200': 0.05,
  'page-in-400': 0.05,
  'no-content-type': 0.3,
  unauthorized: 0.05,
  'claims-challenge': 0.05,
  forbidden: 0.05,
  'lagging-lists': 0.2,
  'lagging-deltas': 0.2,
  'lagging-counts': 0.2,
  'stale-answer': 0.1,
  'batch-shuffled': 1,
  'batch-throttled-inside': 0.1,
  'batch-missing': 0.1,
  'assignments-repeated': 0.5,
  'assignments-of-deleted': 1,
  'assignments-empty': 0.3,
};

/** Faults of single rounds that a run may give up on; the next one goes on. */
export const fatal: FaultSettings = {
  'endless-round': 0.9,
  'link-loop': 0.9,
  'list-loop': 0.9,
  'member-list-loop': 0.5,
  'foreign-link': 0.5,
  forbidden: 0.8,
  'gone-in-mid-round': 0.5,
  'throttled-bare': 0.9,
  'assignments-not-found': 0.7,
};

/** While counts and lists heal what no delta told. */
export const badCounts: FaultSettings = {
  'lists-hide-deleted-members': 0.5,
  'lagging-counts': 0.2,
  'batch-shuffled': 1,
  'batch-throttled-inside': 0.1,
  'batch-missing': 0.1,
  'error-503-html': 0.1,
  'error-in-200': 0.1,
};

/** A change that no delta ever tells: nothing but a count finds it, so no whole run can bear it. */
export const lostChange: FaultSettings = { 'lost-change': { chance: 0.3, times: 1 } };

/** Some of these faults. */
export function subset(faults: FaultSettings, random: () => number, share = 0.3): FaultSettings {
  const chosen = Object.entries(faults).filter(() => random() < share);
  return Object.fromEntries(chosen) as FaultSettings;
}

/** None of these faults. */
export const off = (faults: FaultSettings): FaultSettings =>
  Object.fromEntries(Object.keys(faults).map((name) => [name as FaultName, 0]));

/** What an enumeration leaves out is gone, so Graph does not ask for a new one where this tenant is told of some things late. */
export function honest(faults: FaultSettings): FaultSettings {
  return tellsLate(faults) ? { ...faults, ...off(newEnumerations) } : faults;
}

export const tellsLate = (faults: FaultSettings): boolean =>
  faults['late-objects'] !== undefined || faults['split-across-rounds'] !== undefined;

/** Two thousand empty pages, until they are taken for endless, take too many messages where hardly a page is answered. */
export const brief = (faults: FaultSettings): FaultSettings =>
  'endless-round' in faults ? { ...faults, 'throttled-bare': 0 } : faults;

const newEnumerations: FaultSettings = {
  'gone-with-location': 0,
  'gone-without-location': 0,
  'gone-in-mid-round': 0,
  'expired-token': 0,
  'dead-skiptoken': 0,
  'unknown-skiptoken': 0,
};
