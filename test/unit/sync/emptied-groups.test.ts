import { expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import { SafeguardSettings, type SyncScope } from '../../../shared/sync/settings.ts';
import { group, synced, user } from './small-tenant.ts';

// A group that goes from five members or more to none always waits for a person (reliability.md §5).

const safe = { safeguard: SafeguardSettings.parse({}) };
const emptied = (groups: number) => [`groups emptied: ${groups} that had 5 members or more, allowed 0`];

/** One group of so many. */
const groupOf = (members: number) =>
  synced({
    users: members,
    groups: { 1: Array.from({ length: members }, (_, index) => ['user', index + 1] as const) },
  });

async function leaving(sync: Awaited<ReturnType<typeof groupOf>>, members: number) {
  for (let index = 1; index <= members; index++) sync.tenant.setMember(group(1), user(index), undefined);
  return (await sync.sync(safe)).plan?.exceeded;
}

test('five members who are all there are', async () => {
  expect(await leaving(await groupOf(5), 5)).toEqual(emptied(1));
});

test('somebody of whom the round speaks stays: the group is not empty, whoever else in it is deleted', async () => {
  const sync = await groupOf(8);
  sync.tenant.setUser(user(8), 'soft-deleted');
  await sync.sync();
  sync.tenant.setUser(user(7), 'live', { displayName: 'Ann' });
  expect(await leaving(sync, 6)).toEqual([]);
});

test('somebody of whom the round does not speak stays: the group is not empty, whoever else in it is deleted', async () => {
  const sync = await groupOf(8);
  sync.tenant.setUser(user(8), 'soft-deleted');
  await sync.sync();
  expect(await leaving(sync, 6)).toEqual([]);
});

test('the last one is deleted as the others leave', async () => {
  const sync = await groupOf(7);
  sync.tenant.setUser(user(7), 'soft-deleted');
  expect(await leaving(sync, 6)).toEqual(emptied(1));
});

test('who comes as all others leave keeps a group from being empty, and who is left below it too', async () => {
  const sync = await groupOf(6);
  sync.tenant.setUser(user(7), 'live');
  sync.tenant.setMember(group(1), user(7), 'user');
  expect(await leaving(sync, 6)).toEqual([]);
  const nested = await synced({
    users: 6,
    groups: {
      1: [1, 2, 3, 4, 5].map((index) => ['user', index]),
      2: [
        ['group', 1],
        ['user', 6],
      ],
    },
  });
  expect(await leaving(nested, 5)).toEqual(emptied(1));
});

test('a group that is deleted, or leaves the scope, is counted as removed and not as emptied', async () => {
  const sync = await groupOf(6);
  sync.tenant.setGroup(group(1), 'soft-deleted');
  expect(await sync.sync(safe)).toMatchObject({
    status: 'done',
    plan: { counts: { groupsRemoved: 1 }, exceeded: [] },
  });
  const scoped = await synced({
    users: 6,
    groups: { 1: [1, 2, 3, 4, 5, 6].map((index) => ['user', index]), 2: [['user', 1]] },
  });
  scoped.consumer.isStrict = false;
  const scope: SyncScope = { kind: 'groups', groups: [GroupId.parse(group(2))], includeNestedGroups: true };
  expect(await scoped.sync({ ...safe, scope })).toMatchObject({
    status: 'done',
    plan: { counts: { groupsRemoved: 1, membershipsRemoved: 6 }, exceeded: [] },
  });
});
