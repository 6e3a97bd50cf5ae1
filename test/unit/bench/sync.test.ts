import { expect, test } from '@jest/globals';
import { measurePlan, measureSync, planSizes, storageBudget } from '../../../bench/sync/sync.bench.ts';

test('runs call Graph no more often than its pages ask for, and storage little more than rows ask for (graph.md §5.1, §5.5)', async () => {
  const { runs } = await measureSync('tiny');
  expect(runs.map(({ name, graphCalls }) => [name, graphCalls])).toEqual(
    runs.map(({ name, callsFloor }) => [name, callsFloor]),
  );
  const overBudget = runs.filter((run) => storageBudget(run).took > storageBudget(run).goal);
  expect(overBudget.map(({ name }) => name)).toEqual([]);
  expect(runs[0]?.counts).toMatchObject({ usersCreated: 500, groupsCreated: 60 });
}, 60_000);

test('a round is folded, derived and packed without Graph and storage', async () => {
  const { edges, parts } = await measurePlan(planSizes.tiny[0], 'A first round');
  expect(edges).toBeGreaterThan(2_000);
  expect(parts).toBeGreaterThan(5);
}, 60_000);

test('a sweep decides what comparing each group before with the same group now finds', async () => {
  const { faults, reads } = await measurePlan(planSizes.tiny[0], sweep);
  expect(faults).toEqual([]);
  // Twice over for the two steps; of the groups of members nothing, for all members of groups were read.
  expect(reads).toEqual({
    users: 1000,
    groups: 120,
    pagesOfAllUsers: 2,
    nesting: 2,
    members: 48,
    groupsOf: 0,
  });
}, 60_000);

const sweep = 'A sweep, which compares all that is read once more with all that is stored,';
