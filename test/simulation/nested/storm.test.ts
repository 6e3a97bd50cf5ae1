import { beforeAll, expect, test } from '@jest/globals';
import type { FaultSettings } from '../../../tools/simulated-tenant/graph/faults.ts';
import { makeWorldTable, TenantWorld } from './tenant-world.ts';

beforeAll(makeWorldTable);

const minutes = 60_000;

/** Three in ten calls, of every kind that a service in distress answers. */
const storm: FaultSettings = {
  'throttled-seconds': 0.05,
  'throttled-fraction': 0.05,
  'throttled-long': 0.02,
  'throttled-bare': 0.08,
  'error-503-html': 0.1,
};
const calm: FaultSettings = Object.fromEntries(Object.keys(storm).map((name) => [name, 0]));
const away: FaultSettings = { 'error-503-html': 1 };

/** A first run of many small pages in short messages; `weather` decides before each what Graph does to its readers. */
async function firstRun(baseline: 'delta' | 'lists', weather: (since: number) => FaultSettings) {
  const world = await TenantWorld.open(1, { pageSizes: { objects: 5, members: 10 } });
  try {
    const begun = world.now();
    world.softSeconds = 5;
    world.meanwhile = () => world.graph.faults.set(weather(world.now() - begun));
    const run = await world.sync({ baseline }, { trigger: 'timer' });
    const { requests } = world;
    const isExact = world.truth().symmetricDifference(await world.stored()).size === 0;
    return { run, requests, isExact, minutes: (world.now() - begun) / minutes };
  } finally {
    await world.graph.stop();
  }
}

const resumed = { status: 'done', resyncs: 0, users: { restarts: 0 }, groups: { restarts: 0 } };

test('a storm of ten minutes costs a first run three times the requests at most, and begins nothing again (F3)', async () => {
  const ideal = await firstRun('lists', () => calm);
  const stormy = await firstRun('lists', (since) => (since < 10 * minutes ? storm : calm));
  expect(stormy).toMatchObject({ run: resumed, isExact: true });
  expect(stormy.requests).toBeGreaterThan(ideal.requests);
  expect(stormy.requests).toBeLessThanOrEqual(3 * ideal.requests);
});

test('a Graph that is away for two hours in the middle of a first run loses it nothing (F3)', async () => {
  const isAway = (since: number) => since > 10_000 && since < 120 * minutes;
  const late = await firstRun('delta', (since) => (isAway(since) ? away : calm));
  expect(late).toMatchObject({ run: resumed, isExact: true });
  expect(late.minutes).toBeGreaterThan(120);
  expect(late.minutes).toBeLessThan(140);
});
