import { expect, test } from '@jest/globals';
import { GroupId, UserId } from '../../../shared/model/ids.ts';
import type { JsonObject } from '../../../shared/model/json.ts';
import type { Assignment, TenantDomain } from '../../../shared/sync/graph-port.ts';
import type { Checked } from '../../../shared/sync/run-records.ts';
import { factsOf, policyFingerprint } from '../../../shared/sync/scope.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import { SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, told, user } from './small-tenant.ts';

// Another rule about who counts has everybody judged again in the next run, though nothing changes in the tenant (XA-06, XA-07, XA-10, XA-50).

type Settings = Partial<NestedSettings>;

const servicePrincipalId = '99999999-0000-4000-8000-000000000001';
const groupIds = (...indexes: readonly number[]) => indexes.map((index) => GroupId.parse(group(index)));
const chosen = (includeNestedGroups: boolean, ...indexes: readonly number[]): Settings => ({
  scope: { kind: 'groups', groups: groupIds(...indexes), includeNestedGroups },
});
const application = (reading: 'literal' | 'effective' | 'subtree'): Settings => ({
  scope: { kind: 'application', servicePrincipalId, reading },
});

const confirmed = (...names: readonly string[]): readonly TenantDomain[] =>
  names.map((name) => ({ name, isVerified: true, isDefault: false, isInitial: false }));
const assignedTo = (...ids: readonly string[]): readonly Assignment[] =>
  ids.map((principalId) => ({ principalId, principalType: principalId === group(1) ? 'Group' : 'User' }));

const external = 'ann_partner.example#EXT#@rookery.onmicrosoft.com';
const people: readonly JsonObject[] = [
  { userPrincipalName: 'one@rookery.example', userType: 'Member' },
  { userPrincipalName: 'two@rookery.example', userType: 'Member' },
  { userPrincipalName: 'three@second.example', userType: 'Member' },
  { userPrincipalName: 'four@third.example', userType: 'Member' },
  { userPrincipalName: external, userType: 'Guest' },
  { userPrincipalName: external, userType: 'Member' },
];

interface Tenant {
  readonly domains: readonly TenantDomain[];
  readonly assigned: readonly Assignment[];
}
const tenant: Tenant = {
  domains: confirmed('rookery.example', 'second.example'),
  assigned: assignedTo(group(1), user(4)),
};

/** Group 1 holds users 1 and 5 and group 2, which holds all others but the fourth; group 3 holds group 1. */
async function readWith(settings: Settings, of = tenant) {
  const sync = new SimulatedSync(1);
  sync.consumer.isStrict = false;
  for (const [index, fields] of people.entries()) sync.tenant.setUser(user(index + 1), 'live', fields);
  for (const index of [1, 2, 3]) sync.tenant.setGroup(group(index), 'live', {});
  for (const member of [1, 5]) sync.tenant.setMember(group(1), user(member), 'user');
  for (const member of [2, 3, 6]) sync.tenant.setMember(group(2), user(member), 'user');
  sync.tenant.setMember(group(1), group(2), 'group');
  sync.tenant.setMember(group(3), group(1), 'group');
  const now = { of };
  const answer = { kind: 'read', calls: 1, resourceUnits: 1 } as const;
  graphAnswers(sync, () => ({
    domains: async () => ({ ...answer, value: now.of.domains }),
    appRoleAssignedTo: async () => ({ ...answer, value: { items: now.of.assigned } }),
  }));
  const run = async (under: Settings, changed: Tenant) => {
    now.of = changed;
    sync.confirmedDomains = changed.domains;
    expect(await sync.sync(under)).toMatchObject({ status: 'done' });
    return await worldOf(sync);
  };
  return { before: await run(settings, of), run, sync };
}

/** Who counts and why not, which groups are told, and who is told to be in them. */
async function worldOf(sync: SimulatedSync) {
  const ids = people.map((_, index) => UserId.parse(user(index + 1)));
  const rows = await sync.store.users(simulatedDirectory, ids);
  const { groups: facts } = await sync.store.nesting(simulatedDirectory);
  return {
    users: Object.fromEntries(rows.map(({ id, standing }) => [id, standing])),
    groups: Object.fromEntries(facts.map(({ id, told: isTold }) => [id, isTold])),
    told: told(sync),
  };
}

