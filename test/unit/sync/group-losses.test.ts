import { expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import { lossesOfRun, removedLatelyAfter } from '../../../shared/sync/removal-window.ts';
import { cancelRun } from '../../../shared/sync/run-orders.ts';
import type { LostByGroup, SyncRun } from '../../../shared/sync/run-records.ts';
import { NestedSettings, SafeguardSettings } from '../../../shared/sync/settings.ts';
import type { SyncState } from '../../../shared/sync/sync-state.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, synced, user } from './small-tenant.ts';

// A group that loses some of its members every hour is a group that loses most of them (reliability.md §5, slow drip).

const hour = 3_600_000;
const day = 24 * hour;
const roomy = { floor: 1000, percent: 100 };
const safe = (perGroup: object = {}) =>
  NestedSettings.parse({
    safeguard: SafeguardSettings.parse({ memberships: roomy, users: roomy, groups: roomy, perGroup }),
  });

const range = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ['user', from + index] as const);

/** Group 1 of so many; all of them are in group 2 too, which has a hundred more. */
const company = (members: number) =>
  synced({ users: members + 100, groups: { 1: range(1, members), 2: range(1, members + 100) } });

/** Group 1 loses so many, in a run that begins at `at`. */
async function lose(
  sync: SimulatedSync,
  [from, count]: readonly [number, number],
  at = sync.now() + hour,
): Promise<SyncRun> {
  for (const [, member] of range(from, count)) sync.tenant.setMember(group(1), user(member), undefined);
  sync.advance(at - sync.now());
  return await sync.sync(safe());
}

const outcome = ({ status, plan }: SyncRun) => [status, plan?.exceeded, plan?.thresholds];
const goes = ['done', [], []];
const shrinks = (loss: string) => [
  'awaiting-approval',
  [`members lost by one group within 24 hours: ${loss}`],
  ['group-shrunken'],
];

/** 19 of a hundred an hour, twice. */
async function dripped() {
  const sync = await company(100);
  const first = sync.now() + hour;
  expect(outcome(await lose(sync, [1, 19], first))).toEqual(goes);
  expect(outcome(await lose(sync, [20, 19]))).toEqual(goes);
  return { sync, first };
}

test.each([2 * hour, day - 1])(
  'a group that loses 19 %% an hour waits when it is more than half, %d ms after the first (XE-19)',
  async (later) => {
    const { sync, first } = await dripped();
    const run = await lose(sync, [39, 19], first + later);
    expect(outcome(run)).toEqual(shrinks(`57 of 100 by ${group(1)}, allowed 50`));
    expect([...sync.entries.values()]).toContainEqual(
      expect.objectContaining({
        code: 'group-shrunken',
        message: 'The group loses more of its members than one group may within 24 hours: 57 of 100',
        counts: { lost: 57, members: 100 },
      }),
    );
    // Half of them may go, and 38 are gone.
    for (const [type, member] of range(51, 7)) sync.tenant.setMember(group(1), user(member), type);
    await cancelRun(sync.ports(), simulatedDirectory, run.id);
    await sync.untilEnd();
    expect(outcome(await sync.sync(safe()))).toEqual(goes);
  },
);

test('24 hours after the first drop of a group it counts no longer (XE-19)', async () => {
  const { sync, first } = await dripped();
  // Of the 81 that there were after it.
  expect(outcome(await lose(sync, [39, 21], first + day))).toEqual(goes);
  const next = await lose(sync, [60, 1], first + day + 1);
  expect(outcome(next)).toEqual(shrinks(`41 of 81 by ${group(1)}, allowed 40`));
});

test('who came since a group began to lose makes it no larger (XE-19)', async () => {
  const { sync } = await dripped();
  for (const [type, member] of range(101, 100)) sync.tenant.setMember(group(1), user(member), type);
  expect(outcome(await sync.sync(safe()))).toEqual(goes);
  expect(outcome(await lose(sync, [39, 13]))).toEqual(shrinks(`51 of 100 by ${group(1)}, allowed 50`));
});

test('a group that was emptied bit by bit had five or more at first: it waits (reliability.md §5)', async () => {
  const sync = await company(6);
  expect(outcome(await lose(sync, [1, 3]))).toEqual(goes);
  expect(outcome(await lose(sync, [4, 2]))).toEqual(goes);
  expect(outcome(await lose(sync, [6, 1]))).toEqual([
    'awaiting-approval',
    ['groups emptied: 1 that had 5 members or more, allowed 0'],
    ['groups-emptied'],
  ]);
  const small = await company(4);
  await lose(small, [1, 3]);
  expect(outcome(await lose(small, [4, 1]))).toEqual(goes);
  const late = await company(6);
  await lose(late, [1, 5]);
  expect(outcome(await lose(late, [6, 1], late.now() + day))).toEqual(goes);
});

