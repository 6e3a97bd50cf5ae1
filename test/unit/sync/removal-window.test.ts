import { expect, test } from '@jest/globals';
import { cancelRun } from '../../../shared/sync/run-orders.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import { SyncState } from '../../../shared/sync/sync-state.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { changeState, group, synced, told, user } from './small-tenant.ts';

// A slow drip of removals is a large removal (XE-19, reliability.md §5): what several runs removed within 24 hours adds up.

const hour = 3_600_000;
const day = 24 * hour;

const atMost = (floor: number, percent = 0) =>
  NestedSettings.parse({
    safeguard: {
      memberships: { floor, percent },
      users: { floor: 100 },
      groups: { floor: 100 },
    },
  });
const drip = atMost(3);

const members = (count: number) => Array.from({ length: count }, (_, index) => ['user', index + 1] as const);

/** One member less, in a run that begins at `at`. */
async function lose(sync: SimulatedSync, member: number, at: number): Promise<SyncRun> {
  sync.tenant.setMember(group(1), user(member), undefined);
  sync.advance(at - sync.now());
  return await sync.sync(drip);
}

/** Three drops, one an hour: as many as may be. */
async function dripped() {
  const sync = await synced({ users: 12, groups: { 1: members(12) } });
  const first = sync.now() + hour;
  for (const [hours, member] of [1, 2, 3].entries()) {
    expect(await lose(sync, member, first + hours * hour)).toMatchObject({ status: 'done' });
  }
  return { sync, first };
}

const windowOf = async (sync: SimulatedSync) =>
  (await sync.store.state(simulatedDirectory)).removedLately ?? [];

const inWindow = (at: number, memberships: number) => ({
  at,
  memberships: 1,
  users: 0,
  groups: 0,
  base: { users: 12, groups: 1, memberships },
  byGroup: [[group(1), 1, memberships]],
});

test.each([3 * hour, day - 1])(
  'the drop that makes a drip too much is held %d ms after the first (XE-19)',
  async (later) => {
    const { sync, first } = await dripped();
    expect(await lose(sync, 4, first + later)).toMatchObject({
      status: 'awaiting-approval',
      plan: { exceeded: ['memberships removed within 24 hours: 4 of 12, allowed 3'] },
    });
    expect(told(sync)).toEqual({ 1: [4, 5, 6, 7, 8, 9, 10, 11, 12] });
    await cancelRun(sync.ports(), simulatedDirectory, (await sync.lastRun()).id);
    expect(await sync.untilEnd()).toMatchObject({ status: 'cancelled' });
    expect(await windowOf(sync)).toEqual([
      inWindow(first, 12),
      inWindow(first + hour, 11),
      inWindow(first + 2 * hour, 10),
    ]);
  },
);

test('24 hours after the first drop of a drip it counts no longer, and goes out of the record (XE-19)', async () => {
  const { sync, first } = await dripped();
  expect(await lose(sync, 4, first + day)).toMatchObject({ status: 'done', plan: { exceeded: [] } });
  expect(await windowOf(sync)).toEqual([
    inWindow(first + hour, 11),
    inWindow(first + 2 * hour, 10),
    inWindow(first + day, 9),
  ]);
});

test('percentages are of what was published before the drip, not of what came meanwhile (XE-19)', async () => {
  const settings = atMost(0, 10);
  const sync = await synced({ users: 60, groups: { 1: members(60), 2: [] } });
  for (const member of [1, 2, 3]) sync.tenant.setMember(group(1), user(member), undefined);
  for (const [, member] of members(60)) sync.tenant.setMember(group(2), user(member), 'user');
  expect(await sync.sync(settings)).toMatchObject({ status: 'done' });
  for (const member of [4, 5, 6, 7]) sync.tenant.setMember(group(1), user(member), undefined);
  expect(await sync.sync(settings)).toMatchObject({
    status: 'awaiting-approval',
    plan: { exceeded: ['memberships removed within 24 hours: 7 of 60, allowed 6'] },
  });
});

