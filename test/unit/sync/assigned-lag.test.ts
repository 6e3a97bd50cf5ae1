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
  const list: Assignments = { of: ['1', '2', '3', 'user'], next: undefined };
  graphAnswers(sync, () => ({
    appRoleAssignedTo: async () => {
      const { of, next = of } = list;
      if (of === 'refused')
        return { kind: 'fault', fault: { kind: 'transient', detail: 'bad gateway' }, calls: 1 };
      Object.assign(list, { of: next, next: undefined });
      return { kind: 'read', calls: 1, resourceUnits: 1, value: { items: of.map(principal) } };
    },
  }));
  await sync.sync(settings);
  return { sync, list };
}

/** What is answered, and what after the next answer. */
interface Assignments {
  of: readonly string[] | 'refused';
  next: readonly string[] | 'refused' | undefined;
}

const principal = (name: string): Assignment =>
  name === 'user'
    ? { principalId: user(31), principalType: 'User' }
    : { principalId: group(Number(name)), principalType: 'Group' };

function checkedAgain(sync: SimulatedSync) {
  sync.advance(3_600_000);
  return sync.sync(settings);
}

const byHand = (sync: SimulatedSync) => sync.sync(settings, 'sync', 'manual');

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

test('the next run of the timer looks for whoever is missing, and does not rely on the list for an hour', async () => {
  const { sync, list } = await allAssigned();
  list.of = ['1', '3', 'user'];
  await checkedAgain(sync);
  expect(there(sync)).toEqual(all);
  const calls = async () => (await sync.sync(settings)).graphCalls;
  expect([await calls(), there(sync)]).toEqual([6, [{ 1: 10, 3: 10 }, true]]);
  expect(await calls()).toBe(2);
});

test('a run that somebody started by hand asks twice at once: who is missing on both lists leaves', async () => {
  const { sync, list } = await allAssigned();
  list.of = ['1', '3'];
  const run = await byHand(sync);
  expect([run.graphCalls, there(sync)]).toEqual([7, [{ 1: 10, 3: 10 }, false]]);
  expect((await byHand(sync)).graphCalls).toBe(6);
});

test.each<[string, readonly string[], ReturnType<typeof there>]>([
  ['has him', ['1', '2', '3', 'user'], all],
  ['lacks another one', ['2', '3', 'user'], all],
  ['lists nobody', [], all],
  ['lacks him too', ['1', '3', 'user'], [{ 1: 10, 3: 10 }, true]],
])('by hand, whose second list %s, who was missing on one list alone stays', async (_, second, expected) => {
  const { sync, list } = await allAssigned();
  list.of = ['1', '3', 'user'];
  list.next = second;
  expect([(await byHand(sync)).status, there(sync)]).toEqual(['done', expected]);
});

test('a second list that Graph refuses leaves whoever is missing for the next run', async () => {
  const { sync, list } = await allAssigned();
  list.of = ['1', '3', 'user'];
  list.next = 'refused';
  expect([(await byHand(sync)).status, there(sync)]).toEqual(['done', all]);
  list.of = ['1', '3', 'user'];
  expect([(await byHand(sync)).status, there(sync)]).toEqual(['done', [{ 1: 10, 3: 10 }, true]]);
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
    plan: run.plan?.hash,
    message:
      'The list of assignments lacks 1 users and 1 groups who were on the last one: they stay until another list lacks them too.',
    counts: { users: 1, groups: 1 },
  });
  list.of = ['1', '2', '3', 'user'];
  const next = await checkedAgain(sync);
  expect(sync.entries.get(`${next.id}/0/assignments-missing`)).toBeUndefined();
});
