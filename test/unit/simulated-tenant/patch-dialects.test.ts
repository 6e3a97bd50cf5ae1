import { expect, test } from '@jest/globals';
import { urlEncode } from '../../../tools/simulated-tenant/provisioning/dotnet-url.ts';
import {
  newGroupBody,
  newUserBody,
  userNameOf,
} from '../../../tools/simulated-tenant/provisioning/mappings.ts';
import {
  attributeOperations,
  managerOperation,
  memberOperations,
  patchBody,
  roleOperations,
} from '../../../tools/simulated-tenant/provisioning/patch-dialects.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const differences = [
  { path: 'displayName', value: 'X', replaces: true },
  { path: 'active', value: false, replaces: true },
  { path: 'name.givenName', value: 'Y', replaces: false },
  { path: `${enterprise}:department`, value: 'Z', replaces: false },
  { path: 'emails[type eq "work"].value', value: 'a@b', replaces: true },
  { path: 'emails[type eq "work"].primary', value: true, replaces: false },
  { path: 'roles[primary eq "True"].value', value: 'auditor', replaces: false },
];

test('without the flag every attribute has its own operation, capital and with a text value (D1-D6, D11)', () => {
  expect(patchBody(attributeOperations('default', differences))).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [
      { op: 'Replace', path: 'displayName', value: 'X' },
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'Add', path: 'name.givenName', value: 'Y' },
      { op: 'Add', path: `${enterprise}:department`, value: 'Z' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'a@b' },
      { op: 'Add', path: 'emails[type eq "work"].primary', value: 'True' },
      { op: 'Add', path: 'roles[primary eq "True"].value', value: 'auditor' },
    ],
  });
});

test('with the flag plain attributes share operations without a path, typed lists keep theirs (F1-F4, F8)', () => {
  expect(attributeOperations('flagged', differences)).toEqual([
    { op: 'replace', value: { displayName: 'X', active: false } },
    { op: 'add', value: { 'name.givenName': 'Y', [`${enterprise}:department`]: 'Z' } },
    { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@b' },
    { op: 'add', path: 'emails[type eq "work"].primary', value: true },
    { op: 'add', path: 'roles[primary eq "True"].value', value: 'auditor' },
  ]);
});

test('with the flag a single added text keeps its path (F5)', () => {
  expect(attributeOperations('flagged', [{ path: 'nickName', value: 'Babs', replaces: false }])).toEqual([
    { op: 'add', path: 'nickName', value: 'Babs' },
  ]);
});

test('the manager is a plain text in both dialects, and an empty one when there is none (D8, F9)', () => {
  const path = `${enterprise}:manager`;
  expect([
    managerOperation('default', 'm', false),
    managerOperation('default', 'm', true),
    managerOperation('default', undefined, true),
    managerOperation('flagged', 'm', false),
  ]).toEqual([
    { op: 'Add', path, value: 'm' },
    { op: 'Replace', path, value: 'm' },
    { op: 'Replace', path, value: '' },
    { op: 'add', path, value: 'm' },
  ]);
});

test('members are removed by a value list without the flag and by paths with it (D9, D10, F6)', () => {
  const changes = { add: ['a'], remove: ['b', 'c'] };
  expect([memberOperations('default', changes), memberOperations('flagged', changes)]).toEqual([
    [
      { op: 'Add', path: 'members', value: [{ $ref: null, value: 'a' }] },
      {
        op: 'Remove',
        path: 'members',
        value: [
          { $ref: null, value: 'b' },
          { $ref: null, value: 'c' },
        ],
      },
    ],
    [
      { op: 'add', path: 'members', value: [{ value: 'a' }] },
      { op: 'remove', path: 'members[value eq "b"]' },
      { op: 'remove', path: 'members[value eq "c"]' },
    ],
  ]);
});

test('roles are JSON documents as text without the flag and a whole list with it (D7, F7)', () => {
  const roles = [{ id: 'r', value: 'Admin' }];
  expect([roleOperations('default', roles), roleOperations('flagged', roles)]).toEqual([
    [{ op: 'Add', path: 'roles', value: [{ value: '{"id":"r","value":"Admin","displayName":"Admin"}' }] }],
    [
      {
        op: 'replace',
        path: 'roles',
        value: [{ primary: true, type: 'WindowsAzureActiveDirectoryRole', value: 'Admin' }],
      },
    ],
  ]);
});

test('queries are encoded the way .NET does it (entra-client §2.5.3)', () => {
  expect(urlEncode(`emails[type eq "work"].value eq "user@host" O'Brien +#&=/\\ü~`)).toBe(
    'emails%5btype+eq+%22work%22%5d.value+eq+%22user%40host%22+O%27Brien+%2b%23%26%3d%2f%5c%c3%bc%7e',
  );
});

test('a new user is posted with roles and meta, real booleans, and lists made from their paths (entra-client §6.1)', () => {
  expect(
    newUserBody(
      new Map<string, string | boolean>([
        ['userName', 'a@b'],
        ['active', true],
        ['emails[type eq "work"].value', 'a@b'],
        ['emails[type eq "work"].primary', true],
        ['name.givenName', 'A'],
        [`${enterprise}:department`, 'D'],
      ]),
    ),
  ).toEqual({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
    meta: { resourceType: 'User' },
    roles: [],
    userName: 'a@b',
    active: true,
    emails: [{ type: 'work', value: 'a@b', primary: true }],
    name: { givenName: 'A' },
    [enterprise]: { department: 'D' },
  });
});

test('a new group is posted with a schema of its own and without members (entra-client §6.2)', () => {
  expect(
    newGroupBody(
      new Map([
        ['displayName', 'G'],
        ['externalId', 'x'],
      ]),
    ),
  ).toEqual({
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:Group',
      'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
    ],
    meta: { resourceType: 'Group' },
    displayName: 'G',
    externalId: 'x',
  });
});

test('a guest is provisioned under the name of the home tenant (entra-client §6.3)', () => {
  expect(userNameOf('ann_lee_fabrikam.example#EXT#@small.onmicrosoft.example')).toBe(
    'ann_lee@fabrikam.example',
  );
});