test.each<[string, Settings, Settings]>([
  ['verified domains only', {}, { verifiedDomainsOnly: true }],
  ['every domain again', { verifiedDomainsOnly: true }, {}],
  ['chosen domains', { verifiedDomainsOnly: true }, { domains: ['rookery.example'] }],
  ['other domains', { domains: ['rookery.example'] }, { domains: ['second.example'] }],
  ['more domains', { domains: ['rookery.example'] }, { domains: ['rookery.example', 'second.example'] }],
  ['all verified domains again', { domains: ['rookery.example'] }, { verifiedDomainsOnly: true }],
  ['no guests', {}, { guests: 'exclude' }],
  ['guests again', { guests: 'exclude' }, {}],
  ['no foreign members', {}, { treatForeignMembersAs: 'out-of-scope' }],
  ['foreign members again', { treatForeignMembersAs: 'out-of-scope' }, {}],
  ['a chosen group', {}, chosen(true, 2)],
  ['another chosen group', chosen(true, 2), chosen(true, 1)],
  ['everything again', chosen(true, 1), {}],
  ['a chosen group without those below it', chosen(true, 1), chosen(false, 1)],
  ['a chosen group with those below it', chosen(false, 1), chosen(true, 1)],
  ['an application', {}, application('effective')],
  ['an application, read with the groups below', application('effective'), application('subtree')],
  ['an application, read literally', application('subtree'), application('literal')],
  ['an application, no longer literally', application('literal'), application('effective')],
])('%s: everybody is judged as if the directory were read anew', async (_, from, to) => {
  const { before, run } = await readWith(from);
  const after = await run(to, tenant);
  expect(after).not.toEqual(before);
  expect(after).toEqual((await readWith(to)).before);
});

test.each<[string, Settings, Tenant]>([
  [
    'domains verified since',
    { verifiedDomainsOnly: true },
    { ...tenant, domains: confirmed('rookery.example', 'third.example') },
  ],
  ['people assigned since', application('effective'), { ...tenant, assigned: assignedTo(user(3), user(5)) }],
  ['groups assigned since', application('subtree'), { ...tenant, assigned: assignedTo(user(4)) }],
])('%s: everybody is judged as if the directory were read anew', async (_, settings, changed) => {
  const { before, run, sync } = await readWith(settings);
  sync.advance(7_200_000);
  await run(settings, changed);
  // Who is missing on a list of assignments leaves with the next one that lacks him.
  sync.advance(7_200_000);
  const after = await run(settings, changed);
  expect(after).not.toEqual(before);
  expect(after).toEqual((await readWith(settings, changed)).before);
});

const checked: Checked = {
  at: 0,
  tenantId: '',
  confirmedHash: '',
  verifiedDomains: ['b.example', 'a.example'],
  hiddenMembers: true,
  assigned: { users: [user(2), user(1)], groups: [group(2), group(1)] },
};
const reversed: Checked = {
  ...checked,
  at: 1,
  hiddenMembers: false,
  verifiedDomains: checked.verifiedDomains.toReversed(),
  assigned: {
    users: checked.assigned.users.toReversed(),
    groups: checked.assigned.groups.toReversed(),
  },
};
const others: Checked = { ...checked, verifiedDomains: ['c.example'], assigned: { users: [], groups: [] } };

test.each<[string, Settings]>([
  ['verified domains', { verifiedDomainsOnly: true }],
  ['chosen domains', { domains: ['b.example', 'a.example'] }],
  ['an application', application('effective')],
])('under a rule about %s its order says nothing, and what it is does', async (_, settings) => {
  const parsed = NestedSettings.parse(settings);
  const fingerprint = await policyFingerprint(parsed, checked);
  const turned = { ...parsed, ...(parsed.domains && { domains: parsed.domains.toReversed() }) };
  expect(await policyFingerprint(turned, reversed)).toBe(fingerprint);
  expect(await policyFingerprint(parsed, others)).not.toBe(fingerprint);
});

test('without a rule about them, domains and assignments have nobody judged again, nor have settings about other things', async () => {
  const settings = NestedSettings.parse({});
  const fingerprint = await policyFingerprint(settings, checked);
  expect(await policyFingerprint(settings, others)).toBe(fingerprint);
  const { safeguard } = NestedSettings.parse({ safeguard: { enabled: false } });
  const other = {
    ...settings,
    safeguard,
    intervalMinutes: 60,
    auditDays: 0,
    maxUsers: 5,
    maxGroups: 5,
    maxMemberships: 5,
  };
  expect(await policyFingerprint(other, checked)).toBe(fingerprint);
  expect(await policyFingerprint({ ...settings, maxMembersPerGroup: 5 }, checked)).not.toBe(fingerprint);
});

test('however many are assigned, what a state keeps of the rules is short', async () => {
  const settings = NestedSettings.parse(application('effective'));
  const many = Array.from({ length: 1000 }, (_, index) => user(index));
  const fingerprint = await policyFingerprint(settings, {
    ...checked,
    assigned: { users: many, groups: [] },
  });
  expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
});

test('of a user without a sign-in name nothing is known but his type', () => {
  expect([
    factsOf({}),
    factsOf({ userType: 'GUEST' }),
    factsOf({ userPrincipalName: 5, userType: 'Member' }),
  ]).toEqual([
    { domain: '', guest: false, typed: false, foreign: false },
    { domain: '', guest: true, typed: true, foreign: false },
    { domain: '', guest: false, typed: true, foreign: false },
  ]);
});