test('what a person approved of a group counts no more, nor what it lost before (XE-19)', async () => {
  const { sync } = await dripped();
  expect((await lose(sync, [39, 19])).status).toBe('awaiting-approval');
  expect((await sync.decide(true)).status).toBe('done');
  expect(outcome(await lose(sync, [58, 21]))).toEqual(goes);
  expect(outcome(await lose(sync, [79, 1]))).toEqual(shrinks(`22 of 43 by ${group(1)}, allowed 21`));
});

test('another group that loses is none that lost before, and a dry run loses nobody', async () => {
  const { sync } = await dripped();
  for (const [, member] of range(39, 19)) sync.tenant.setMember(group(2), user(member), undefined);
  expect(outcome(await sync.sync(safe()))).toEqual(goes);
  for (const [, member] of range(39, 10)) sync.tenant.setMember(group(1), user(member), undefined);
  await sync.sync(safe(), 'dry-run');
  for (const [type, member] of range(39, 10)) sync.tenant.setMember(group(1), user(member), type);
  expect(outcome(await lose(sync, [58, 12]))).toEqual(goes);
});

test.each([
  [1, 'done'],
  [2, 'awaiting-approval'],
])(
  'what a group lost before, and %d unseen while a run waits, is more than it may lose: %s (decision 20)',
  async (unseen, status) => {
    const settings = safe({ floor: 3, percent: 0 });
    const sync = await synced({ users: 130, groups: { 1: range(1, 20), 2: range(1, 130) } });
    for (const [, member] of range(1, 2)) sync.tenant.setMember(group(1), user(member), undefined);
    expect((await sync.sync(settings)).status).toBe('done');
    for (const [, member] of range(31, 100)) sync.tenant.setUser(user(member), 'soft-deleted');
    expect((await sync.sync(settings)).status).toBe('awaiting-approval');
    for (const [, member] of range(3, unseen)) sync.tenant.setMember(group(1), user(member), undefined);
    expect((await sync.decide(true)).status).toBe(status);
  },
);

const bigState = (losses: readonly LostByGroup[]): SyncState => ({
  rereads: [],
  counts: { users: 1, groups: 1, memberships: 1, domains: 1 },
  removedLately: [
    {
      at: 1,
      memberships: 9,
      users: 0,
      groups: 0,
      base: { memberships: 9, users: 9, groups: 9 },
      byGroup: losses,
    },
  ],
});

test('of more losses than are remembered those of groups stay that have lost most of what they may', async () => {
  const id = (index: number) => GroupId.parse(group(index));
  // Ten of any group may go, and half of a large one.
  const little = Array.from({ length: 9_998 }, (_, index): LostByGroup => [id(index + 10), 1, 1000]);
  const before: readonly LostByGroup[] = [...little, [id(1), 9, 9], [id(2), 400, 1000]];
  const sync = await company(6);
  const run = await lose(sync, [1, 1]);
  if (run.plan === undefined) throw new Error('no plan');
  const after = (lost: readonly LostByGroup[]) => {
    const ended = { ...run, startedAt: new Date(2).toISOString(), plan: { ...run.plan, lost } } as SyncRun;
    const window = removedLatelyAfter(bigState(before), ended);
    if (window === 'unreadable') throw new Error(window);
    return window.map(({ byGroup = [] }) => byGroup.map(([of]) => of));
  };
  expect(after([])).toEqual([before.map(([of]) => of), []]);
  const [old = [], latest] = after([
    [id(3), 5, 20],
    [id(10), 9, 1000],
  ]);
  expect([latest, old.length, old.slice(-2)]).toEqual([[id(3), id(10)], 9_998, [id(1), id(2)]]);
});

test('of one run as many losses are remembered as a checkpoint takes', () => {
  const { perGroup } = SafeguardSettings.parse({});
  const losses = Array.from(
    { length: 2001 },
    (_, index): LostByGroup => [GroupId.parse(group(index)), 1, 10],
  );
  const most: LostByGroup = [GroupId.parse(group(5000)), 2, 10];
  expect(lossesOfRun([...losses, most], perGroup)).toEqual([most, ...losses.slice(0, 1999)]);
});
