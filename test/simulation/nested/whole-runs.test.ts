import { beforeAll, expect, test } from '@jest/globals';
import type { NestedSettings } from '../../../shared/sync/settings.ts';
import { evolve } from '../../../tools/simulated-tenant/evolve.ts';
import type { FaultName, FaultSettings } from '../../../tools/simulated-tenant/graph/faults.ts';
import { millisecondsFor, seedCount, throughSeeds } from './seeds.ts';
import { makeWorldTable, TenantWorld } from './tenant-world.ts';

const seeds = seedCount(3);
const rounds = 4;

beforeAll(makeWorldTable);

test(
  'whole runs over HTTP and table storage, through faults of Graph, end where the tenant is (graph.md §6.24)',
  () => throughSeeds(seeds, scenario),
  millisecondsFor(seeds),
);

/** Faults that a run has to bear. Each seed has its own subset of them. */
const bearable: FaultSettings = {
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
};

/** Faults of single rounds that a run may give up on; the next one goes on. */
const fatal: FaultSettings = {
  'endless-round': 0.9,
  'link-loop': 0.9,
  'list-loop': 0.9,
  'member-list-loop': 0.5,
  'foreign-link': 0.5,
  forbidden: 0.8,
  'gone-in-mid-round': 0.5,
  'throttled-bare': 0.9,
};

async function scenario(seed: number): Promise<void> {
  const world = await TenantWorld.open(seed, { faults: {} });
  try {
    const { random } = world;
    world.softSeconds = random() < 0.3 ? 2 : 240;
    // Half of the worlds are as long as large ones: their transactions take few writes.
    if (random() < 0.5) world.gathering = { writes: Math.ceil(random() * 40), seconds: 1 };
    const standing = honest(subset(bearable, random));
    // Half of a move told late is a removal that Graph made.
    world.consumer.isStrict = !tellsLate(standing);
    const settings: Partial<NestedSettings> = { baseline: random() < 0.3 ? 'lists' : 'delta' };
    let generation = 0;
    for (let round = 0; round < rounds; round++) {
      const extra = random() < 0.3 ? brief(honest({ ...standing, ...subset(fatal, random, 0.2) })) : {};
      world.graph.faults.set({ ...standing, ...extra });
      if (round > 0 && random() < 0.85) evolve(world.tenant, ++generation);
      world.meanwhile = once(() => {
        if (random() < 0.3) evolve(world.tenant, ++generation);
      });
      await runOnce(world, settings);
      world.graph.faults.set(off({ ...bearable, ...fatal }));
      world.graph.faults.set(standing);
    }
    world.meanwhile = () => undefined;
    world.graph.faults.set(off(bearable));
    await untilQuiet(world);
    const truth = [...world.truth()].sort();
    expect(differences(await world.stored(), truth)).toEqual({ missing: [], extra: [] });
    expect(differences(world.consumer.copy, truth)).toEqual({ missing: [], extra: [] });
  } finally {
    await world.graph.stop();
  }
}

/** A run that does not complete tells nothing; what it saw of the tenant excuses removals of later ones. */
async function runOnce(world: TenantWorld, settings: Partial<NestedSettings>): Promise<void> {
  const told = world.consumer.told;
  const run = await world.sync(settings);
  if (run.status === 'done') world.settle();
  else expect(world.consumer.told).toBe(told);
}

/** Rounds without changes, until what a rule engine left behind is believed. */
async function untilQuiet(world: TenantWorld): Promise<void> {
  for (let quiet = 0; quiet < 7; quiet++) {
    const run = await world.sync();
    expect({ status: run.status, failure: run.failure }).toEqual({ status: 'done', failure: undefined });
    world.settle();
    const { rereads } = await world.store.state(world.directory);
    if (quiet > 0 && rereads.length === 0) return;
  }
}

function subset(faults: FaultSettings, random: () => number, share = 0.3): FaultSettings {
  const chosen = Object.entries(faults).filter(() => random() < share);
  return Object.fromEntries(chosen) as FaultSettings;
}

/** What an enumeration leaves out is gone, so Graph does not ask for a new one where this tenant is told of some things late. */
function honest(faults: FaultSettings): FaultSettings {
  return tellsLate(faults) ? { ...faults, ...off(newEnumerations) } : faults;
}

/** Two thousand empty pages, until they are taken for endless, take too many messages where hardly a page is answered. */
const brief = (faults: FaultSettings): FaultSettings =>
  'endless-round' in faults ? { ...faults, 'throttled-bare': 0 } : faults;

const tellsLate = (faults: FaultSettings) =>
  faults['late-objects'] !== undefined || faults['split-across-rounds'] !== undefined;

const newEnumerations: FaultSettings = {
  'gone-with-location': 0,
  'gone-without-location': 0,
  'gone-in-mid-round': 0,
  'expired-token': 0,
  'dead-skiptoken': 0,
  'unknown-skiptoken': 0,
};

const off = (faults: FaultSettings): FaultSettings =>
  Object.fromEntries(Object.keys(faults).map((name) => [name as FaultName, 0]));

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

/** A few of what is missing and of what should not be there. */
function differences(found: ReadonlySet<string>, truth: readonly string[]) {
  const wanted = new Set(truth);
  return {
    missing: truth.filter((pair) => !found.has(pair)).slice(0, 5),
    extra: [...found].filter((pair) => !wanted.has(pair)).slice(0, 5),
  };
}
