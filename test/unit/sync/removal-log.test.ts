import { expect, test } from '@jest/globals';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import { group, synced, user } from './small-tenant.ts';

const strict = {
  safeguard: NestedSettings.parse({ safeguard: { memberships: { floor: 0, percent: 0 } } }).safeguard,
};

const removals = async (sync: Awaited<ReturnType<typeof synced>>) =>
  Object.fromEntries(
    [...sync.entries.values()].map(({ code, message, object, counts }) => [
      `${code} ${object?.id ?? ''}`,
      [message, counts],
    ]),
  );

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
  expect(await removals(sync)).toEqual({});
  sync.tenant.setUser(user(1), 'soft-deleted');
  sync.tenant.setUser(user(2), 'live', { accountEnabled: false });
  sync.tenant.setMember(group(2), user(3), undefined);
  sync.tenant.setGroup(group(3), 'soft-deleted');
  expect(await sync.sync(strict)).toMatchObject({ status: 'awaiting-approval' });
  expect(await removals(sync)).toEqual({
    [`user-removed ${user(1)}`]: ['User leaves the directory: deleted', undefined],
    [`user-deactivated ${user(2)}`]: [
      'User is deactivated: the account is disabled in the tenant',
      undefined,
    ],
    [`group-removed ${group(3)}`]: ['Group leaves the directory: deleted, and can be restored', undefined],
    [`members-removed ${group(1)}`]: ['Effective members that the group loses: 2', { removed: 2, added: 0 }],
    [`members-removed ${group(2)}`]: ['Effective members that the group loses: 1', { removed: 1, added: 0 }],
    [`members-removed ${group(3)}`]: ['Effective members that the group loses: 1', { removed: 1, added: 0 }],
  });
});

test('removals in their thousands are listed to a thousand and counted beyond', async () => {
  const sync = await synced({
    users: 1010,
    groups: { 1: Array.from({ length: 1010 }, (_, index) => ['user', index + 1] as const) },
  });
  for (let index = 1; index <= 1010; index++) sync.tenant.setUser(user(index), 'gone');
  await sync.sync(strict);
  const entries = [...sync.entries.values()];
  expect(entries.filter(({ code }) => code === 'user-removed')).toHaveLength(1000);
  expect(
    entries.filter(({ code }) => code === 'more-removals').map(({ message, counts }) => [message, counts]),
  ).toEqual([['Removals of users that are not listed one by one: 10', { more: 10 }]]);
});
