import { expect, test } from '@jest/globals';
import type { GraphReader, TenantDomain } from '../../../shared/sync/graph-port.ts';
import type { NestedSettings } from '../../../shared/sync/settings.ts';
import { fakeDomains } from '../../support/sync/fake-tenant.ts';
import { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

// Domains that cannot be read are not "no domains": a rule about them would leave out every member (T09).

const rules = [
  ['verified domains only', { verifiedDomainsOnly: true }],
  ['chosen domains', { domains: ['rookery.example'] }],
] satisfies [string, Partial<NestedSettings>][];

const missing = {
  status: 'failed',
  failure: { code: 'permission_missing', detail: expect.stringContaining('Domain.Read.All') },
};

const tenant = { users: 3, groups: { 1: [['user', 1]], 2: [['user', 2]] } } as const;

const withoutPermission: Partial<GraphReader> = {
  permissions: async () => ({
    kind: 'read',
    value: { users: true, groups: true, domains: false, hiddenMembers: true, applications: true },
    calls: 4,
    resourceUnits: 4,
  }),
  domains: async () => {
    throw new Error('domains are not to be asked for');
  },
};

/** A directory that was confirmed and read while domains could not be. */
async function readWithoutDomains(): Promise<SimulatedSync> {
  const sync = await synced(tenant);
  sync.confirmedDomains = [];
  graphAnswers(sync, () => withoutPermission);
  expect(await sync.sync()).toMatchObject({ status: 'done' });
  return sync;
}

test.each(rules)('with a rule about %s no first run begins without the permission', async (_, rule) => {
  const sync = new SimulatedSync(1);
  for (const index of [1, 2]) sync.tenant.setUser(user(index), 'live');
  sync.confirmedDomains = [];
  graphAnswers(sync, () => withoutPermission);
  expect(await sync.sync(rule)).toMatchObject(missing);
});

test.each(rules)(
  'a rule about %s that is made where domains cannot be read fails the next run by name, however young the check is',
  async (_, rule) => {
    const sync = await readWithoutDomains();
    const before = told(sync);
    expect(await sync.sync(rule)).toMatchObject(missing);
    sync.advance(7_200_000);
    expect(await sync.sync(rule)).toMatchObject(missing);
    expect(told(sync)).toEqual(before);
    expect(await sync.sync()).toMatchObject({ status: 'done' });
  },
);

test.each(rules)(
  'who loses the permission under a rule about %s loses nobody, nor by confirming again',
  async (_, rule) => {
    const sync = await synced(tenant, rule);
    const before = told(sync);
    sync.tenant.setMember(group(1), user(3), 'user');
    const grant = graphAnswers(sync, () => withoutPermission);
    sync.advance(7_200_000);
    expect(await sync.sync(rule)).toMatchObject(missing);
    sync.confirmedDomains = [];
    expect(await sync.sync(rule)).toMatchObject(missing);
    expect(told(sync)).toEqual(before);
    grant();
    sync.confirmedDomains = fakeDomains;
    await sync.sync(rule);
    expect(told(sync)).toEqual({ 1: [1, 3], 2: [2] });
  },
);

test.each(['forbidden', 'not-found'] as const)(
  'domains that answer %s, though they may be read, fail a run with a rule by name',
  async (kind) => {
    const sync = await synced(tenant, { verifiedDomainsOnly: true });
    graphAnswers(sync, () => ({ domains: async () => ({ kind: 'fault', fault: { kind, detail: 'no' } }) }));
    sync.advance(7_200_000);
    expect(await sync.sync({ verifiedDomainsOnly: true })).toMatchObject(missing);
    expect(told(sync)).toEqual({ 1: [1], 2: [2] });
  },
);

test.each([
  ['no domain', []],
  ['no verified domain', [{ name: 'rookery.example', isVerified: false, isDefault: true, isInitial: false }]],
] satisfies [string, readonly TenantDomain[]][])(
  'a tenant that shows %s has some all the same: no run with a rule begins',
  async (_, shown) => {
    const sync = await synced(tenant);
    sync.confirmedDomains = shown;
    graphAnswers(sync, () => ({
      domains: async () => ({ kind: 'read', value: shown, calls: 1, resourceUnits: 1 }),
    }));
    expect(await sync.sync()).toMatchObject({ status: 'done' });
    expect(await sync.sync({ verifiedDomainsOnly: true })).toMatchObject(missing);
    expect(told(sync)).toEqual({ 1: [1], 2: [2] });
  },
);

test('without a rule a lost permission is a change of domains, and says so', async () => {
  const sync = await synced(tenant);
  graphAnswers(sync, () => withoutPermission);
  sync.advance(7_200_000);
  expect(await sync.sync()).toMatchObject({
    status: 'failed',
    failure: { code: 'domains_changed', detail: expect.stringContaining('Domain.Read.All') },
  });
});

test('a rule relies on a young check that has read domains', async () => {
  const sync = await synced(tenant);
  let checks = 0;
  graphAnswers(sync, (graph) => ({
    permissions: async () => {
      checks++;
      return await graph.permissions();
    },
  }));
  sync.tenant.setUser(user(2), 'live', { userPrincipalName: 'two@elsewhere.example' });
  sync.consumer.isStrict = false;
  expect([(await sync.sync({ verifiedDomainsOnly: true })).status, checks]).toEqual(['done', 0]);
  expect(told(sync)).toEqual({ 1: [1] });
  sync.advance(3_600_000);
  await sync.sync({ verifiedDomainsOnly: true });
  expect(checks).toBe(1);
});

test('domains that changed stop the first run of the timer whose check is an hour old (S2-11)', async () => {
  const sync = await synced(tenant);
  const before = told(sync);
  const another = { name: 'neu.example', isVerified: true, isDefault: false, isInitial: false };
  graphAnswers(sync, () => ({
    domains: async () => ({ kind: 'read', value: [...fakeDomains, another], calls: 1, resourceUnits: 1 }),
  }));
  sync.advance(3_500_000);
  expect(await sync.sync()).toMatchObject({ status: 'done', graphCalls: 2 });
  sync.advance(100_000);
  sync.tenant.setUser(user(1), 'gone');
  const stopped = { status: 'failed', failure: { code: 'domains_changed' } };
  expect([await sync.sync(), await sync.sync()]).toMatchObject([stopped, stopped]);
  expect(told(sync)).toEqual(before);
});
