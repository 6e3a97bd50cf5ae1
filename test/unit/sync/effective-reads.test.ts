import { expect, test } from '@jest/globals';
import type { GroupId, UserId } from '../../../shared/model/ids.ts';
import {
  effectiveGroupsOfUser,
  effectiveMembersOf,
  explainMembership,
} from '../../../shared/sync/effective-reads.ts';
import { simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, synced, user } from './small-tenant.ts';

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

test('effective members are read from what is stored, deleted users left out', async () => {
  const sync = await synced(shape);
  sync.tenant.setUser(user(2), 'soft-deleted');
  await sync.sync();
  expect(await effectiveMembersOf(sync.store, simulatedDirectory, g(2))).toEqual({
    users: [u(1), u(3)],
    held: false,
  });
  expect(await effectiveMembersOf(sync.store, simulatedDirectory, g(9))).toBeUndefined();
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
  expect(await effectiveMembersOf(sync.store, simulatedDirectory, g(1))).toEqual({
    users: [u(1), u(2)],
    held: true,
  });
});

test('groups of a user tell the direct from the indirect', async () => {
  const sync = await synced(shape);
  expect(await effectiveGroupsOfUser(sync.store, simulatedDirectory, u(1))).toEqual([
    { group: g(1), direct: false },
    { group: g(2), direct: false },
    { group: g(3), direct: false },
    { group: g(4), direct: true },
  ]);
});

test('a membership is explained by a shortest way, all ways and the children they lead through', async () => {
  const sync = await synced(shape);
  const place = { store: sync.store, directory: simulatedDirectory };
  expect(await explainMembership(place, { group: g(1), user: u(1) }, 10)).toEqual({
    isMember: true,
    shortest: [g(1), g(2), g(4)],
    paths: [
      [g(1), g(2), g(4)],
      [g(1), g(3), g(4)],
    ],
    more: false,
    direct: false,
    through: [g(2), g(3)],
  });
  expect(await explainMembership(place, { group: g(9), user: u(1) }, 10)).toMatchObject({
    isMember: false,
    paths: [],
  });
});
