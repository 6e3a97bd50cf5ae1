import { expect, test } from '@jest/globals';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import { group, synced, user } from './small-tenant.ts';

const strict = {
  safeguard: NestedSettings.parse({ safeguard: { memberships: { floor: 0, percent: 0 } } }).safeguard,
};

const changes = async (sync: Awaited<ReturnType<typeof synced>>) =>
  Object.fromEntries(
    [...sync.entries.values()].map(({ code, message, object, counts }) => [
      `${code} ${object?.id ?? ''}`,
      [message, counts],
    ]),
  );

const about = async (sync: Awaited<ReturnType<typeof synced>>, id: string) =>
  [...sync.entries.values()].flatMap(({ object, message }) => (object?.id === id ? [message] : []));

test('what becomes of somebody is in the log with its reason, and a first run lists nobody (run row and log)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['group', 2]], 2: [['user', 1]], 4: [['user', 2]] } });
  expect(sync.entries.size).toBe(0);
  sync.tenant.setUser(user(3), 'live', {});
  sync.tenant.setMember(group(2), user(3), 'user');
  sync.tenant.setMember(group(2), user(2), 'user');
  sync.tenant.setGroup(group(3), 'live', {});
  sync.tenant.setMember(group(3), user(1), 'user');
  sync.tenant.setMember(group(1), group(4), 'group');
  await sync.sync();
  expect(await about(sync, user(1))).toEqual([
    `Comes into group ${group(3)}: the group came into the directory`,
  ]);
  expect((await about(sync, user(2))).toSorted()).toEqual([
    `Comes into group ${group(1)}: through a nested group`,
    `Comes into group ${group(2)}: a direct member now`,
  ]);
  expect((await about(sync, user(3))).toSorted()).toEqual([
    `Comes into group ${group(1)}: the user is new, restored or came into scope`,
    `Comes into group ${group(2)}: the user is new, restored or came into scope`,
    'User comes into the directory',
  ]);
  expect((await about(sync, group(3))).toSorted()).toEqual([
    'Effective members that the group gains: 1',
    'Group comes into the directory',
  ]);
});

test('whoever is asked to approve a run sees in its log whom it hits (run row and log, XE-19)', async () => {
  const sync = await synced({
    users: 5,
    groups: {
      1: [
        ['user', 1],
        ['user', 2],
        ['group', 2],
      ],
      2: [
        ['user', 3],
        ['user', 4],
      ],
      3: [['user', 5]],
    },
  });
  expect(await changes(sync)).toEqual({});
  sync.tenant.setUser(user(1), 'soft-deleted');
  sync.tenant.setUser(user(2), 'live', { accountEnabled: false });
  sync.tenant.setMember(group(2), user(3), undefined);
  sync.tenant.setGroup(group(3), 'soft-deleted');
  expect(await sync.sync(strict)).toMatchObject({ status: 'awaiting-approval' });
  expect(await changes(sync)).toEqual({
    [`user-removed ${user(1)}`]: ['User leaves the directory: deleted', undefined],
    [`user-deactivated ${user(2)}`]: [
      'User is deactivated: the account is disabled in the tenant',
      undefined,
    ],
    [`group-removed ${group(3)}`]: ['Group leaves the directory: deleted, and can be restored', undefined],
    [`members-removed ${group(1)}`]: ['Effective members that the group loses: 2', { removed: 2, added: 0 }],
    [`members-removed ${group(2)}`]: ['Effective members that the group loses: 1', { removed: 1, added: 0 }],
    [`members-removed ${group(3)}`]: ['Effective members that the group loses: 1', { removed: 1, added: 0 }],
    [`member-removed ${user(1)}`]: [
      `Leaves group ${group(1)}: the user is deleted or out of scope`,
      undefined,
    ],
    // From groups 1 and 2: the last word.
    [`member-removed ${user(3)}`]: [
      `Leaves group ${group(1)}: no nested group leads there any more`,
      undefined,
    ],
    [`member-removed ${user(5)}`]: [`Leaves group ${group(3)}: the group leaves the directory`, undefined],
  });
  expect(await about(sync, user(3))).toEqual([
    `Leaves group ${group(2)}: not a direct member any more`,
    `Leaves group ${group(1)}: no nested group leads there any more`,
  ]);
});

test('changes in their thousands are listed to a thousand and counted beyond', async () => {
  const sync = await synced({
    users: 1010,
    groups: { 1: Array.from({ length: 1010 }, (_, index) => ['user', index + 1] as const) },
  });
  for (let index = 1; index <= 1010; index++) sync.tenant.setUser(user(index), 'gone');
  await sync.sync(strict);
  const entries = [...sync.entries.values()];
  expect(entries.filter(({ code }) => code === 'user-removed')).toHaveLength(1000);
  expect(
    entries.filter(({ code }) => code === 'more-changes').map(({ message, counts }) => [message, counts]),
  ).toEqual([
    ['Changes of users that are not listed one by one: 10', { more: 10 }],
    ['Changes of members removed that are not listed one by one: 10', { more: 10 }],
  ]);
});

test('who stays after all is not left in the log of a run that was approved and decided again', async () => {
  const members = Array.from({ length: 45 }, (_, index) => ['user', index + 1] as const);
  const sync = await synced({ users: 45, groups: { 1: members } });
  for (let index = 1; index <= 40; index++) sync.tenant.setUser(user(index), 'soft-deleted');
  expect((await sync.sync(strict)).status).toBe('awaiting-approval');
  const held = await about(sync, user(1));
  expect(held.toSorted()).toEqual([
    `Leaves group ${group(1)}: the user is deleted or out of scope`,
    'User leaves the directory: deleted',
  ]);
  sync.tenant.setUser(user(1), 'live');
  const { status, plan } = await sync.decide(true);
  expect([status, await about(sync, user(1)), await about(sync, user(2))]).toEqual(['done', [], held]);
  expect(new Set([...sync.entries.values()].map((entry) => entry.plan))).toEqual(new Set([plan?.hash]));
});

test('each group because of which a run waits is named as a warning, however much else changes', async () => {
  const people = (from: number, count: number) =>
    Array.from({ length: count }, (_, index): ['user', number] => ['user', from + index]);
  const sync = await synced({ users: 40, groups: { 1: people(1, 40), 2: people(1, 6), 3: people(7, 4) } });
  for (let index = 1; index <= 21; index++) sync.tenant.setUser(user(index), 'soft-deleted');
  const { status, plan, warnings } = await sync.sync({ safeguard: NestedSettings.parse({}).safeguard });
  expect([status, plan?.exceeded.length, warnings]).toEqual(['awaiting-approval', 4, 2]);
  const named = [...sync.entries.values()].filter(({ level }) => level === 'warning');
  expect(named.map(({ code, message, object, counts }) => [code, message, object?.id, counts])).toEqual([
    ['group-emptied', 'The group loses all members that it has, five or more', group(2), undefined],
    [
      'group-shrunken',
      'The group loses more of its members than one group may: 21 of 40',
      group(1),
      { lost: 21, members: 40 },
    ],
  ]);
});
