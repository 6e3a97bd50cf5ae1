import { expect, test } from '@jest/globals';
import { foundCompany } from '../../../tools/simulated-tenant/company.ts';
import { groupProperties } from '../../../tools/simulated-tenant/company-groups.ts';
import { evolve } from '../../../tools/simulated-tenant/evolve.ts';
import {
  directUsers,
  effectiveMembership,
  effectiveUsers,
  expectedDirectory,
  nestingDepth,
  type PeopleRules,
  type Scope,
  usersInScope,
} from '../../../tools/simulated-tenant/oracle.ts';
import { userNameOf } from '../../../tools/simulated-tenant/provisioning/mappings.ts';
import type { Tenant } from '../../../tools/simulated-tenant/tenant.ts';
import { groupOf, newTenant, userOf } from './small-tenant.ts';

const facts = (tenant: Tenant) => ({
  users: [...tenant.users.values()],
  groups: [...tenant.groups.values()].map((group) => ({ ...group, members: [...group.members] })),
  others: [...tenant.others.values()],
  assignments: tenant.assignments,
  changes: tenant.changesSince(0),
});

test('the same seed founds the same company and lives the same rounds', () => {
  const size = { users: 200, assignedUsers: 100, assignedGroups: 40, otherGroups: 40 };
  const [one, two, other] = [foundCompany('s', size), foundCompany('s', size), foundCompany('t', size)];
  for (const tenant of [one, two, other]) for (const round of [1, 2, 3]) evolve(tenant, round);
  expect(facts(one)).toEqual(facts(two));
  expect(facts(one)).not.toEqual(facts(other));
});

test('the company is as large, as deep and as awkward as the main job promises', () => {
  const tenant = foundCompany('nordlicht');
  const groups = [...tenant.groups.values()];
  const users = [...tenant.users.values()];
  const assigned = groups.filter(({ id }) => tenant.isAssigned(id));
  const memberships = assigned.flatMap(({ members }) =>
    [...members].filter((id) => tenant.isAssigned(id) && tenant.users.get(id)?.accountEnabled !== false),
  );
  const names = groups.map(({ displayName }) => displayName);
  const assignedNames = assigned.map(({ displayName }) => displayName.normalize('NFKC').toUpperCase());
  expect({
    users: users.length >= 2_000,
    groups: groups.length >= 300,
    assignedUsers:
      users.filter(({ id, accountEnabled }) => accountEnabled && tenant.isAssigned(id)).length >= 1_000,
    assignedGroups: assigned.length >= 60,
    memberships: memberships.length >= 8_000,
    depth: nestingDepth(tenant) >= 6,
    twoOfOneName: names.length - new Set(names).size,
    twoOfOneNameInScim: assignedNames.length - new Set(assignedNames).size,
    guests: users.filter(({ userPrincipalName }) => userPrincipalName.includes('#EXT#')).length > 100,
    disabled: users.some(({ accountEnabled }) => !accountEnabled),
    strangers:
      groups.flatMap(({ members }) => [...members].filter((id) => tenant.others.has(id))).length > 20,
    written: ["O'", 'ü', '🚀', '佐', 'حسن', '"'].map((text) =>
      users.some((user) => user.displayName.includes(text)),
    ),
  }).toEqual({
    users: true,
    groups: true,
    assignedUsers: true,
    assignedGroups: true,
    memberships: true,
    depth: true,
    twoOfOneName: 1,
    twoOfOneNameInScim: 0,
    guests: true,
    disabled: true,
    strangers: true,
    written: [true, true, true, true, true, true],
  });
  expect(
    new Set(users.map(({ userPrincipalName }) => userNameOf(userPrincipalName).toLowerCase())).size,
  ).toBe(users.length);
});

test('the company has a circle and a diamond among the groups that SCIM sees and among those it does not', () => {
  const tenant = foundCompany('nordlicht');
  const groupsIn = (id: string) =>
    [...(tenant.groups.get(id)?.members ?? [])].filter((member) => tenant.groups.has(member));
  const isInCircle = (id: string) => {
    const below = new Set(groupsIn(id));
    for (const group of below) for (const child of groupsIn(group)) below.add(child);
    return below.has(id);
  };
  const circles = (assigned: boolean) =>
    [...tenant.groups.keys()].filter((id) => tenant.isAssigned(id) === assigned && isInCircle(id)).length;
  const diamonds = [...tenant.groups.values()].filter(
    ({ id }) => tenant.groupsOf(id).filter((parent) => tenant.groups.has(parent)).length > 1,
  ).length;
  expect([circles(true) > 0, circles(false) > 0, diamonds > 1]).toEqual([true, true, true]);
});

test('the oracle follows circles and diamonds, and leaves out who is not live', () => {
  const tenant = newTenant();
  for (const id of ['u1', 'u2', 'u3']) tenant.addUser(id, userOf(id));
  for (const id of ['a', 'b', 'c']) tenant.addGroup(id, groupProperties(id));
  tenant.addMember('a', 'b');
  tenant.addMember('b', 'c');
  tenant.addMember('c', 'a');
  tenant.addMember('a', 'c');
  tenant.addMember('c', 'u1');
  tenant.addMember('b', 'u2');
  tenant.addMember('a', 'u3');
  tenant.delete('u3');
  const both = new Set(['u1', 'u2']);
  expect(effectiveMembership(tenant)).toEqual(
    new Map([
      ['a', both],
      ['b', both],
      ['c', both],
    ]),
  );
  tenant.delete('b');
  expect([...effectiveUsers(tenant, 'a')]).toEqual(['u1']);
  expect([...effectiveUsers(tenant, 'b')]).toEqual([]);
  tenant.restore('u3');
  expect([...effectiveUsers(tenant, 'c')].sort()).toEqual(['u1', 'u3']);
});

