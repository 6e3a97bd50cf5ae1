import { expect, test } from '@jest/globals';
import { type Answered, adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

const user = '00000000-0000-4000-8000-000000000001';
const group = '10000000-0000-4000-8000-000000000001';
const clientId = 'cccccccc-0000-4000-8000-000000000001';

async function bench() {
  const tenant = new FakeTenant(() => 0.5);
  tenant.setUser(user, 'live', { userPrincipalName: 'ada@rookery.example', displayName: 'Ada' });
  tenant.setGroup(group, 'live', { displayName: 'Engines' });
  tenant.setMember(group, user, 'user');
  const graph = { reader: () => tenant.graph(), learnsTenant: true, clientId };
  const stack = adminStack(overMemory(), { graph });
  const { send, nested, clock } = stack;
  const organization = `/api/v1/orgs/${(await send('POST /api/v1/orgs', { body: { name: 'C' } })).json.id}`;
  const body = { name: 'N', kind: 'nested', acknowledgeLimitations: true };
  const one = `${organization}/directories/${(await send(`POST ${organization}/directories`, { body })).json.id}`;
  const hash = (await send(`GET ${one}/preview`)).json['hash'];
  await send(`POST ${one}:confirm`, { body: { hash } });
  /** Log of a run, of level debug and above. */
  const logged = async (): Promise<readonly Answered[]> => {
    clock.now += 1000;
    const { id } = (await send(`POST ${one}/runs`, { body: {} })).json;
    await nested.work();
    return (await send(`GET ${one}/runs/${id}/log?limit=200`)).json.items;
  };
  return { ...stack, organization, one, logged };
}

test('debug logging tells each thing a run does, without a name, and ends by itself (S3-73)', async () => {
  const { send, one, organization, logged, clock } = await bench();
  expect(await logged()).toEqual([]);
  const on = await send(`POST ${one}:debug`, { body: { hours: 2 } });
  const until = new Date(clock.now + 2 * 3_600_000).toISOString();
  expect([on.status, on.json['debug']]).toEqual([200, { by: expect.stringMatching(/^key:/), until }]);
  const entries = await logged();
  expect([...new Set(entries.map(({ code, ...more }) => `${more['level']} ${code}`))].toSorted()).toEqual([
    'debug debug-apply',
    'debug debug-check',
    'debug debug-examine',
    'debug debug-finish',
    'debug debug-plan',
    'debug debug-read-page',
  ]);
  // The page of groups is on its way beside it.
  expect(entries.find(({ code }) => code === 'debug-read-page')).toMatchObject({
    message: 'read: read-page users gave page-read',
    counts: { milliseconds: 0, items: 0, rows: 0, calls: 2, resourceUnits: expect.any(Number) },
  });
  expect(JSON.stringify(entries)).not.toMatch(/ada|Engines|https?:|token=/i);
  clock.now += 2 * 3_600_000;
  expect(await logged()).toEqual([]);
  expect((await send(`GET ${one}`)).json).not.toHaveProperty('debug');
  const acts = (await send(`GET ${organization}/audit`)).json.items.map((entry) => entry['act']);
  expect(acts).toContain('directory.debug.changed');
});

test('debug logging is bounded, and 0 hours end it at once (S3-73)', async () => {
  const { send, one, logged } = await bench();
  const tooLong = await send(`POST ${one}:debug`, { body: { hours: 73 } });
  expect([tooLong.status, tooLong.json['errors']]).toMatchObject([422, [{ pointer: '/hours' }]]);
  await send(`POST ${one}:debug`);
  const off = await send(`POST ${one}:debug`, { body: { hours: 0 } });
  expect(off.json).not.toHaveProperty('debug');
  expect(await logged()).toEqual([]);
});

test('a run that outlasts its debug logging stops logging in its middle (S3-73)', async () => {
  const { send, one, clock, nested } = await bench();
  await send(`POST ${one}:debug`, { body: { hours: 1 } });
  const { id } = (await send(`POST ${one}/runs`, { body: {} })).json;
  clock.now += 3_600_000;
  await nested.work();
  expect((await send(`GET ${one}/runs/${id}/log`)).json.items).toEqual([]);
});
