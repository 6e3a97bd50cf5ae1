import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cancelRun, decideRun } from '../../../shared/sync/run-orders.ts';
import type { PlanCounts } from '../../../shared/sync/run-records.ts';
import { exceededThresholds, type Known } from '../../../shared/sync/safeguard.ts';
import { NestedSettings, SafeguardSettings } from '../../../shared/sync/settings.ts';
import { type RemovedLately, SyncState } from '../../../shared/sync/sync-state.ts';
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
const now = Date.UTC(2026, 0, 2);
const exceeded = (counts: PlanCounts, known: Partial<Known> = {}, emptied: number | undefined = 0) =>
  exceededThresholds(
    { counts, emptied, shrunken: [] },
    { counts: base, now, ...known },
    SafeguardSettings.parse({}),
  ).map(({ sentence }) => sentence);

test.each([
  [200, []],
  [201, ['memberships removed: 201 of 1000, allowed 200']],
])('%d of 1,000 memberships removed against 20 per cent (XE-19)', (membershipsRemoved, expected) => {
  expect(exceeded({ ...nothing, membershipsRemoved })).toEqual(expected);
});

test('a threshold that is named and left empty is the one that is not named, as the API describes it', () => {
  expect(SafeguardSettings.parse({ memberships: {}, users: {}, groups: {} })).toEqual(
    SafeguardSettings.parse({}),
  );
});

test('users deactivated and removed count together (XE-19)', () => {
  const counts = { ...nothing, usersDeactivated: 11, usersRemoved: 10 };
  expect(exceeded(counts)).toEqual(['users deactivated or removed: 21 of 200, allowed 20']);
});