test('a scope of assigned groups reads literally, effectively or as a subtree', () => {
  const tenant = newTenant();
  for (const id of ['u1', 'u2', 'u3']) tenant.addUser(id, userOf(id));
  tenant.addGroup('parent', groupOf('parent'));
  tenant.addGroup('child', groupOf('child'));
  tenant.addMember('parent', 'child');
  tenant.addMember('parent', 'u1');
  tenant.addMember('child', 'u2');
  tenant.assign('parent', { id: 'x', appRoleId: 'r' });
  tenant.assign('u3', { id: 'y', appRoleId: 'r' });
  const scoped = (reading: 'literal' | 'effective' | 'subtree') => ({
    groups: [...effectiveMembership(tenant, { kind: 'assigned', reading })].map(([id, users]) => [
      id,
      [...users].sort(),
    ]),
    users: [...usersInScope(tenant, { kind: 'assigned', reading })].sort(),
  });
  expect(scoped('literal')).toEqual({ groups: [['parent', ['u1']]], users: ['u1', 'u3'] });
  expect(scoped('effective')).toEqual({ groups: [['parent', ['u1', 'u2']]], users: ['u1', 'u2', 'u3'] });
  expect(scoped('subtree')).toEqual({
    groups: [
      ['parent', ['u1', 'u2']],
      ['child', ['u2']],
    ],
    users: ['u1', 'u2', 'u3'],
  });
});

test('a directory holds whom its rules let in, of those in its scope', () => {
  const tenant = newTenant();
  const people = {
    own: { userPrincipalName: 'own@Verified.example' },
    old: { userPrincipalName: 'old@verified.example', userType: null },
    other: { userPrincipalName: 'other@second.example' },
    lost: { userPrincipalName: 'lost@unverified.example' },
    guest: { userPrincipalName: 'g_home#EXT#@verified.example', userType: 'Guest' },
    oldGuest: { userPrincipalName: 'o_home#ext#@verified.example', userType: null },
    foreign: { userPrincipalName: 'f_home#EXT#@verified.example', userType: 'Member' },
    apart: { userPrincipalName: 'apart@verified.example' },
  } as const;
  for (const id of ['group', 'child']) tenant.addGroup(id, groupOf(id));
  tenant.addMember('group', 'child');
  for (const [id, person] of Object.entries(people)) {
    tenant.addUser(id, { ...userOf(id), ...person });
    if (id !== 'apart') tenant.addMember('child', id);
  }
  for (const [id, isVerified] of [
    ['verified', true],
    ['second', true],
    ['unverified', false],
  ] as const)
    tenant.setDomain({ id: `${id}.example`, isVerified, isDefault: false, isInitial: false });
  const everybody = { guests: true, foreignMembers: true };
  const usersBy = (rules: PeopleRules, scope: Scope = { kind: 'all' }) =>
    [...expectedDirectory(tenant, { scope, rules }).users].join(' ');
  expect([
    usersBy(everybody),
    usersBy({ ...everybody, guests: false }),
    usersBy({ ...everybody, foreignMembers: false, domains: 'any verified one' }),
    usersBy({ guests: false, foreignMembers: false, domains: ['second.example', 'unverified.example'] }),
    usersBy(everybody, { kind: 'selected', groups: ['group'] }),
  ]).toEqual([
    'own old other lost guest oldGuest foreign apart',
    'own old other lost foreign apart',
    'own old other guest oldGuest apart',
    'other',
    'own old other lost guest oldGuest foreign',
  ]);
  const membersOf = (withNested: boolean) =>
    expectedDirectory(tenant, {
      scope: { kind: 'selected', groups: ['group', 'gone'], withNested },
      rules: { guests: false, foreignMembers: false, domains: ['second.example'] },
    }).members;
  const others = new Set(['other']);
  expect(membersOf(false)).toEqual(new Map([['group', others]]));
  expect(membersOf(true)).toEqual(
    new Map([
      ['group', others],
      ['child', others],
    ]),
  );
});

test('a purge ends memberships and references in silence, a soft delete keeps them', () => {
  const tenant = newTenant();
  tenant.addUser('boss', userOf('boss'));
  tenant.addUser('report', { ...userOf('report'), managerId: 'boss' });
  tenant.addGroup('g', groupOf('g'));
  tenant.addMember('g', 'boss');
  const position = tenant.position;
  tenant.delete('boss');
  expect([...directUsers(tenant, 'g'), ...(tenant.groups.get('g')?.members ?? [])]).toEqual(['boss']);
  tenant.purge('boss');
  expect(tenant.groups.get('g')?.members.size).toBe(0);
  expect(tenant.users.get('report')?.managerId).toBeNull();
  expect(tenant.changesSince(position).map(({ kind, id }) => [kind, id])).toEqual([
    ['soft-deleted', 'boss'],
    ['hard-deleted', 'boss'],
    ['changed', 'report'],
  ]);
});
