import { expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import { effectiveMembersOf } from '../../../shared/sync/effective-members.ts';
import { RunMemory } from '../../../shared/sync/run-memory.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import type { NestedSettings } from '../../../shared/sync/settings.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, synced, told, user } from './small-tenant.ts';

// A group above its limit keeps its last members, while all others go on; a plan counts what really comes and goes (XA-05, T08).

const limit = { maxMembersPerGroup: 2 };

const pairs = ({ plan }: SyncRun) => ({
  added: plan?.counts.membershipsAdded,
  removed: plan?.counts.membershipsRemoved,
  held: plan?.counts.groupsHeld,
});

/** All that is told is what the counts of the directory say, and what they were before plus what the plan moved. */
async function run(sync: SimulatedSync, settings: Partial<NestedSettings> = limit) {
  const before = sync.copy.size;
  const done = await sync.sync(settings);
  expect(done.status).toBe('done');
  const { added = 0, removed = 0 } = pairs(done);
  const { counts } = await sync.store.state(simulatedDirectory);
  expect([sync.copy.size, counts?.memberships]).toEqual([before + added - removed, before + added - removed]);
  return pairs(done);
}

const set = (sync: SimulatedSync, of: readonly number[], member: number, type?: 'user') => {
  for (const index of of) sync.tenant.setMember(group(index), user(member), type);
};

/** Group 1 has two members, groups 2 and 3 one of them: what all three gain or lose alike is told as one. */
const threeGroups = () =>
  synced(
    {
      users: 6,
      groups: {
        1: [
          ['user', 1],
          ['user', 2],
        ],
        2: [['user', 1]],
        3: [['user', 1]],
      },
    },
    limit,
  );

test('of groups that gain the same, one passes its limit: it is held, and the others are counted (XA-05)', async () => {
  const sync = await threeGroups();
  set(sync, [1, 2, 3], 3, 'user');
  expect(await run(sync)).toEqual({ added: 2, removed: 0, held: 1 });
  expect(told(sync)).toEqual({ 1: [1, 2], 2: [1, 3], 3: [1, 3] });
  // Nothing moves while it is held.
  expect(await run(sync)).toEqual({ added: 0, removed: 0, held: 0 });
  // All gain and lose the same again; the first stays held, at its last members.
  set(sync, [1, 2, 3], 4, 'user');
  set(sync, [1, 2, 3], 1);
  expect(await run(sync)).toEqual({ added: 2, removed: 2, held: 1 });
  expect(told(sync)).toEqual({ 1: [1, 2], 2: [3, 4], 3: [3, 4] });
});

test('a held group that comes under its limit is told what it came to, and the others what they lost (XA-05)', async () => {
  const sync = await threeGroups();
  for (const member of [3, 4]) set(sync, [1], member, 'user');
  set(sync, [2, 3], 3, 'user');
  expect(await run(sync)).toEqual({ added: 2, removed: 0, held: 1 });
  // Out of [1, 2], which it kept, come [3, 4]; the others lose one each.
  set(sync, [1, 2, 3], 1);
  set(sync, [1], 2);
  expect(await run(sync)).toEqual({ added: 2, removed: 4, held: 0 });
  expect(told(sync)).toEqual({ 1: [3, 4], 2: [3], 3: [3] });
  expect(await sync.store.heldMembers(simulatedDirectory, GroupId.parse(group(1)))).toBeUndefined();
});

test('a group is held by those who count once: who is in it twice, or does not count, does not fill it (XA-05)', async () => {
  const sync = await synced(
    {
      users: 3,
      groups: {
        1: [
          ['group', 2],
          ['user', 1],
        ],
        2: [['user', 1]],
        3: [],
      },
    },
    limit,
  );
  sync.tenant.setUser(user(3), 'soft-deleted');
  await run(sync);
  set(sync, [2], 2, 'user');
  set(sync, [2], 3, 'user');
  expect(await run(sync)).toEqual({ added: 2, removed: 0, held: 0 });
  expect(told(sync)).toEqual({ 1: [1, 2], 2: [1, 2] });
  const outbox = await sync.store.outbox(simulatedDirectory, { limit: 1000 });
  expect(outbox.filter(({ key }) => key.includes('/group/') || key.includes('/held/'))).toEqual([]);
});

test('a held group that is deleted loses all it kept; restored above its limit, it begins with nobody (XA-05)', async () => {
  const sync = await threeGroups();
  set(sync, [1], 3, 'user');
  expect(await run(sync)).toEqual({ added: 0, removed: 0, held: 1 });
  sync.tenant.setGroup(group(1), 'soft-deleted');
  expect(await run(sync)).toEqual({ added: 0, removed: 2, held: 0 });
  expect(told(sync)).toEqual({ 2: [1], 3: [1] });
  sync.tenant.setGroup(group(1), 'live');
  expect(await run(sync)).toEqual({ added: 0, removed: 0, held: 1 });
  set(sync, [1], 1);
  expect(await run(sync)).toEqual({ added: 2, removed: 0, held: 0 });
  expect(told(sync)).toEqual({ 1: [2, 3], 2: [1], 3: [1] });
});

const chosen = (...groups: number[]) =>
  ({
    ...limit,
    scope: {
      kind: 'groups',
      groups: groups.map((index) => GroupId.parse(group(index))),
      includeNestedGroups: true,
    },
  }) as const;