test('small directories go by the floor, large ones by the absolute number, whatever the per cent (I9)', () => {
  fc.assert(
    fc.property(fc.nat(5_000_000), fc.nat(5_000_000), (groups, groupsRemoved) => {
      const sentences = exceeded({ ...nothing, groupsRemoved }, { counts: { ...base, groups } });
      expect(sentences.length > 0).toBe(groupsRemoved > Math.min(500, Math.max(10, Math.floor(groups / 5))));
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

test('many small removals add up over 24 hours, and not longer (reliability.md §5)', () => {
  const hour = 3_600_000;
  const lately = [{ at: now - hour, memberships: 190, users: 0, groups: 0, base }];
  expect(exceeded({ ...nothing, membershipsRemoved: 10 }, { lately })).toEqual([]);
  expect(exceeded({ ...nothing, membershipsRemoved: 11 }, { lately })).toEqual([
    'memberships removed within 24 hours: 201 of 1000, allowed 200',
  ]);
  expect(exceeded(nothing, { lately: [{ ...lately[0], memberships: 900 } as RemovedLately] })).toEqual([]);
  expect(exceeded({ ...nothing, membershipsRemoved: 11 }, { lately, now: now + 23 * hour })).toEqual([]);
});

test.each([
  [49, 10, []],
  [49, 11, ['memberships removed: 11 of 1000, allowed 10']],
  [50, 200, []],
  [50, 201, ['memberships removed: 201 of 1000, allowed 200']],
])('of %d users, %d memberships removed: small directories know the floor only', (users, count, expected) => {
  const counts = { ...base, users };
  expect(exceeded({ ...nothing, membershipsRemoved: count }, { counts })).toEqual(expected);
});

test('a record of removals that cannot be read holds the next removal, and nothing else', () => {
  const { removedLately } = SyncState.parse({ rereads: [], removedLately: [{ at: 'yesterday' }] });
  expect(removedLately).toBe('unreadable');
  expect(exceeded({ ...nothing, usersCreated: 5 }, { lately: 'unreadable' })).toEqual([]);
  expect(exceeded({ ...nothing, usersRemoved: 1 }, { lately: 'unreadable' })).toEqual([
    'what was removed in the last 24 hours cannot be read',
  ]);
});

test('a change too large to be told group by group is held, as nobody knows whom it empties (reliability.md §5)', () => {
  const judged = { counts: nothing, emptied: undefined, shrunken: [] };
  const known = { counts: base, now };
  expect(exceededThresholds(judged, known, SafeguardSettings.parse({}))).toEqual([
    { kind: 'groups-emptied', sentence: 'groups emptied: too much changes to tell' },
  ]);
  expect(exceededThresholds(judged, known, SafeguardSettings.parse({ enabled: false }))).toEqual([]);
});

const inGroups = (members: number) => ({
  users: 60,
  groups: {
    1: [['group', 2] as const],
    2: Array.from({ length: members }, (_, index) => ['user', index + 1] as const),
  },
});
const safe = { safeguard: SafeguardSettings.parse({}) };

test.each([
  [4, 'done', undefined],
  [5, 'awaiting-approval', ['groups emptied: 2 that had 5 members or more, allowed 0']],
])('a group of %d that loses everybody: %s', async (members, status, sentences) => {
  const sync = await synced(inGroups(members));
  for (let index = 1; index <= members; index++) sync.tenant.setMember(group(2), user(index), undefined);
  const run = await sync.sync(safe);
  expect(run.status).toBe(status);
  expect(run.plan?.exceeded).toEqual(sentences ?? []);
});

const roomy = { safeguard: SafeguardSettings.parse({ memberships: { floor: 1000 } }) };

test('a group that keeps one member of many is not empty, and one who does not count is nobody', async () => {
  const sync = await synced(inGroups(7));
  for (let index = 1; index <= 6; index++) sync.tenant.setMember(group(2), user(index), undefined);
  expect((await sync.sync(roomy)).status).toBe('done');
  const other = await synced(inGroups(7));
  other.tenant.setUser(user(7), 'soft-deleted');
  await other.sync(roomy);
  for (let index = 1; index <= 6; index++) other.tenant.setMember(group(2), user(index), undefined);
  expect((await other.sync(roomy)).status).toBe('awaiting-approval');
});

test('an approval is of what is true now: a source that changed since is asked about again (reliability.md §5)', async () => {
  const { sync } = await held();
  sync.tenant.setMember(group(1), user(3), undefined);
  const again = await sync.decide(true);
  expect(again).toMatchObject({
    status: 'awaiting-approval',
    plan: { exceeded: ['memberships removed: 3 of 3, allowed 1'] },
  });
  expect(again.approval).toBeUndefined();
  expect(told(sync)).toEqual({ 1: [1, 2, 3] });
  expect(await sync.decide(true)).toMatchObject({ status: 'done' });
  expect(told(sync)).toEqual({ 1: [4] });
});

test('a fresh plan that differs by a twentieth is covered by the approval, by more it is not', async () => {
  for (const [more, status] of [
    [1, 'done'],
    [2, 'awaiting-approval'],
  ] as const) {
    const sync = await synced(inGroups(60));
    for (let index = 1; index <= 20; index++) sync.tenant.setMember(group(2), user(index), undefined);
    expect((await sync.sync(safe)).status).toBe('awaiting-approval');
    for (let index = 21; index < 21 + more; index++) sync.tenant.setMember(group(2), user(index), undefined);
    expect((await sync.decide(true)).status).toBe(status);
  }
});

test('approving twice, or by two admins, is approving once; the opposite is refused', async () => {
  const { sync, run } = await held();
  const decision = { directory: simulatedDirectory, run: run.id, hash: run.plan?.hash ?? '', by: 'one' };
  await decideRun(sync.ports(), { ...decision, approve: true });
  const second = await decideRun(sync.ports(), { ...decision, by: 'two', approve: true });
  expect(second.approval?.by).toBe('one');
  await expect(decideRun(sync.ports(), { ...decision, approve: false })).rejects.toMatchObject({
    facts: { reason: 'not_awaiting_approval' },
  });
  expect(await sync.untilRest()).toMatchObject({ status: 'done' });
});

test('an approval is over after 24 hours, whatever became of its message', async () => {
  const { sync, run } = await held();
  const decision = { directory: simulatedDirectory, run: run.id, hash: run.plan?.hash ?? '', by: 'one' };
  await decideRun(sync.ports(), { ...decision, approve: true });
  sync.advance(24 * 3_600_000 + 1);
  expect(await sync.untilRest()).toMatchObject({ status: 'awaiting-approval' });
  expect(told(sync)).toEqual({ 1: [1, 2, 3] });
});
