import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { adminStack, overEmulator } from '../../support/admin/stack.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

const groups = Array.from({ length: 5000 }, () => randomUUID());
/** 5,000 names of one length; what is counted of each is four more, for quotes, comma and its domain. */
const domains = (length: number) =>
  Array.from({ length: 5000 }, (_, index) => `${String(index).padStart(length - 4, 'x')}.com`);

async function bench() {
  const tenant = new FakeTenant(() => 0.5);
  const clientId = 'cccccccc-0000-4000-8000-000000000001';
  const graph = { reader: () => tenant.graph(), learnsTenant: true, clientId };
  const stack = adminStack(await overEmulator('largesettings'), { graph });
  const { id } = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json;
  return { stack, directories: `/api/v1/orgs/${id}/directories` };
}

test('a directory of 5,000 chosen groups is made once per Idempotency-Key, and answered alike again', async () => {
  const { stack, directories } = await bench();
  const settings = { scope: { kind: 'groups', groups } };
  const sent = { body: { name: 'Large', kind: 'nested', settings }, headers: { 'idempotency-key': 'once' } };
  const first = await stack.send(`POST ${directories}`, sent);
  const again = await stack.send(`POST ${directories}`, sent);
  expect([first.status, again.status, again.headers['idempotent-replayed']]).toEqual([201, 201, 'true']);
  expect(again.json).toEqual(first.json);
  expect(await stack.ports.idempotency.removeLapsed(stack.clock.now + 86_400_001)).toBe(1);
});

test('settings that one record cannot hold are refused by name, and those that just fit are kept', async () => {
  const { stack, directories } = await bench();
  const settings = { scope: { kind: 'groups', groups } };
  const made = await stack.send(`POST ${directories}`, { body: { name: 'Large', kind: 'nested', settings } });
  const one = `${directories}/${made.json.id}`;
  const patch = async (body: object) => {
    const { headers } = await stack.send(`GET ${one}/sync-settings`);
    return await stack.send(`PATCH ${one}/sync-settings`, {
      body,
      headers: { 'if-match': String(headers['etag']) },
    });
  };
  const long = await patch({ domains: ['x'.repeat(254)] });
  expect([long.status, long.json.code]).toEqual([422, 'invalid-value']);
  const most = await patch({ domains: domains(53) });
  expect([most.status, (most.json as { domains?: string[] }).domains?.length]).toEqual([200, 5000]);
  const over = await patch({ domains: domains(54) });
  expect([over.status, over.json.code, over.json.reason]).toEqual([
    422,
    'invalid-value',
    'settings_too_large',
  ]);
  expect(over.json['detail']).toMatch(
    /^What is set and confirmed of this directory takes 48\d,\d{3} characters, and 480,000 are kept: choose fewer groups or domains\.$/,
  );
  expect((await patch({ domains: null, guests: 'exclude' })).status).toBe(200);
  const body = { name: 'Larger', kind: 'nested', settings: { ...settings, domains: domains(60) } };
  const draft = await stack.send(`POST ${directories}`, { body });
  expect([draft.status, draft.json.reason]).toEqual([422, 'settings_too_large']);
});
