import { expect, test } from '@jest/globals';
import type { JsonObject } from '../../../shared/model/json.ts';
import { compareDirectory } from '../../../tools/main-job/comparison.ts';
import { expectedDirectory } from '../../../tools/main-job/expected-directory.ts';
import { versionsOf } from '../../../tools/main-job/read-back.ts';
import { textTable } from '../../../tools/main-job/text-table.ts';
import { groupOf, newTenant, userOf } from '../../unit/simulated-tenant/small-tenant.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function expected() {
  const tenant = newTenant();
  tenant.addUser(
    'ann',
    userOf('ann', { mail: 'Ann@small.example', city: 'Köln', managerId: 'bob', department: 'IT' }),
  );
  tenant.addUser('bob', userOf('bob'));
  tenant.addUser('never', userOf('never', { accountEnabled: false }));
  tenant.addUser('unassigned', userOf('unassigned'));
  tenant.addGroup('team', groupOf('Team'));
  for (const id of ['ann', 'bob', 'never', 'team']) tenant.assign(id, { id, appRoleId: 'r' });
  for (const id of ['ann', 'bob', 'never', 'unassigned']) tenant.addMember('team', id);
  return expectedDirectory(tenant);
}

const meta = { resourceType: 'User', version: 'W/"1"' };
const ann: JsonObject = {
  id: '1',
  schemas: [],
  meta,
  externalId: 'ann',
  userName: 'ann@small.example',
  active: true,
  displayName: 'User ann',
  addresses: [{ type: 'work', locality: 'Köln' }],
  emails: [{ value: 'Ann@small.example', type: 'work', primary: true }],
  [enterprise]: { department: 'IT', manager: { value: '2', $ref: 'https://x/2' } },
};
const bob: JsonObject = {
  id: '2',
  meta,
  externalId: 'bob',
  userName: 'bob@small.example',
  active: true,
  displayName: 'User bob',
};
const team: JsonObject = {
  id: '3',
  meta,
  externalId: 'team',
  displayName: 'Team',
  members: [{ value: '1' }, { value: '2' }],
};

const compare = (users: readonly JsonObject[], groups: readonly JsonObject[]) => {
  const { differing, examples } = compareDirectory(expected(), { users, groups });
  return { differing, examples };
};

test('a directory that holds what the tenant says does not differ, whatever order it is in', () => {
  expect(
    compareDirectory(expected(), {
      users: [bob, ann],
      groups: [{ ...team, members: [{ value: '2' }, { value: '1' }] }],
    }),
  ).toEqual({
    users: { expected: 2, stored: 2, differing: 0 },
    attributes: { expected: 14, stored: 14, differing: 0 },
    managers: { expected: 1, stored: 1, differing: 0 },
    groups: { expected: 1, stored: 1, differing: 0 },
    memberships: { expected: 2, stored: 2, differing: 0 },
    differing: 0,
    examples: [],
  });
});

test.each<[string, JsonObject[], JsonObject[], string]>([
  ['a missing user', [ann], [{ ...team, members: [{ value: '1' }] }], 'bob@small.example is missing'],
  [
    'a user too many',
    [ann, bob, { ...bob, id: '9', userName: 'eve' }],
    [team],
    'eve is stored and should not be',
  ],
  [
    'another letter case',
    [{ ...ann, emails: [{ value: 'ann@small.example', type: 'work', primary: true }] }, bob],
    [team],
    'has emails[type eq "work"].value = "ann@small.example"',
  ],
  ['a text for a boolean', [{ ...ann, active: 'True' }, bob], [team], 'has active = "True", expected true'],
  [
    'an attribute that was never sent',
    [ann, { ...bob, nickName: 'Bobby' }],
    [team],
    'has nickName = "Bobby", expected undefined',
  ],
  [
    'an extension attribute stored literally',
    [{ ...ann, [enterprise]: { manager: { value: '2' } }, [`${enterprise}:department`]: 'IT' }, bob],
    [team],
    `has literally ${enterprise}:department = "IT"`,
  ],
  [
    'a path stored literally',
    [ann, { ...bob, 'name.givenName': 'B' }],
    [team],
    'has literally name.givenName = "B", expected undefined',
  ],
  [
    'a lost manager',
    [{ ...ann, [enterprise]: { department: 'IT' } }, bob],
    [team],
    'ann@small.example reports to undefined, expected bob@small.example',
  ],
  [
    'a manager from nowhere',
    [ann, { ...bob, [enterprise]: { manager: { value: '1' } } }],
    [team],
    'bob@small.example reports to ann@small.example, expected null',
  ],
  ['a missing group', [ann, bob], [], 'Team is missing'],
  ['a lost member', [ann, bob], [{ ...team, members: [{ value: '1' }] }], 'Team lacks bob@small.example'],
  [
    'a member too many',
    [ann, bob],
    [{ ...team, members: [{ value: '1' }, { value: '2' }, { value: '9' }] }],
    'Team still has 9',
  ],
  [
    'a member listed twice',
    [ann, bob],
    [{ ...team, members: [{ value: '1' }, { value: '2' }, { value: '2' }] }],
    'Team lists a member twice',
  ],
])('%s differs', (_, users, groups, example) => {
  const { differing, examples } = compare(users, groups);
  expect([differing, examples.length, examples.some((text) => text.includes(example))]).toEqual([
    examples.length,
    expect.any(Number),
    true,
  ]);
  expect(differing).toBeGreaterThan(0);
});

test('a new version of a resource counts as written', () => {
  const before = versionsOf({ users: [ann], groups: [team] });
  expect(versionsOf({ users: [ann], groups: [team] })).toEqual(before);
  expect(
    versionsOf({ users: [{ ...ann, meta: { ...meta, version: 'W/"2"' } }], groups: [team] }),
  ).not.toEqual(before);
});

test('a table aligns words to the left and numbers to the right', () => {
  expect(
    textTable(
      ['what', 'sent'],
      [
        ['users', 1150],
        ['all', '7'],
      ],
    ),
  ).toEqual(['what     sent', '─────────────', 'users   1,150', 'all         7']);
});
