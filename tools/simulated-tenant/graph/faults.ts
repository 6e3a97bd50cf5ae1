import { seededRandom } from '../seeded-random.ts';

/**
 * Everything the simulated Graph can do wrong, by name, in the order of graph.md §6. All of it is off unless it is set:
 * to a chance between 0 and 1, or to a chance and a number of times.
 */
export const faultNames = [
  // 1-7: what a delta round looks like
  'empty-pages',
  'empty-last-page',
  'varying-pages',
  'scattered-slices',
  'split-across-rounds',
  'repeated-objects',
  'bare-group-entries',
  'empty-members',
  'contested-edges',
  'replayed-changes',
  'removed-strangers',
  'late-objects',
  // A change of a membership that no round ever tells.
  'lost-change',
  // 8, 11: replicas
  'restored-groups-tell-members',
  'lists-hide-deleted-members',
  'lagging-lists',
  'lagging-deltas',
  'lagging-counts',
  // 12-14: tokens, links and spelling
  'gone-with-location',
  'gone-without-location',
  'gone-in-mid-round',
  'expired-token',
  'dead-skiptoken',
  'unknown-skiptoken',
  'large-tokens',
  'mixed-case-tokens',
  'endless-round',
  'link-loop',
  'list-loop',
  'member-list-loop',
  'foreign-link',
  'upper-case-ids',
  // 15: throttling
  'throttled-seconds',
  'throttled-fraction',
  'throttled-date',
  'throttled-past-date',
  'throttled-zero',
  'throttled-long',
  'throttled-bare',
  // 16, 17, 19: HTTP
  'error-500',
  'error-502',
  'error-503-html',
  'timeout-504',
  'slow-drip',
  'reset-before-body',
  'reset-in-body',
  'truncated-gzip',
  'error-in-200',
  'page-in-400',
  'no-content-type',
  'unauthorized',
  'claims-challenge',
  'forbidden',
  'stale-answer',
  // 18: batches
  'batch-shuffled',
  'batch-throttled-inside',
  'batch-missing',
  // 22: assignments
  'assignments-repeated',
  'assignments-of-deleted',
  'assignments-empty',
  'assignments-not-found',
] as const;

export type FaultName = (typeof faultNames)[number];

export type FaultSetting = number | { readonly chance: number; readonly times: number };

export type FaultSettings = Partial<Record<FaultName, FaultSetting>>;

/** Decides, from a seed, which fault happens when; and counts what happened. */
export interface Faults {
  /** Whether this fault happens now. */
  happens(name: FaultName): boolean;
  /** Whether it may happen at all. */
  isSet(name: FaultName): boolean;
  /** A whole number from 0 up to, but not including, `below`, for the shape of a fault. */
  below(below: number): number;
  shuffled<T>(list: readonly T[]): T[];
  /** Changes what happens from now on; 0 switches a fault off. */
  set(settings: FaultSettings): void;
  readonly counts: ReadonlyMap<FaultName, number>;
}

export function newFaults(seed: string, settings: FaultSettings = {}): Faults {
  const random = seededRandom(`faults ${seed}`);
  const active = new Map<FaultName, { chance: number; left: number }>();
  const counts = new Map<FaultName, number>();
  const set = (changes: FaultSettings) => {
    for (const name of faultNames) {
      const setting = changes[name];
      if (setting === undefined) continue;
      const { chance, times } =
        typeof setting === 'number' ? { chance: setting, times: Number.POSITIVE_INFINITY } : setting;
      active.set(name, { chance, left: times });
    }
  };
  set(settings);
  return {
    set,
    counts,
    below: (limit) => random.below(limit),
    shuffled: (list) => random.sample(list, list.length),
    isSet(name) {
      const fault = active.get(name);
      return fault !== undefined && fault.left > 0 && fault.chance > 0;
    },
    happens(name) {
      const fault = active.get(name);
      if (fault === undefined || fault.left <= 0 || !random.chance(fault.chance)) return false;
      fault.left--;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return true;
    },
  };
}

/** `empty-pages=0.5,throttled-zero=1*3`: chances, and times after an asterisk. Throws one sentence for what it cannot read. */
export function parseFaults(text: string): FaultSettings {
  const settings: FaultSettings = {};
  for (const part of text.split(',').filter((piece) => piece !== '')) {
    const [, name, chance = '1', times] = /^([a-z0-9-]+)(?:=([0-9.]+)(?:[*](\d+))?)?$/.exec(part) ?? [];
    const known = faultNames.find((candidate) => candidate === name);
    if (known === undefined)
      throw new Error(`There is no fault "${part}"; there are ${faultNames.join(', ')}.`);
    settings[known] = times === undefined ? Number(chance) : { chance: Number(chance), times: Number(times) };
  }
  return settings;
}
