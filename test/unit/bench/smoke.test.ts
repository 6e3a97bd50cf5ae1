import { expect, test } from '@jest/globals';
import { baselineFaults } from '../../../bench/baseline.ts';
import { initialCycle } from '../../../bench/initial-cycle.ts';
import { measure, ownCpuTime } from '../../../bench/measure.ts';
import { operations } from '../../../bench/operations.ts';
import { startPeer } from '../../../bench/peers/peer-process.ts';
import { measureRoundTrips } from '../../../bench/round-trips.ts';
import { seedStore } from '../../../bench/seed.ts';
import { benchService, random } from '../../../bench/service.ts';
import { textTable } from '../../../bench/text-table.ts';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';

const size = { users: 30, joiners: 10, groups: [10, 30] };

test('every request stays within its budget of storage round trips and within the baseline (DESIGN §4)', async () => {
  const value = process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '';
  const measured = await measureRoundTrips({ kind: 'connection-string', value });
  expect(measured.length).toBeGreaterThan(25);
  expect(baselineFaults(measured)).toEqual([]);
});

test('a request over its budget, over the baseline or unknown to it is told', () => {
  const request = { name: 'GET user by id, with its groups', waves: 1, requests: 2, kinds: '', budget: 1 };
  expect(
    baselineFaults([
      request,
      { ...request, waves: 2 },
      { ...request, requests: 3 },
      { ...request, name: 'new' },
    ]),
  ).toEqual([
    'GET user by id, with its groups: 2 round trips, the budget is 1',
    'GET user by id, with its groups: 3 requests to storage, were 2',
    'new: not in bench/baseline.json; run with --write-baseline',
  ]);
});

test('every operation of the bench is answered rightly by the protocol core', async () => {
  const store = memoryDirectoryStore(random);
  const service = benchService(store);
  const world = await seedStore(store, service.directoryId, { size, random });
  const answers = [];
  for (const { name, request } of operations(world)) {
    const { status, text } = await service.send(request(world, 3));
    answers.push([name, status, text === '' ? undefined : JSON.parse(text).totalResults]);
  }
  expect(answers).toEqual([
    ['filter userName eq', 200, 1],
    ['get user by id', 200, undefined],
    ['create user', 201, undefined],
    ['patch user', 200, undefined],
    ['add a member to 10', 204, undefined],
    ['add a member to 30', 204, undefined],
    ['largest group by name, no members', 200, 1],
    ['first page of 100', 200, 41],
    ['last page of 100', 200, 41],
  ]);
});

test.each(['rookery-server.ts', 'rookery-embedded.ts', 'scimmy-server.mjs'])(
  '%s answers every operation over HTTP',
  async (script) => {
    const peer = await startPeer(script, { size, indexed: true });
    try {
      const statuses = [];
      for (const { request } of operations(peer.world)) {
        statuses.push((await peer.send(request(peer.world, 3))).status);
      }
      const patched = script.startsWith('rookery') ? 204 : 200;
      expect(statuses).toEqual([200, 200, 201, 200, patched, patched, 200, 200, 200]);
      expect((await peer.usage()).cpu).toBeGreaterThan(0);
    } finally {
      await peer.stop();
    }
  },
);

test('a figure counts every turn once, warm-up and both phases', async () => {
  const turns: number[] = [];
  const figure = await measure(
    async (turn) => {
      turns.push(turn);
      await Promise.resolve();
    },
    { seconds: 0.02, turnsMax: 300, cpuTime: ownCpuTime },
  );
  expect(turns).toEqual([...turns.keys()]);
  expect(turns.length).toBeLessThanOrEqual(308);
  expect(figure.p50).toBeLessThanOrEqual(figure.p99);
  expect(figure.perSecond).toBeGreaterThan(0);
});

test('a table keeps its columns in line', () => {
  expect(
    textTable(
      ['request', 'ms'],
      [
        ['get', '1'],
        ['a longer name', '12.5'],
      ],
    ),
  ).toBe(
    ['request          ms', '-------------  ----', 'get               1', 'a longer name  12.5'].join('\n'),
  );
});

test('a company arrives in its initial cycle, whole and within its memory (S3-16)', async () => {
  const { counts, comparison, faults } = await initialCycle(40, quiet);
  const { users, groups, memberships } = comparison;
  expect(faults).toEqual([]);
  expect(counts.created).toBe(users.stored + groups.stored);
  expect([users.stored, groups.stored]).toEqual([users.expected, groups.expected]);
  expect(users.stored).toBeGreaterThan(35);
  expect(memberships.stored).toBeGreaterThan(100);
});

const quiet = { line: () => undefined, step: () => undefined, progress: () => undefined };
