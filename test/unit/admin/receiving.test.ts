import { expect, test } from '@jest/globals';
import { authorizeScim } from '../../../shared/access/authorize-scim.ts';
import { entraTokens } from '../../../shared/access/entra-tokens.ts';
import type { DirectoryId } from '../../../shared/model/ids.ts';
import type { ScimExchange } from '../../../shared/scim/exchange.ts';
import { adminStack, overMemory, withDirectory } from '../../support/admin/stack.ts';

const exchange = (directory: string, at: number, more: Partial<ScimExchange> = {}): ScimExchange => ({
  directoryId: directory as DirectoryId,
  ...{ at, durationMilliseconds: 4, method: 'GET', target: '/Users?filter=x', status: 200, probe: false },
  ...more,
});
const codes = (json: { readonly hints: readonly { readonly code: string }[] }) =>
  json.hints.map(({ code }) => code);
const day = 86_400_000;

test('a connection that was tested is configured and not receiving, until users or groups come (S3-12, S3-20)', async () => {
  const { send, one, directory, recorder, clock } = await withDirectory(overMemory());
  recorder.record(exchange(directory, clock.now, { probe: true }));
  recorder.record(exchange(directory, clock.now, { target: '/Schemas' }));
  const tested = (await send(`GET ${one}`)).json;
  expect([tested.state, codes(tested), 'nextCycle' in tested]).toEqual([
    'configured',
    ['provisioning_off'],
    false,
  ]);
  recorder.record(exchange(directory, clock.now + 1000));
  const receiving = (await send(`GET ${one}`)).json;
  expect([receiving.state, codes(receiving), receiving['nextCycle']]).toEqual([
    'receiving',
    [],
    { earliest: '2026-11-23T07:20:01.000Z', latest: '2026-11-23T07:40:01.000Z' },
  ]);
  const paused = (await send(`POST ${one}:pause`)).json;
  expect([paused.state, 'nextCycle' in paused]).toEqual(['paused', false]);
});

test('more objects than expected give a hint that names the setting to change (S3-13)', async () => {
  const stack = await withDirectory(overMemory());
  const { send, one, ports } = stack;
  const change = (expectedMax: number | null, version: string) =>
    send(`PATCH ${one}`, { body: { settings: { expectedMax } }, headers: { 'if-match': version } });
  Object.assign(ports, { counts: async () => ({ users: 90, groups: 11 }) });
  expect(codes((await send(`GET ${one}`)).json)).not.toContain('expected_exceeded');
  expect(codes((await change(101, '"1"')).json)).not.toContain('expected_exceeded');
  const { json } = await change(100, '"2"');
  expect(json.hints.find(({ code }) => code === 'expected_exceeded')).toEqual({
    code: 'expected_exceeded',
    text:
      '101 users and groups were received, more than the 100 expected. Set the scope in Entra to assigned users and groups only, ' +
      'and restart provisioning there.',
  });
  expect(codes((await change(null, '"3"')).json)).not.toContain('expected_exceeded');
  expect((await change(0, '"4"')).status).toBe(422);
});

test('a directory of which tenant and application are known links to the provisioning logs (S3-23)', async () => {
  const { send, directories } = await withDirectory(overMemory());
  const [appId, objectId] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
  const tenantId = '33333333-3333-4333-8333-333333333333';
  const body = { name: 'Entra', kind: 'scim', provider: 'entra', tenantId };
  const { json } = await send(`POST ${directories}`, { body });
  expect('links' in json).toBe(false);
  const settings = { entraApplication: { appId, objectId } };
  const headers = { 'if-match': '"1"' };
  const changed = await send(`PATCH ${directories}/${json.id}`, { body: { settings }, headers });
  expect(changed.json['links']).toEqual({
    provisioningLogs: `https://entra.microsoft.com/${tenantId}/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/ProvisioningActivity/objectId/${objectId}/appId/${appId}`,
  });
});

test('directories whose keys expire are listed by the day on which the last one does (XA-29)', async () => {
  const stack = adminStack(overMemory());
  const { send, clock } = stack;
  const organization = (await send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json.id;
  const directories = `/api/v1/orgs/${organization}/directories`;
  const make = async (name: string, keyExpiresInDays: number) =>
    (await send(`POST ${directories}`, { body: { name, kind: 'scim', keyExpiresInDays } })).json.id;
  await make('In a year', 365);
  await make('In 30', 30);
  await make('In 7', 7);
  await make('Tomorrow', 1);
  const renewed = await make('Renewed', 2);
  await send(`POST ${directories}/${renewed}/scim-key:regenerate`, { body: { overlapMinutes: 60 } });
  const byToken = await make('By token', 2);
  const entraToken = { tenantId: '33333333-3333-4333-8333-333333333333' };
  const headers = { 'if-match': '"1"' };
  await send(`PATCH ${directories}/${byToken}`, { body: { settings: { entraToken } }, headers });
  const listed = async (query: string) => (await send(`GET ${directories}?${query}`)).json;
  const shown = (json: Awaited<ReturnType<typeof listed>>) =>
    json.items.map((item) => [item['name'], item.keys.map(({ daysLeft }) => daysLeft)]);
  clock.now += 2 * day;
  expect(shown(await listed('expiring=30'))).toEqual([
    ['Tomorrow', [0]],
    ['In 7', [5]],
    ['In 30', [28]],
  ]);
  expect(shown(await listed('expiring=5'))).toEqual([
    ['Tomorrow', [0]],
    ['In 7', [5]],
  ]);
  const first = await listed('expiring=30&limit=2');
  const second = await listed(`expiring=30&limit=2&cursor=${first.nextCursor}`);
  expect([shown(first).length, shown(second), second.nextCursor]).toEqual([2, [['In 30', [28]]], undefined]);
  expect((await send(`GET ${directories}?expiring=soon`)).status).toBe(400);
});

test('calls that come late, after a key is gone or the directory is, get 401 and are counted (XE-17)', async () => {
  const { send, one, directory, key, scim, registry, recorder, random } = await withDirectory(overMemory());
  let toNone = 0;
  const call = () =>
    authorizeScim(directory, `Bearer ${key}`, {
      directoryAccess: registry.directoryAccess,
      entraTokens: entraTokens(random.now),
      now: random.now,
      keyUsed: recorder.keyUsed,
      callRefused: recorder.callRefused,
      callToNone: () => toNone++,
    });
  expect((await scim(directory, `Bearer ${key}`)).directoryId).toBe(directory);
  const { items } = (await send(`GET ${one}/scim-keys`)).json;
  await send(`DELETE ${one}/scim-keys/${items[0]?.id}`);
  await expect(call()).rejects.toMatchObject({ code: 'unauthenticated' });
  const shown = (await send(`GET ${one}`)).json;
  expect([shown['traffic'], codes(shown), toNone]).toEqual([
    { refusedCalls: 1, lastRefusedAt: '2026-11-23T07:00:00.000Z' },
    expect.arrayContaining(['calls_refused']),
    0,
  ]);
  await send(`DELETE ${one}?confirm=Workforce`);
  await expect(call()).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(toNone).toBe(1);
});
