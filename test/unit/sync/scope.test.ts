import { expect, test } from '@jest/globals';
import type { UserId } from '../../../shared/model/ids.ts';
import { GroupId } from '../../../shared/model/ids.ts';
import { factsOf, outReason } from '../../../shared/sync/scope.ts';
import { NestedSettings, type SyncScope } from '../../../shared/sync/settings.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

const nested = {
  users: 4,
  groups: {
    1: [
      ['group', 2],
      ['user', 1],
    ],
    2: [['user', 2]],
    3: [
      ['group', 1],
      ['user', 3],
    ],
  },
} as const;

const usersIn = async (sync: SimulatedSync) => {
  const rows = await sync.store.users(
    simulatedDirectory,
    [1, 2, 3, 4].map((index) => user(index) as UserId),
  );
  return rows.flatMap(({ id, standing }) => (standing.inScope ? [Number(id.slice(-2))] : []));
};

test('all users and groups (XA-09)', async () => {
  const sync = await synced(nested);
  expect({ told: told(sync), users: await usersIn(sync) }).toEqual({
    told: { 1: [1, 2], 2: [2], 3: [1, 2, 3] },
    users: [1, 2, 3, 4],
  });
});

test.each([
  [true, { 1: [1, 2], 2: [2] }],
  [false, { 1: [1, 2] }],
])(
  'a chosen group brings the users below it, and the groups with includeNestedGroups %s (XA-10)',
  async (includeNestedGroups, expected) => {
    const scope: SyncScope = { kind: 'groups', groups: [GroupId.parse(group(1))], includeNestedGroups };
    const sync = await synced(nested, { scope });
    expect({ told: told(sync), users: await usersIn(sync) }).toEqual({ told: expected, users: [1, 2] });
  },
);

test('of a scope that leaves out more people than are logged at once, each is named', async () => {
  const users = 1100;
  const scope: SyncScope = { kind: 'groups', groups: [GroupId.parse(group(1))], includeNestedGroups: true };
  const sync = await synced({ users, groups: { 1: [['user', 700]] } }, { scope });
  const leftOut = [...sync.entries.values()].map(({ code, object }) => `${code} ${object?.id}`);
  const all = Array.from({ length: users }, (_, index) => index + 1);
  expect(leftOut.sort()).toEqual(
    all.filter((index) => index !== 700).map((index) => `user-not-in-scope ${user(index)}`),
  );
});

test('changing the scope tells what comes and what goes, and the next run keeps to it', async () => {
  const sync = await synced(nested);
  sync.consumer.isStrict = false;
  const scope: SyncScope = { kind: 'groups', groups: [GroupId.parse(group(2))], includeNestedGroups: true };
  await sync.sync({ scope });
  expect({ told: told(sync), users: await usersIn(sync) }).toEqual({ told: { 2: [2] }, users: [2] });
  sync.tenant.setMember(group(2), user(4), 'user');
  await sync.sync({ scope });
  expect({ told: told(sync), users: await usersIn(sync) }).toEqual({ told: { 2: [2, 4] }, users: [2, 4] });
});

test('who joins or leaves a chosen group above its limit joins or leaves the directory, though the group keeps its members (XA-05, XA-10)', async () => {
  const scope: SyncScope = { kind: 'groups', groups: [GroupId.parse(group(1))], includeNestedGroups: true };
  const settings = { scope, maxMembersPerGroup: 2 };
  const members = [1, 2].map((index) => ['user', index] as const);
  const sync = await synced({ users: 4, groups: { 1: members } }, settings);
  for (const index of [3, 4]) sync.tenant.setMember(group(1), user(index), 'user');
  await sync.sync(settings);
  expect({ told: told(sync), users: await usersIn(sync) }).toEqual({
    told: { 1: [1, 2] },
    users: [1, 2, 3, 4],
  });
  sync.tenant.setMember(group(1), user(3), undefined);
  await sync.sync(settings);
  expect({ told: told(sync), users: await usersIn(sync) }).toEqual({ told: { 1: [1, 2] }, users: [1, 2, 4] });
});

const servicePrincipalId = '99999999-0000-4000-8000-000000000000';

test.each([
  ['literal', { 1: [1] }, [1, 4]],
  ['effective', { 1: [1, 2] }, [1, 2, 4]],
  ['subtree', { 1: [1, 2], 2: [2] }, [1, 2, 4]],
] as const)('assigned to an application, %s reading', async (reading, expected, users) => {
  const sync = await synced({ users: 0, groups: {} });
  const items = [
    { principalId: group(1), principalType: 'Group', appRoleId: '0' },
    { principalId: group(1), principalType: 'Group', appRoleId: '1' },
    { principalId: user(4), principalType: 'User', appRoleId: '0' },
  ] as const;
  graphAnswers(sync, () => ({
    appRoleAssignedTo: async () => ({ kind: 'read', value: { items: assigned }, calls: 1, resourceUnits: 2 }),
  }));
  let assigned: typeof items | readonly [] = items;
  for (let index = 1; index <= 4; index++) sync.tenant.setUser(user(index), 'live');
  for (const index of [1, 2, 3]) sync.tenant.setGroup(group(index), 'live');
  sync.tenant.setMember(group(1), group(2), 'group');
  sync.tenant.setMember(group(1), user(1), 'user');
  sync.tenant.setMember(group(2), user(2), 'user');
  sync.tenant.setMember(group(3), user(3), 'user');
  sync.advance(7_200_000);
  const settings = { scope: { kind: 'application', servicePrincipalId, reading } } as const;
  await sync.sync(settings);
  expect({ told: told(sync), users: await usersIn(sync) }).toEqual({ told: expected, users });
  // An empty list is no evidence that everybody left.
  assigned = [];
  sync.advance(7_200_000);
  await sync.sync(settings);
  expect(told(sync)).toEqual(expected);
});

