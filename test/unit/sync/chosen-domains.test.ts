import { expect, test } from '@jest/globals';
import { SafeguardSettings } from '../../../shared/sync/settings.ts';
import { synced, told, user } from './small-tenant.ts';

const company = { users: 3, groups: { 1: [['user', 1]], 2: [['user', 2]] } } as const;
const chosen = (...domains: readonly string[]) => ({
  domains: [...domains],
  safeguard: SafeguardSettings.parse({}),
});

test('chosen domains of which the tenant has none empty no directory unseen, however small it is (XA-06)', async () => {
  const sync = await synced(company);
  sync.consumer.isStrict = false;
  const run = await sync.sync(chosen('rokery.example', 'other.example'));
  expect([run.status, run.plan?.exceeded]).toEqual([
    'awaiting-approval',
    ['none of the chosen domains is one of the tenant: 3 users leave'],
  ]);
  expect(told(sync)).toEqual({ 1: [1], 2: [2] });
  expect((await sync.decide(true)).status).toBe('done');
  expect(told(sync)).toEqual({});
});

test('nobody is asked where one of them is, or where the safeguard is off', async () => {
  const sync = await synced(company);
  sync.consumer.isStrict = false;
  sync.tenant.setUser(user(3), 'live', { userPrincipalName: 'user3@elsewhere.example' });
  expect((await sync.sync(chosen('rokery.example', 'rookery.example'))).status).toBe('done');
  expect(told(sync)).toEqual({ 1: [1], 2: [2] });
  const off = { ...chosen('rokery.example'), safeguard: SafeguardSettings.parse({ enabled: false }) };
  expect((await sync.sync(off)).status).toBe('done');
  expect(told(sync)).toEqual({});
});

test('guests who are left leave like anybody', async () => {
  const sync = await synced(company);
  sync.consumer.isStrict = false;
  sync.tenant.setUser(user(2), 'live', { userPrincipalName: 'g_x#EXT#@rookery.example', userType: 'Guest' });
  expect((await sync.sync(chosen('rokery.example'))).status).toBe('awaiting-approval');
  await sync.decide(true);
  expect(told(sync)).toEqual({ 2: [2] });
  sync.tenant.setUser(user(2), 'soft-deleted');
  expect((await sync.sync(chosen('rokery.example'))).status).toBe('done');
  expect(told(sync)).toEqual({});
});
