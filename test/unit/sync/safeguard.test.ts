import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cancelRun } from '../../../shared/sync/run-orders.ts';
import { exceededThresholds } from '../../../shared/sync/safeguard.ts';
import { NestedSettings, SafeguardSettings } from '../../../shared/sync/settings.ts';
import { simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, synced, told, user } from './small-tenant.ts';

const nothing = {
  usersCreated: 0,
  usersDeactivated: 0,
  usersRemoved: 0,
  groupsCreated: 0,
  groupsRemoved: 0,
  directAdded: 0,
  directRemoved: 0,
  membershipsAdded: 0,
  membershipsRemoved: 0,
  groupsHeld: 0,
};
const base = { users: 200, groups: 100, memberships: 1000, domains: 1 };

test.each([
  [200, []],
  [201, ['memberships removed: 201 of 1000, allowed 200']],
])('%d of 1,000 memberships removed against 20 per cent (XE-19)', (membershipsRemoved, exceeded) => {
  expect(exceededThresholds({ ...nothing, membershipsRemoved }, base, SafeguardSettings.parse({}))).toEqual(
    exceeded,
  );
});

test('users deactivated and removed count together (XE-19)', () => {
  const counts = { ...nothing, usersDeactivated: 11, usersRemoved: 10 };
  expect(exceededThresholds(counts, base, SafeguardSettings.parse({}))).toEqual([
    'users deactivated or removed: 21 of 200, allowed 20',
  ]);
});

test('small directories go by the floor, large ones by the absolute number, whatever the per cent (I9)', () => {
  fc.assert(
    fc.property(fc.nat(5_000_000), fc.nat(5_000_000), (groups, groupsRemoved) => {
      const exceeded = exceededThresholds(
        { ...nothing, groupsRemoved },
        { ...base, groups },
        SafeguardSettings.parse({}),
      );
      expect(exceeded.length > 0).toBe(groupsRemoved > Math.min(500, Math.max(10, Math.floor(groups / 5))));
    }),
  );
});

const strict = NestedSettings.parse({
  safeguard: {
    memberships: { floor: 1, percent: 10, absolute: 100 },
    users: { floor: 100 },
    groups: { floor: 100 },
  },
});

async function held() {
  const sync = await synced({
    users: 4,
    groups: {
      1: [
        ['user', 1],
        ['user', 2],
        ['user', 3],
      ],
    },
  });
  sync.tenant.setMember(group(1), user(1), undefined);
  sync.tenant.setMember(group(1), user(2), undefined);
  sync.tenant.setMember(group(1), user(4), 'user');
  const run = await sync.sync(strict);
  return { sync, run };
}

test('a plan above the threshold is held whole, additions too, until it is approved (XE-19, I9)', async () => {
  const { sync, run } = await held();
  expect(run).toMatchObject({
    status: 'awaiting-approval',
    phase: 'safeguard',
    plan: { exceeded: ['memberships removed: 2 of 3, allowed 1'] },
  });
  expect(told(sync)).toEqual({ 1: [1, 2, 3] });
  expect(await sync.decide(true)).toMatchObject({ status: 'done', approval: { by: 'admin' } });
  expect(told(sync)).toEqual({ 1: [3, 4] });
});

test('the next run does not slip past a held plan (XE-19)', async () => {
  const { sync, run } = await held();
  await expect(sync.sync(strict)).rejects.toMatchObject({
    code: 'conflict',
    facts: { reason: 'run_in_progress', about: { run: run.id } },
  });
  expect(told(sync)).toEqual({ 1: [1, 2, 3] });
});

test('a rejected plan is not asked about again, and another one is (XE-19)', async () => {
  const { sync } = await held();
  expect(await sync.decide(false)).toMatchObject({ status: 'rejected' });
  expect(await sync.sync(strict)).toMatchObject({ status: 'rejected' });
  sync.tenant.setMember(group(1), user(3), undefined);
  expect(await sync.sync(strict)).toMatchObject({ status: 'awaiting-approval' });
  expect(told(sync)).toEqual({ 1: [1, 2, 3] });
});

test('an approval of another plan than the held one is refused', async () => {
  const { sync } = await held();
  sync.shownHash = 'other';
  await expect(sync.decide(true)).rejects.toMatchObject({ code: 'precondition-failed' });
});

test('a held run can be cancelled; tokens stay, so that nothing is lost (XA-15)', async () => {
  const { sync, run } = await held();
  await cancelRun(sync.ports(), simulatedDirectory, run.id);
  expect(await sync.untilEnd()).toMatchObject({ status: 'cancelled' });
  expect(told(sync)).toEqual({ 1: [1, 2, 3] });
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [3, 4] });
});

test('a dry run decides the same plan and changes nothing (I11)', async () => {
  const sync = await synced({ users: 3, groups: { 1: [['user', 1]] } });
  sync.tenant.setMember(group(1), user(2), 'user');
  sync.tenant.setUser(user(3), 'gone');
  const dry = await sync.sync({}, 'dry-run');
  expect(told(sync)).toEqual({ 1: [1] });
  const run = await sync.sync();
  expect({ hash: dry.plan?.hash, counts: dry.plan?.counts }).toEqual({
    hash: run.plan?.hash,
    counts: run.plan?.counts,
  });
  expect(dry).toMatchObject({ status: 'done', phase: 'safeguard', applied: 0 });
  expect(told(sync)).toEqual({ 1: [1, 2] });
});
