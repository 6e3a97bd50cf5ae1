import { afterEach, expect, test } from '@jest/globals';
import { foundCompany } from '../../../tools/simulated-tenant/company.ts';
import { evolve } from '../../../tools/simulated-tenant/evolve.ts';
import type { FaultSettings } from '../../../tools/simulated-tenant/graph/faults.ts';
import {
  type SimulatedGraph,
  startSimulatedGraph,
} from '../../../tools/simulated-tenant/graph/simulated-graph.ts';
import { PlainGraphReader } from './plain-graph-reader.ts';

const graphs: SimulatedGraph[] = [];

afterEach(async () => {
  for (const graph of graphs.splice(0)) await graph.stop();
});

const size = { users: 260, assignedUsers: 100, assignedGroups: 30, otherGroups: 60 };

/** Reads a company through rounds of change with these faults on, then through quiet rounds, and expects the oracle's answer. */
async function readThrough(faults: FaultSettings, seed: string): Promise<SimulatedGraph> {
  const tenant = foundCompany(seed, size);
  const graph = await startSimulatedGraph(tenant, {
    faults,
    seed,
    hangMilliseconds: 5,
    resourceUnitsMax: 1e9,
    pageSizes: { objects: 30, members: 80 },
  });
  graphs.push(graph);
  const reader = new PlainGraphReader(graph);
  await reader.round();
  for (let round = 1; round <= 4; round++) {
    evolve(tenant, round);
    await reader.round();
  }
  graph.faults.set(Object.fromEntries(Object.keys(faults).map((name) => [name, 0])));
  await reader.round();
  await reader.round();
  expect(sorted(reader.effective())).toEqual(sorted(graph.oracle()));
  return graph;
}

const sorted = (membership: ReadonlyMap<string, ReadonlySet<string>>) =>
  [...membership]
    .map(([group, users]) => [group, [...users].sort()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

test('without faults a delta reader knows exactly what the oracle knows (rule 24)', async () => {
  const graph = await readThrough({}, 'plain');
  expect(graph.faults.counts.size).toBe(0);
});

test.each<[string, FaultSettings]>([
  [
    'pages are empty, short and end without data (rules 1, 2)',
    { 'empty-pages': 0.6, 'empty-last-page': 0.5, 'varying-pages': 0.9 },
  ],
  [
    'slices are scattered and split across rounds (rule 2)',
    { 'scattered-slices': 1, 'split-across-rounds': 0.1, 'varying-pages': 0.5 },
  ],
  ['objects are repeated with newer values (rule 3)', { 'repeated-objects': 0.2 }],
  [
    'group entries are bare or have empty members (rule 4)',
    { 'bare-group-entries': 0.5, 'empty-members': 0.5 },
  ],
  ['edges are contested and changes replayed (rule 5)', { 'contested-edges': 0.05, 'replayed-changes': 0.7 }],
  [
    'rounds speak of strangers and hold objects back (rules 6, 7)',
    { 'removed-strangers': 1, 'late-objects': 0.1 },
  ],
  ['a restored group tells its members again (rule 8)', { 'restored-groups-tell-members': 1 }],
  ['replicas lag behind (rule 11)', { 'lagging-deltas': 0.5 }],
  ['tokens are large and spelled otherwise (rule 12, 13)', { 'large-tokens': 1, 'mixed-case-tokens': 0.5 }],
  [
    'the service asks for a resync, also in mid-round (rule 12)',
    {
      'gone-with-location': { chance: 1, times: 1 },
      'gone-without-location': { chance: 1, times: 1 },
      'expired-token': { chance: 1, times: 1 },
      'gone-in-mid-round': { chance: 0.1, times: 4 },
      'varying-pages': 1,
    },
  ],
  ['page tokens die (rule 12, 16)', { 'dead-skiptoken': 0.1, 'unknown-skiptoken': 0.1, 'varying-pages': 1 }],
  [
    'rounds go round in circles for a while (rule 13)',
    {
      'endless-round': { chance: 0.3, times: 30 },
      'link-loop': { chance: 0.2, times: 20 },
      'varying-pages': 1,
    },
  ],
  ['ids come in another letter case (rule 14)', { 'upper-case-ids': 0.5 }],
  [
    'requests are throttled in every form (rule 15)',
    {
      'throttled-seconds': 0.1,
      'throttled-fraction': 0.1,
      'throttled-date': 0.1,
      'throttled-past-date': 0.1,
      'throttled-zero': 0.1,
      'throttled-long': 0.1,
      'throttled-bare': 0.1,
    },
  ],
  [
    'gateways and connections fail (rule 16)',
    {
      'error-500': 0.1,
      'error-502': 0.1,
      'error-503-html': 0.1,
      'timeout-504': 0.05,
      'slow-drip': 0.3,
      'reset-before-body': 0.1,
      'reset-in-body': 0.1,
      'truncated-gzip': 0.1,
      'error-in-200': 0.1,
      'page-in-400': 0.1,
      'no-content-type': 0.2,
    },
  ],
  ['tokens and consent flap (rule 17)', { unauthorized: 0.2, 'claims-challenge': 0.2, forbidden: 0.2 }],
])('a patient reader reaches the oracle although %s', async (name, faults) => {
  const graph = await readThrough(faults, name.slice(0, 9));
  const unseen = Object.keys(faults).filter((fault) => !graph.faults.counts.has(fault as never));
  expect(unseen).toEqual([]);
});

test('the same seed makes the same faults', async () => {
  const faults: FaultSettings = {
    'empty-pages': 0.4,
    'contested-edges': 0.05,
    'error-500': 0.1,
    'late-objects': 0.05,
  };
  const one = await readThrough(faults, 'again');
  const two = await readThrough(faults, 'again');
  expect([...one.faults.counts]).toEqual([...two.faults.counts]);
});