test('a run that removes nothing adds nothing, nor does a dry run, and what is a day old is forgotten', async () => {
  const sync = await synced({ users: 12, groups: { 1: members(12) } });
  expect(await windowOf(sync)).toEqual([]);
  sync.tenant.setUser(user(13), 'live');
  await sync.sync(drip);
  expect(await windowOf(sync)).toEqual([]);
  await lose(sync, 1, sync.now() + hour);
  const before = await windowOf(sync);
  expect(before).toHaveLength(1);
  await sync.sync(drip);
  sync.tenant.setMember(group(1), user(2), undefined);
  await sync.sync(drip, 'dry-run');
  sync.tenant.setMember(group(1), user(2), 'user');
  expect(await windowOf(sync)).toEqual(before);
  sync.advance(day);
  await sync.sync(drip);
  expect(await windowOf(sync)).toEqual([]);
});

test('users and groups that a run removes are remembered beside memberships, and alone', async () => {
  const sync = await synced({
    users: 4,
    groups: { 1: [['user', 1]], 2: [['user', 2]], 3: [], 4: [['user', 4]] },
  });
  const removals = async () =>
    ((await windowOf(sync)) as readonly Record<string, unknown>[]).map(({ memberships, users, groups }) => [
      memberships,
      users,
      groups,
    ]);
  sync.tenant.setUser(user(1), 'soft-deleted');
  await sync.sync(drip);
  sync.tenant.setGroup(group(2), 'soft-deleted');
  await sync.sync(drip);
  sync.tenant.setGroup(group(3), 'soft-deleted');
  await sync.sync(drip);
  sync.tenant.setUser(user(3), 'live', { accountEnabled: false });
  await sync.sync(drip);
  expect(await removals()).toEqual([
    [1, 1, 0],
    [1, 0, 1],
    [0, 0, 1],
    [0, 1, 0],
  ]);
});

test('what a person approved does not count against the next runs, and the drip before it neither', async () => {
  const { sync, first } = await dripped();
  expect(await lose(sync, 4, first + 3 * hour)).toMatchObject({ status: 'awaiting-approval' });
  expect(await sync.decide(true)).toMatchObject({ status: 'done' });
  expect(await windowOf(sync)).toEqual([]);
  for (const drop of [5, 6, 7]) {
    expect(await lose(sync, drop, first + drop * hour)).toMatchObject({ status: 'done' });
  }
  expect(await lose(sync, 8, first + 8 * hour)).toMatchObject({
    plan: { exceeded: ['memberships removed within 24 hours: 4 of 8, allowed 3'] },
  });
});

test('who approves growth alone has not approved the drip before it (XE-19, XA-45)', async () => {
  const { sync, first } = await dripped();
  sync.tenant.setUser(user(13), 'live');
  sync.advance(hour);
  expect(await sync.sync({ ...drip, maxUsers: 12 })).toMatchObject({ status: 'awaiting-approval' });
  expect(await sync.decide(true)).toMatchObject({ status: 'done', plan: { counts: { usersCreated: 1 } } });
  expect(await lose(sync, 4, first + 5 * hour)).toMatchObject({
    status: 'awaiting-approval',
    plan: { exceeded: ['memberships removed within 24 hours: 4 of 12, allowed 3'] },
  });
});

test('a record that cannot be read stays so until a removal was approved, however long that takes (reliability.md §5)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]], 2: [['user', 2]] } });
  await changeState(sync, (state) => SyncState.parse({ ...state, removedLately: [{ at: 'yesterday' }] }));
  sync.tenant.setUser(user(3), 'live');
  sync.advance(2 * day);
  expect(await sync.sync(drip)).toMatchObject({ status: 'done', plan: { exceeded: [] } });
  expect(await windowOf(sync)).toBe('unreadable');
  sync.tenant.setGroup(group(2), 'soft-deleted');
  expect(await sync.sync(drip)).toMatchObject({
    status: 'awaiting-approval',
    plan: {
      counts: { membershipsRemoved: 1, groupsRemoved: 1 },
      exceeded: ['what was removed in the last 24 hours cannot be read'],
    },
  });
  expect(await sync.decide(true)).toMatchObject({ status: 'done' });
  expect(await windowOf(sync)).toEqual([]);
});
