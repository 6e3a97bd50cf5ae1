import { expect, test } from '@jest/globals';
import type { Assignment } from '../../../shared/sync/graph-port.ts';
import { defaultNestedSettings, type NestedSettings } from '../../../shared/sync/settings.ts';
import type { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

// A list of assignments may lag (graph.md §2): who is missing on it once stays, and leaves when a later run's own list lacks him too.

const servicePrincipalId = '99999999-0000-4000-8000-000000000001';
const settings: Partial<NestedSettings> = {
  scope: { kind: 'application', servicePrincipalId, reading: 'effective' },
  safeguard: { ...defaultNestedSettings.safeguard, enabled: false },
};

/** Groups 1 to 3 of ten users each, all of them assigned, and user 31. */
async function allAssigned() {
  const members = (of: number) =>
    Array.from({ length: 10 }, (_, n) => ['user', (of - 1) * 10 + n + 1] as const);
  const groups = { 1: members(1), 2: members(2), 3: members(3) };
  const sync = await synced({ users: 31, groups });
  sync.consumer.isStrict = false;
  const list = { of: ['1', '2', '3', 'user'] };
  graphAnswers(sync, () => ({
    appRoleAssignedTo: async () => ({
      ...{ kind: 'read', calls: 1, resourceUnits: 1 },
      value: { items: list.of.map(principal) },
    }),
  }));
  await sync.sync(settings);
  return { sync, list };
}

const principal = (name: string): Assignment =>
  name === 'user'
    ? { principalId: user(31), principalType: 'User' }
    : { principalId: group(Number(name)), principalType: 'Group' };

const checkedAgain = (sync: SimulatedSync) => sync.sync(settings, 'sync', 'manual');

/** Sizes of groups, and whether the user who is assigned by himself is there. */
const there = (sync: SimulatedSync) => [
  Object.fromEntries(Object.entries(told(sync)).map(([of, { length }]) => [of, length])),
  sync.consumer.users.has(user(31)),
];
const all = [{ 1: 10, 2: 10, 3: 10 }, true];

test('who is missing on one list of assignments stays, be it a group or a user, and is as before when the next one has him', async () => {
  const { sync, list } = await allAssigned();
  expect(there(sync)).toEqual(all);
  for (const of of [
    ['1', '3'],
    ['1', '2', '3', 'user'],
    ['2', '3', 'user'],
    ['1', '2', '3'],
  ]) {
    list.of = of;
    expect([of, (await checkedAgain(sync)).status, there(sync)]).toEqual([of, 'done', all]);
  }
});

test('who is missing on two lists in succession leaves, and who is missing on the second alone stays', async () => {
  const { sync, list } = await allAssigned();
  list.of = ['1', '3', 'user'];
  await checkedAgain(sync);
  list.of = ['1', 'user'];
  await checkedAgain(sync);
  expect(there(sync)).toEqual([{ 1: 10, 3: 10 }, true]);
  list.of = ['1'];
  await checkedAgain(sync);
  expect(there(sync)).toEqual([{ 1: 10 }, true]);
  await checkedAgain(sync);
  expect(there(sync)).toEqual([{ 1: 10 }, false]);
});

test('a list that an earlier run read is not read twice by being relied on', async () => {
  const { sync, list } = await allAssigned();
  list.of = ['1', '3', 'user'];
  sync.advance(3_600_000);
  for (let run = 0; run < 3; run++) await sync.sync(settings);
  expect(there(sync)).toEqual(all);
  sync.advance(3_600_000);
  await sync.sync(settings);
  expect(there(sync)).toEqual([{ 1: 10, 3: 10 }, true]);
});

test('the list of a run that was not completed is not the first of two', async () => {
  const { sync, list } = await allAssigned();
  list.of = ['1', '3', 'user'];
  await sync.sync(settings, 'dry-run', 'manual');
  const answers = graphAnswers(sync, () => ({
    usersDelta: async () => ({ kind: 'fault', fault: { kind: 'unauthorized', detail: 'no' } }),
  }));
  expect((await checkedAgain(sync)).status).toBe('failed');
  answers();
  await checkedAgain(sync);
  expect(there(sync)).toEqual(all);
});

test('who comes is assigned at once, and an empty list is not the second one that lacks somebody', async () => {
  const { sync, list } = await allAssigned();
  list.of = ['1'];
  await checkedAgain(sync);
  await checkedAgain(sync);
  expect(there(sync)).toEqual([{ 1: 10 }, false]);
  list.of = ['2', 'user'];
  await checkedAgain(sync);
  expect(there(sync)).toEqual([{ 1: 10, 2: 10 }, true]);
  list.of = [];
  await checkedAgain(sync);
  expect(there(sync)).toEqual([{ 1: 10, 2: 10 }, true]);
  list.of = ['2'];
  await checkedAgain(sync);
  expect(there(sync)).toEqual([{ 2: 10 }, true]);
});

test('the log says who is missing once, and that they stay', async () => {
  const { sync, list } = await allAssigned();
  list.of = ['1', '3'];
  const run = await checkedAgain(sync);
  const entry = sync.entries.get(`${run.id}/0/assignments-missing`);
  expect(entry).toEqual({
    ...{ key: '0/assignments-missing', at: run.startedAt, level: 'info', code: 'assignments-missing' },
    message:
      'The list of assignments lacks 1 users and 1 groups who were on the last one: they stay until the list of a later run lacks them too.',
    counts: { users: 1, groups: 1 },
  });
  list.of = ['1', '2', '3', 'user'];
  const next = await checkedAgain(sync);
  expect(sync.entries.get(`${next.id}/0/assignments-missing`)).toBeUndefined();
});