const facts = (userPrincipalName: string, userType: string | null = null) =>
  factsOf({ userPrincipalName, userType });
const guestName = 'ann_partner.example#EXT#@rookery.onmicrosoft.com';

test.each([
  ['a member of a verified domain', facts('ann@rookery.example', 'Member'), undefined],
  ['a member of an unverified domain', facts('ann@elsewhere.example', 'Member'), 'unverified-domain'],
  ['a guest, whatever the domain', facts(guestName, 'Guest'), undefined],
  ['an old guest without a type', facts(guestName), undefined],
  ['a member from another tenant', facts(guestName, 'Member'), undefined],
])('%s (XA-07, XA-50)', (_name, who, expected) => {
  const settings = NestedSettings.parse({ verifiedDomainsOnly: true });
  expect(outReason(who, settings, new Set(['rookery.example']))).toBe(expected);
});

test.each([
  [{ guests: 'exclude' }, facts(guestName, 'Guest'), 'guest-excluded'],
  [{ treatForeignMembersAs: 'out-of-scope' }, facts(guestName, 'Member'), 'foreign-member'],
  [
    { verifiedDomainsOnly: true, domains: ['other.example'] },
    facts('ann@rookery.example'),
    'domain-not-chosen',
  ],
  [{ domains: ['other.example'] }, facts('ann@rookery.example'), 'domain-not-chosen'],
  [{ domains: ['elsewhere.example'] }, facts('ann@elsewhere.example'), 'unverified-domain'],
])('%j leaves a user out with its reason', (settings, who, expected) => {
  expect(outReason(who, NestedSettings.parse(settings), new Set(['rookery.example', 'other.example']))).toBe(
    expected,
  );
});

test('choosing domains leaves the members of all others out in the next run, and null takes them in again (XA-06)', async () => {
  const sync = await synced(nested);
  sync.consumer.isStrict = false;
  sync.tenant.setUser(user(2), 'live', { userPrincipalName: 'two@elsewhere.example' });
  await sync.sync({ domains: ['rookery.example'] });
  expect({ told: told(sync), users: await usersIn(sync) }).toEqual({
    told: { 1: [1], 3: [1, 3] },
    users: [1, 3, 4],
  });
  await sync.sync();
  expect(await usersIn(sync)).toEqual([1, 2, 3, 4]);
});

test('a group above its limit is reported and keeps its last members, the others go on (XA-05, T08)', async () => {
  const sync = await synced({
    users: 4,
    groups: {
      1: [['group', 2]],
      2: [
        ['user', 1],
        ['user', 2],
      ],
      3: [],
    },
  });
  const settings = { maxMembersPerGroup: 2 };
  await sync.sync(settings);
  sync.tenant.setMember(group(1), user(3), 'user');
  sync.tenant.setMember(group(3), user(3), 'user');
  await sync.sync(settings);
  expect(told(sync)).toEqual({ 1: [1, 2], 2: [1, 2], 3: [3] });
  expect([...sync.entries.values()]).toContainEqual(
    expect.objectContaining({
      code: 'group-over-limit',
      message: 'Group "Group 1" would have 3 members, above 2: it keeps its last ones',
      object: { kind: 'group', id: group(1) },
      counts: { members: 3, limit: 2 },
    }),
  );
  sync.tenant.setMember(group(2), user(1), undefined);
  await sync.sync(settings);
  expect(told(sync)).toEqual({ 1: [2, 3], 2: [2], 3: [3] });
});

test('another limit holds groups and lets them go in the next run, though nothing moved in the tenant (XA-05)', async () => {
  const sync = await synced(
    {
      users: 4,
      groups: {
        1: [
          ['user', 1],
          ['user', 2],
          ['group', 2],
        ],
        2: [['user', 3]],
      },
    },
    { maxMembersPerGroup: 2 },
  );
  expect(told(sync)).toEqual({ 2: [3] });
  await sync.sync({ maxMembersPerGroup: 3 });
  expect(told(sync)).toEqual({ 1: [1, 2, 3], 2: [3] });
  await sync.sync({ maxMembersPerGroup: 2 });
  sync.tenant.setMember(group(1), user(4), 'user');
  await sync.sync({ maxMembersPerGroup: 2 });
  expect(told(sync)).toEqual({ 1: [1, 2, 3], 2: [3] });
  await sync.sync({ maxMembersPerGroup: 4 });
  expect(told(sync)).toEqual({ 1: [1, 2, 3, 4], 2: [3] });
});
