import { expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import { simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { forgetTokens, graphAnswers, group, synced, told, user } from './small-tenant.ts';

// A hard delete ends every membership at both ends, though groups/delta is silent about it (graph.md §1.4, rule 4).

const chain = {
  users: 2,
  groups: {
    1: [['group', 2]],
    2: [
      ['group', 3],
      ['user', 1],
    ],
    3: [['user', 2]],
  },
} as const;

test('a group that is deleted for good loses its members, its parents and its children, each once', async () => {
  const sync = await synced(chain);
  sync.tenant.setGroup(group(2), 'gone');
  const { plan } = await sync.sync();
  expect(plan?.counts).toMatchObject({ groupsRemoved: 1, directRemoved: 3, membershipsRemoved: 4 });
  expect(told(sync)).toEqual({ 3: [2] });
  const { store } = sync;
  expect((await store.nesting(simulatedDirectory)).edges).toEqual([]);
  expect(await store.members(simulatedDirectory, GroupId.parse(group(2)))).toEqual({});
  expect((await store.groupsOf(simulatedDirectory, [user(1)])).size).toBe(0);
});

test('of two groups, or of a group and its member, that are deleted for good together, nothing stays between them', async () => {
  const sync = await synced(chain);
  for (const index of [1, 2]) sync.tenant.setGroup(group(index), 'gone');
  sync.tenant.setUser(user(1), 'gone');
  const { plan } = await sync.sync();
  const { store } = sync;
  expect((await store.nesting(simulatedDirectory)).edges).toEqual([]);
  expect(await store.members(simulatedDirectory, GroupId.parse(group(2)))).toEqual({});
  expect((await store.groupsOf(simulatedDirectory, [user(1)])).size).toBe(0);
  expect(plan?.counts).toMatchObject({
    groupsRemoved: 2,
    usersRemoved: 1,
    directRemoved: 3,
    membershipsRemoved: 4,
  });
  expect(told(sync)).toEqual({ 3: [2] });
});

test('a complete enumeration that shows a group without its members has them read by list, and nobody leaves (T09)', async () => {
  const sync = await synced({
    users: 2,
    groups: {
      1: [['user', 1]],
      2: [['device', 7]],
      3: [['group', 1]],
      4: [
        ['user', 1],
        ['group', 1],
      ],
      5: [
        ['user', 2],
        ['device', 7],
      ],
      6: [],
    },
  });
  const before = told(sync);
  await forgetTokens(sync);
  graphAnswers(sync, (reader) => ({
    groupsDelta: async (from) => {
      const answer = await reader.groupsDelta(from);
      if (answer.kind === 'fault') return answer;
      const items = answer.value.items.map((entry) => {
        if (entry.kind === 'removed') return entry;
        const { members: _, ...silent } = entry;
        return silent;
      });
      return { ...answer, value: { ...answer.value, items } };
    },
  }));
  const run = await sync.sync();
  expect(run.rereads.toSorted((one, other) => (one.group < other.group ? -1 : 1))).toEqual(
    [1, 2, 3, 4, 5].map((index) => ({
      ...{ group: group(index), reason: 'unknown-members', rounds: 0 },
      doubted: true,
    })),
  );
  expect(told(sync)).toEqual(before);
});

test('a group that was deleted and is now gone for good is not asked for its members', async () => {
  const sync = await synced({
    users: 2,
    groups: {
      1: [
        ['user', 1],
        ['user', 2],
      ],
    },
  });
  sync.tenant.setGroup(group(1), 'soft-deleted');
  await sync.sync();
  sync.tenant.setGroup(group(1), 'gone');
  expect((await sync.sync()).rereads).toEqual([]);
});
