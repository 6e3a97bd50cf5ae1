import { expect, test } from '@jest/globals';
import type { GroupId, UserId } from '../../../shared/model/ids.ts';
import { directMembersOf } from '../../../shared/sync/direct-members.ts';
import { effectiveMembersOf } from '../../../shared/sync/effective-members.ts';
import { explain } from '../../../shared/sync/explain-membership.ts';
import { groupsOfUser } from '../../../shared/sync/groups-of-user.ts';
import type { InDirectory } from '../../../shared/sync/nesting-view.ts';
import { RunMemory } from '../../../shared/sync/run-memory.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, synced, user } from './small-tenant.ts';

/** A diamond under group 1, and a circle back to it. */
const shape = {
  users: 3,
  groups: {
    1: [
      ['group', 2],
      ['group', 3],
      ['user', 3],
    ],
    2: [['group', 4]],
    3: [['group', 4]],
    4: [
      ['user', 1],
      ['user', 2],
      ['group', 1],
    ],
  },
} as const;

const g = (index: number) => group(index) as GroupId;
const u = (index: number) => user(index) as UserId;
const at = ({ store }: SimulatedSync, memory = new RunMemory()): InDirectory => ({
  ...{ store, memory, directory: simulatedDirectory },
});

async function membersIn(place: InDirectory, of: number, limit = 10, after?: string) {
  const found = await effectiveMembersOf(place, g(of), { limit, after });
  return (
    found && { items: found.items.map(({ user: { id }, ...how }) => ({ id, ...how })), next: found.next }
  );
}

test('effective members are told with the way they come, deleted users left out, by page', async () => {
  const sync = await synced(shape);
  sync.tenant.setUser(user(2), 'soft-deleted');
  await sync.sync();
  const place = at(sync);
  expect(await membersIn(place, 1)).toEqual({
    items: [
      { id: u(1), direct: false, through: [g(2), g(3)] },
      { id: u(3), direct: true, through: [g(2), g(3)] },
    ],
    next: undefined,
  });
  expect(await membersIn(place, 2, 1)).toMatchObject({ items: [{ id: u(1) }], next: u(1) });
  expect(await membersIn(place, 2, 1, u(1))).toMatchObject({ items: [{ id: u(3) }], next: undefined });
  expect(await membersIn(place, 9)).toBeUndefined();
});

test('a user whom Graph gives another type as a member is one to every question', async () => {
  const sync = await synced({
    users: 2,
    groups: {
      1: [['group', 2]],
      2: [
        ['other', 1],
        ['user', 2],
        ['device', 7],
      ],
    },
  });
  const place = at(sync);
  expect((await membersIn(place, 1))?.items.map(({ id }) => id)).toEqual([u(1), u(2)]);
  expect((await groupsOfUser(place, u(1)))?.length).toBe(2);
  expect((await explain(place, { user: u(1), group: g(1) }, 5)).member).toBe(true);
});

test('a held group shows the members it kept', async () => {
  const sync = await synced({
    users: 3,
    groups: {
      1: [
        ['user', 1],
        ['user', 2],
      ],
    },
  });
  sync.tenant.setMember(group(1), user(3), 'user');
  await sync.sync({ maxMembersPerGroup: 2 });
  const place = at(sync);
  expect((await membersIn(place, 1))?.items.map(({ id }) => id)).toEqual([u(1), u(2)]);
  expect((await explain(place, { user: u(3), group: g(1) }, 5)).member).toBe(false);
  expect((await explain(place, { user: u(2), group: g(1) }, 5)).member).toBe(true);
});

test('who is deleted is in no group, a held one included, whoever asks (T11)', async () => {
  const sync = await synced({
    users: 3,
    groups: {
      1: [
        ['user', 1],
        ['user', 2],
      ],
      2: [['user', 2]],
    },
  });
  sync.tenant.setMember(group(1), user(3), 'user');
  await sync.sync({ maxMembersPerGroup: 2 });
  sync.tenant.setMember(group(2), user(1), 'user');
  sync.tenant.setUser(user(2), 'soft-deleted');
  sync.tenant.setMember(group(1), user(1), 'user');
  for (const index of [4, 5]) {
    sync.tenant.setUser(user(index), 'live');
    sync.tenant.setMember(group(1), user(index), 'user');
  }
  await sync.sync({ maxMembersPerGroup: 2 });
  const place = at(sync);
  expect((await membersIn(place, 1))?.items.map(({ id }) => id)).toEqual([u(1)]);
  expect(await groupsOfUser(place, u(2))).toEqual([]);
  expect((await explain(place, { user: u(2), group: g(1) }, 5)).member).toBe(false);
});

test('direct members are as Graph lists them, nested groups among them, without deleted ones', async () => {
  const sync = await synced(shape);
  sync.tenant.setGroup(group(3), 'soft-deleted');
  await sync.sync();
  const direct = await directMembersOf(at(sync), g(1), { limit: 2 });
  expect(direct).toEqual({
    items: [
      { type: 'user', id: u(3) },
      { type: 'group', id: g(2) },
    ],
  });
  expect(await directMembersOf(at(sync), g(3), { limit: 2 })).toBeUndefined();
});

test('groups of a user tell the direct from the indirect', async () => {
  const sync = await synced(shape);
  const groups = await groupsOfUser(at(sync), u(1));
  expect(groups?.map(({ group: { id }, direct }) => [id, direct])).toEqual([
    [g(1), false],
    [g(2), false],
    [g(3), false],
    [g(4), true],
  ]);
  expect(await groupsOfUser(at(sync), u(9))).toBeUndefined();
});

test('a membership is explained by every way up to so many', async () => {
  const sync = await synced(shape);
  const why = await explain(at(sync), { user: u(1), group: g(1) }, 10);
  expect([why.member, why.paths, why.morePaths]).toEqual([
    true,
    [
      [g(1), g(2), g(4)],
      [g(1), g(3), g(4)],
    ],
    false,
  ]);
  expect(await explain(at(sync), { user: u(1), group: g(1) }, 1)).toMatchObject({ morePaths: true });
  expect(await explain(at(sync), { user: u(1), group: g(9) }, 10)).toMatchObject({
    member: false,
    paths: [],
  });
});

test('a member behind groups that all hold each other is one to every question, and the shortest way comes first', async () => {
  const clique = Array.from({ length: 14 }, (_, index) => index + 2);
  const sync = await synced({
    users: 1,
    groups: {
      1: [['group', 2]],
      ...Object.fromEntries(
        clique.map((group) => [group, clique.map((other): ['group', number] => ['group', other])]),
      ),
      15: [...clique.map((other): ['group', number] => ['group', other]), ['group', 16]],
      16: [['user', 1]],
    },
  });
  const why = await explain(at(sync), { user: u(1), group: g(1) }, 20);
  expect([why.member, why.paths[0], why.paths.length, why.morePaths]).toEqual([
    true,
    [g(1), g(2), g(15), g(16)],
    20,
    true,
  ]);
  expect((await groupsOfUser(at(sync), u(1)))?.length).toBe(16);
});
