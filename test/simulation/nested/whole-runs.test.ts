import { beforeAll, expect, test } from '@jest/globals';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { evolve } from '../../../tools/simulated-tenant/evolve.ts';
import { faultNames } from '../../../tools/simulated-tenant/graph/faults.ts';
import { expectedDirectory } from '../../../tools/simulated-tenant/oracle.ts';
import { changeScope, withoutPermissions } from './admins-day.ts';
import { type ChosenSettings, chosenSettings, expectationOf } from './chosen-settings.ts';
import {
  badCounts,
  bearable,
  brief,
  fatal,
  honest,
  lostChange,
  off,
  subset,
  tellsLate,
} from './lived-faults.ts';
import { foundGuests, foundOddShapes, swapTwo } from './odd-shapes.ts';
import { millisecondsFor, seedCount, throughSeeds } from './seeds.ts';
import { makeWorldTable, TenantWorld, type Verdict } from './tenant-world.ts';

const seeds = seedCount(3);
const rounds = 4;

beforeAll(makeWorldTable);

test(
  'whole runs over HTTP and table storage, through faults of Graph, deaths and changed settings, end where the tenant is (graph.md §6.24)',
  () => throughSeeds(seeds, scenario),
  millisecondsFor(seeds),
);

test('every fault of the simulated Graph is lived through (graph.md §6)', () => {
  const lived = Object.keys({ ...bearable, ...fatal, ...badCounts, ...lostChange });
  expect(lived.sort()).toEqual([...faultNames].sort());
});

async function scenario(seed: number): Promise<void> {
  const world = await TenantWorld.open(seed, { faults: {}, laggingSecondsMax: 60 });
  try {
    foundGuests(world.tenant);
    if (world.random() < 0.3) foundOddShapes(world.tenant);
    const settings = await liveThrough(world);
    world.meanwhile = () => undefined;
    world.deaths = 0;
    world.graph.faults.set(off({ ...bearable, ...fatal }));
    withoutPermissions(world.graph, []);
    await untilQuiet(world, settings);
    await expectTruth(world);
  } finally {
    await world.graph.stop();
  }
}

/** Rounds of change and faults; the settings in the end. */
async function liveThrough(world: TenantWorld): Promise<ChosenSettings> {
  const { random, graph, tenant } = world;
  const standing = honest(subset(bearable, random));
  beAdmin(world);
  // Half of a move told late is a removal that Graph made.
  world.consumer.isStrict = !tellsLate(standing);
  // Without the safeguard a list of nobody is believed the second time (docs/sync-rules.md).
  const isGuarded = standing['assignments-empty'] !== undefined;
  let settings = chosenSettings(tenant, random, { isGuarded });
  for (let round = 0; round < rounds; round++) {
    world.pause(300 + Math.floor(random() * 1800));
    const extra = random() < 0.3 ? brief(honest({ ...standing, ...subset(fatal, random, 0.2) })) : {};
    graph.faults.set({ ...standing, ...extra });
    moveOn(world, round);
    if (round > 0 && random() < 0.25) settings = chosenSettings(tenant, random, { isGuarded });
    await runOnce(world, settings);
    graph.faults.set(off({ ...bearable, ...fatal }));
    graph.faults.set(standing);
  }
  return settings;
}

/** The tenant lives on before a run, and perhaps in the middle of it. */
function moveOn(world: TenantWorld, round: number): void {
  const { random, graph, tenant } = world;
  if (round > 0 && random() < 0.85) evolve(tenant, 2 * round);
  if (random() < 0.3) changeScope(tenant, random);
  if (random() < 0.1) swapTwo(tenant, random);
  withoutPermissions(graph, random() < 0.2 ? ['Member.Read.Hidden'] : []);
  world.meanwhile = once(() => {
    if (random() < 0.3) evolve(tenant, 2 * round + 1);
  });
}

/** How long the processes of this world live, how much they hold back, and what a person does about a plan that is held. */
function beAdmin(world: TenantWorld): void {
  const { random } = world;
  world.softSeconds = random() < 0.3 ? 2 : 240;
  // Half of the worlds are as long as large ones: their transactions take few writes.
  if (random() < 0.5) world.gathering = { writes: Math.ceil(random() * 40), seconds: 1 };
  world.deaths = random() < 0.3 ? 0.02 : 0;
  world.restarts = random() < 0.5 ? 0.3 : 0;
  world.person = async ({ plan }) => {
    // Nobody believes that everybody left.
    if (plan?.exceeded.some((sentence) => sentence.startsWith('nobody is assigned')) === true)
      return 'reject';
    // What is approved a day late is looked at once more.
    world.pause(random() < 0.2 ? 25 * 3600 : 600);
    const mood = random();
    return mood < 0.7 ? 'approve' : mood < 0.85 ? 'reject' : 'cancel';
  };
}

/** A run that is not completed tells nothing, and none before a person has looked at its plan. */
async function runOnce(world: TenantWorld, settings: ChosenSettings): Promise<SyncRun> {
  const { random, person, consumer } = world;
  const { told } = consumer;
  world.person = async (held): Promise<Verdict> => {
    expect(consumer.told).toBe(told);
    return await person(held);
  };
  const run = await world.sync(settings, {
    // The timer relies on a check of the last hour, and what was hidden between two checks nobody tells (docs/sync-rules.md).
    trigger: random() < 0.3 && world.graph.permissions.has('Member.Read.Hidden') ? 'timer' : 'manual',
    mode: random() < 0.1 ? 'dry-run' : 'sync',
    ...(random() < 0.2 ? { auditNow: true } : {}),
  });
  world.person = person;
  if (run.status !== 'done' || run.mode === 'dry-run') expect(consumer.told).toBe(told);
  return run;
}

/** Rounds without changes, until what a rule engine left behind is believed; who rejected the truth before, lets it through now. */
async function untilQuiet(world: TenantWorld, settings: ChosenSettings): Promise<void> {
  const open = { ...settings, safeguard: { ...world.settings.safeguard, enabled: false } };
  for (let quiet = 0; quiet < 8; quiet++) {
    world.pause(300);
    const run = await world.sync(open);
    expect({ status: run.status, failure: run.failure }).toEqual({ status: 'done', failure: undefined });
    const { rereads, asks = [] } = await world.store.state(world.directory);
    if (quiet > 0 && rereads.length + asks.length === 0) return;
  }
}

/** What is stored and what was told are what the oracle says. */
async function expectTruth(world: TenantWorld): Promise<void> {
  const { consumer, settings, tenant } = world;
  const expected = expectedDirectory(tenant, expectationOf(settings));
  const none = { missing: [], extra: [] };
  const truth = world.truth();
  expect(differences(await world.stored(), truth)).toEqual(none);
  expect(differences(consumer.copy, truth)).toEqual(none);
  expect(differences(consumer.users, expected.users)).toEqual(none);
  expect(differences(consumer.groups, new Set(expected.members.keys()))).toEqual(none);
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

/** A few of what is missing and of what should not be there. */
function differences(found: ReadonlySet<string>, truth: ReadonlySet<string>) {
  const few = (of: ReadonlySet<string>) => [...of].sort().slice(0, 5);
  return { missing: few(truth.difference(found)), extra: few(found.difference(truth)) };
}