test('a group that comes into the scope above its limit begins with nobody, however many it had unseen (XA-05)', async () => {
  const sync = await synced(
    {
      users: 3,
      groups: {
        1: [
          ['user', 1],
          ['user', 2],
          ['user', 3],
        ],
        2: [['user', 1]],
      },
    },
    chosen(2),
  );
  expect(await run(sync, chosen(1, 2))).toEqual({ added: 0, removed: 0, held: 1 });
  expect(told(sync)).toEqual({ 2: [1] });
  sync.consumer.isStrict = false;
  expect(await run(sync, chosen(1))).toEqual({ added: 0, removed: 1, held: 1 });
});

test('who is deleted leaves a group that is held as well, and is back in it when he is restored (XA-05, T11)', async () => {
  const sync = await threeGroups();
  set(sync, [1], 3, 'user');
  expect(await run(sync)).toEqual({ added: 0, removed: 0, held: 1 });
  set(sync, [1], 4, 'user');
  sync.tenant.setUser(user(1), 'soft-deleted');
  expect(await run(sync)).toEqual({ added: 0, removed: 3, held: 1 });
  expect(told(sync)).toEqual({ 1: [2] });
  sync.tenant.setUser(user(1), 'live');
  expect(await run(sync)).toEqual({ added: 3, removed: 0, held: 1 });
  expect(told(sync)).toEqual({ 1: [1, 2], 2: [1], 3: [1] });
});

test('a group that comes under its limit long after one of those it kept was deleted loses him once (XA-05, T11)', async () => {
  const sync = await threeGroups();
  for (const member of [3, 4]) set(sync, [1], member, 'user');
  expect(await run(sync)).toEqual({ added: 0, removed: 0, held: 1 });
  sync.tenant.setUser(user(1), 'gone');
  expect(await run(sync)).toEqual({ added: 0, removed: 3, held: 1 });
  set(sync, [1], 2);
  expect(await run(sync)).toEqual({ added: 2, removed: 1, held: 0 });
  expect(told(sync)).toEqual({ 1: [3, 4] });
});

test('who becomes a member with a limit passed in the same run as somebody is deleted waits, and the deleted leaves (XA-05, T11)', async () => {
  const sync = await threeGroups();
  for (const member of [3, 4]) set(sync, [1], member, 'user');
  sync.tenant.setUser(user(2), 'soft-deleted');
  expect(await run(sync)).toEqual({ added: 0, removed: 1, held: 1 });
  expect(told(sync)).toEqual({ 1: [1], 2: [1], 3: [1] });
});

/** Who is answered as a member of group 1. */
async function answered({ store }: SimulatedSync) {
  const at = { store, directory: simulatedDirectory, memory: new RunMemory() };
  const members = await effectiveMembersOf(at, GroupId.parse(group(1)), { limit: 10 });
  return members?.items.map(({ user: { id } }) => Number.parseInt(id.slice(24), 16));
}

const usersIn = (sync: SimulatedSync) =>
  [...sync.consumer.users].map((id) => Number.parseInt(id.slice(24), 16)).sort();

test('who is in no chosen group any more leaves the directory and the group above its limit that he was in (XA-05, XA-10)', async () => {
  const settings = chosen(1, 2);
  const members = (...of: number[]) => of.map((index) => ['user', index] as const);
  const sync = await synced({ users: 6, groups: { 1: members(1, 2), 2: members(6) } }, settings);
  set(sync, [1], 3, 'user');
  set(sync, [1], 4, 'user');
  expect(await run(sync, settings)).toEqual({ added: 0, removed: 0, held: 1 });
  set(sync, [1], 1);
  expect(await run(sync, settings)).toEqual({ added: 0, removed: 1, held: 1 });
  expect([told(sync), await answered(sync), usersIn(sync)]).toEqual([{ 1: [2], 2: [6] }, [2], [2, 3, 4, 6]]);
  // Back in the directory by another group, he is not back in this one, which he left.
  set(sync, [2], 1, 'user');
  expect(await run(sync, settings)).toEqual({ added: 1, removed: 0, held: 1 });
  expect([told(sync), await answered(sync)]).toEqual([{ 1: [2], 2: [1, 6] }, [2]]);
});

test('who leaves a group as it passes its limit, and with it the directory, is not kept by it (XA-05, XA-10)', async () => {
  const settings = chosen(1);
  const sync = await synced({ users: 6, groups: { 1: [['user', 1]] } }, settings);
  for (const member of [2, 3, 4]) set(sync, [1], member, 'user');
  set(sync, [1], 1);
  expect(await run(sync, settings)).toEqual({ added: 0, removed: 1, held: 1 });
  expect([told(sync), await answered(sync), usersIn(sync)]).toEqual([{}, [], [2, 3, 4]]);
});

test('who was deleted, and comes back without the group that kept him, is in the directory no more, nor in the group (XA-05, XA-10)', async () => {
  const settings = chosen(1);
  const members = [1, 2].map((index) => ['user', index] as const);
  const sync = await synced({ users: 4, groups: { 1: members } }, settings);
  for (const member of [3, 4]) set(sync, [1], member, 'user');
  await run(sync, settings);
  sync.tenant.setUser(user(1), 'soft-deleted');
  expect(await run(sync, settings)).toEqual({ added: 0, removed: 1, held: 1 });
  set(sync, [1], 1);
  sync.tenant.setUser(user(1), 'live');
  expect(await run(sync, settings)).toEqual({ added: 0, removed: 0, held: 1 });
  expect([told(sync), await answered(sync), usersIn(sync)]).toEqual([{ 1: [2] }, [2], [2, 3, 4]]);
});
