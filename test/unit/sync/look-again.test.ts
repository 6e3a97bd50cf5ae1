import { expect, test } from '@jest/globals';
import { GroupId, UserId } from '../../../shared/model/ids.ts';
import { packGuids } from '../../../shared/nesting/guid.ts';
import { newTrail } from '../../../shared/sync/endless-round.ts';
import {
  isApproved,
  lookingAgain,
  membershipsDifference,
  planDifference,
} from '../../../shared/sync/look-again.ts';
import type { JournalPart } from '../../../shared/sync/round-records.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { SafeguardSettings } from '../../../shared/sync/settings.ts';
import { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { group, synced, told, user } from './small-tenant.ts';

// An approval is of what was shown, a day old at most, and re-checked against a fresh plan (XE-19, reliability.md §5).

const minute = 60_000;
const day = 24 * 60 * minute;
const safe = { safeguard: SafeguardSettings.parse({ memberships: { floor: 3, percent: 0 } }) };

/** A run that waits for an approval: four of five members leave. */
async function held() {
  const sync = await synced({
    users: 9,
    groups: {
      1: [1, 2, 3, 4, 5].map((index) => ['user', index]),
      2: [['user', 6]],
    },
  });
  for (const index of [1, 2, 3, 4]) sync.tenant.setMember(group(1), user(index), undefined);
  const run = await sync.sync(safe);
  expect(run).toMatchObject({
    status: 'awaiting-approval',
    plan: { exceeded: ['memberships removed: 4 of 6, allowed 3'] },
  });
  return { sync, run };
}

test.each([
  ['a day later', day, 0, true],
  ['a day and a millisecond later', day + 1, 0, false],
  ['by a clock that is ten minutes behind, and the other ten ahead (F7)', -20 * minute, 0, true],
  ['by a clock that is further behind', -20 * minute - 1, 0, false],
  ['of a plan that differs by a twentieth', 0, 0.05, true],
  ['of a plan that differs by more', 0, 0.050001, false],
])('an approval looked at %s: %d ms, difference %d', async (_, later, difference, expected) => {
  const { run } = await held();
  const at = Date.UTC(2026, 0, 5);
  const approved: SyncRun = { ...run, approval: { by: 'admin', at: new Date(at).toISOString() } };
  expect(isApproved(approved, { difference, now: at + later })).toBe(expected);
  expect(isApproved(run, { difference, now: at + later })).toBe(false);
});

test('a run that looks again reads on from where it was held, and decides anew what to read by list and to ask', async () => {
  const { run } = await held();
  const before: SyncRun = {
    ...run,
    attempts: 3,
    rereads: [{ group: GroupId.parse(group(1)), reason: 'contested', rounds: 0 }],
    rereadsDone: 1,
    reread: { pages: 2, next: 'list:1' },
    rereadPages: { [group(1)]: 2 },
    asking: { of: [], done: 0, pages: 0, answered: {}, waiting: [], endless: [], tooMany: false },
  };
  const { asking: _, users, groups, ...kept } = before;
  const { delta: users1, ...usersKept } = users;
  const { delta: groups1, ...groupsKept } = groups;
  const trail = { ...newTrail };
  expect(lookingAgain(before)).toStrictEqual({
    ...kept,
    phase: 'check',
    users: { ...usersKept, next: users1, ...trail },
    groups: { ...groupsKept, next: groups1, ...trail },
    attempts: 0,
    rereads: [],
    rereadsDone: 0,
    reread: { pages: 0 },
    rereadPages: {},
  });
  expect(newTrail.links).toEqual([]);
});

test('a stream that is not read to its end yet goes on where it is', async () => {
  const { run } = await held();
  const { delta: _, ...users } = run.users;
  const reading: SyncRun = { ...run, users: { ...users, next: 'page 3', links: ['page 3'] } };
  expect(lookingAgain(reading).users).toStrictEqual({ ...users, next: 'page 3', ...newTrail });
});

const difference = async (shown: readonly JournalPart[], fresh: readonly JournalPart[]) => {
  const read = async function* () {
    yield* shown;
  };
  return await planDifference(read(), fresh);
};

const item = { counts: true, inScope: true } as const;
const users = (life: 'live' | 'gone', ...indexes: number[]): JournalPart => ({
  kind: 'users',
  items: indexes.map((index) => ({ id: UserId.parse(user(index)), life, ...item })),
});
const groups = (isTold: boolean, ...indexes: number[]): JournalPart => ({
  kind: 'groups',
  items: indexes.map((index) => ({
    id: GroupId.parse(group(index)),
    life: 'live',
    told: isTold,
    held: false,
  })),
});
const packed = (indexes: readonly number[]) => packGuids(indexes.map((index) => user(index)));
const members = (of: number, added: readonly number[], removed: readonly number[] = []): JournalPart => ({
  kind: 'members',
  items: [{ group: GroupId.parse(group(of)), type: 'user', added: packed(added), removed: packed(removed) }],
});
const heldGroup = (of: number, kept?: readonly number[]): JournalPart => ({
  kind: 'held',
  group: GroupId.parse(group(of)),
  ...(kept === undefined ? {} : { members: packed(kept) }),
});

test.each<[string, readonly JournalPart[], readonly JournalPart[], number]>([
  [
    'the same in other parts and another order',
    [users('live', 1, 2), groups(true, 1)],
    [groups(true, 1), users('live', 2), users('live', 1)],
    0,
  ],
  ['a user more', [users('live', 1, 2)], [users('live', 1, 2, 3)], 1 / 2],
  ['a user less', [users('live', 1, 2)], [users('live', 1)], 1 / 2],
  ['another user', [users('live', 1, 2)], [users('live', 1, 3)], 1],
  ['the same user with another life', [users('live', 1, 2)], [users('live', 1), users('gone', 2)], 1],
  ['a group more', [groups(true, 1)], [groups(true, 1, 2)], 1],
  ['the same group, told no more', [groups(true, 1)], [groups(false, 1)], 2],
  ['a member who comes instead of going', [members(1, [], [1])], [members(1, [1], [])], 2],
  ['a member who comes into another group', [members(1, [1, 2])], [members(1, [1]), members(2, [2])], 1],
  ['another member who comes', [members(1, [1])], [members(1, [2])], 2],
  ['another member who goes', [members(1, [], [1])], [members(1, [], [2])], 2],
  ['a member more', [members(1, [1])], [members(1, [1, 2])], 1],
  ['a group that is held', [members(1, [1])], [members(1, [1]), heldGroup(1, [1, 2])], 1],
  ['another group that is held', [heldGroup(1, [1])], [heldGroup(2, [1])], 2],
  ['a held group that keeps more', [heldGroup(1, [1])], [heldGroup(1, [1, 2])], 2],
  ['a held group that is let go', [heldGroup(1, [1])], [heldGroup(1)], 2],
  ['something where there was nothing', [], [members(1, [1, 2])], 2],
  ['nothing and nothing', [], [], 0],
])('plans that differ by %s', async (_, shown, fresh, expected) => {
  expect(await difference(shown, fresh)).toBe(expected);
});

test('what follows from memberships is no statement of its own: the reverse of them, and what is told', async () => {
  const reverse: JournalPart = {
    kind: 'groups-of',
    items: [{ member: user(1), added: packGuids([group(1)]), removed: packed([]) }],
  };
  const entry = {
    key: 'run/everything',
    at: '2026-01-01T00:00:00Z',
    change: { kind: 'everything-changed' },
  } as const;
  expect(
    await difference(
      [members(1, [1])],
      [members(1, [1]), reverse, { kind: 'outbox', entry }, { kind: 'entries', entries: [entry] }],
    ),
  ).toBe(0);
});

test('a small change among groups that moves many memberships is another plan (XE-19)', async () => {
  const sync = await synced({
    users: 100,
    groups: {
      1: [
        ['group', 2],
        ['group', 3],
      ],
      2: Array.from({ length: 30 }, (_, index) => ['user', index + 1] as const),
      3: Array.from({ length: 60 }, (_, index) => ['user', index + 31] as const),
      4: [],
    },
  });
  for (let index = 1; index <= 30; index++) sync.tenant.setMember(group(2), user(index), undefined);
  for (let index = 1; index <= 30; index++) sync.tenant.setMember(group(4), user(index), 'user');
  expect(await sync.sync(safe)).toMatchObject({
    status: 'awaiting-approval',
    plan: { counts: { directRemoved: 30, membershipsRemoved: 60 } },
  });
  // One statement more of sixty; and twice as many who lose something.
  sync.tenant.setMember(group(1), group(3), undefined);
  expect(await sync.decide(true)).toMatchObject({
    status: 'awaiting-approval',
    plan: { counts: { directRemoved: 31, membershipsRemoved: 120 } },
  });
});

test('a held run outlives the process that held it, and is approved after a restart (reliability.md §5)', async () => {
  const { sync, run } = await held();
  const restarted = new SimulatedSync(2, sync.store);
  restarted.tenant.graph = () => sync.tenant.graph();
  restarted.advance(sync.now() - restarted.now() + 60 * minute);
  expect(await restarted.lastRun()).toEqual(run);
  expect(await restarted.decide(true)).toMatchObject({
    id: run.id,
    status: 'done',
    approval: { by: 'admin' },
  });
  await sync.consumer.consume();
  expect(told(sync)).toEqual({ 1: [5], 2: [6] });
});

test.each([
  [[10, 10], [12, 9], 3 / 20],
  [[10, 30], [8, 30], 2 / 40],
  [[0, 0], [0, 5], 5],
  [[7, 3], [7, 3], 0],
])('%j memberships added and removed, and then %j', async (shown, fresh, expected) => {
  const { counts } = (await held()).run.plan ?? {};
  if (counts === undefined) throw new Error('no plan');
  const withPairs = ([membershipsAdded = 0, membershipsRemoved = 0]: readonly number[]) => ({
    ...counts,
    membershipsAdded,
    membershipsRemoved,
  });
  expect(membershipsDifference(withPairs(shown), withPairs(fresh))).toBe(expected);
});

test('as many memberships of other people, by another edge between groups, are another plan (XE-19)', async () => {
  const people = (from: number) =>
    Array.from({ length: 30 }, (_, index): ['user', number] => ['user', from + index]);
  const sync = await synced({
    users: 160,
    groups: {
      1: [
        ['group', 2],
        ['group', 3],
      ],
      2: people(1),
      3: people(31),
      4: people(61).concat(people(91)),
    },
  });
  for (let index = 61; index <= 110; index++) sync.tenant.setMember(group(4), user(index), undefined);
  sync.tenant.setMember(group(1), group(2), undefined);
  const strict = { safeguard: SafeguardSettings.parse({ memberships: { floor: 3, percent: 0 } }) };
  const held = await sync.sync(strict);
  expect(held.status).toBe('awaiting-approval');
  sync.tenant.setMember(group(1), group(2), 'group');
  sync.tenant.setMember(group(1), group(3), undefined);
  const again = await sync.decide(true);
  expect([again.status, again.plan?.counts]).toEqual(['awaiting-approval', held.plan?.counts]);
  expect(told(sync)[1]).toHaveLength(60);
  expect((await sync.decide(true)).status).toBe('done');
  expect(told(sync)[1]).toEqual(people(1).map(([, index]) => index));
});
