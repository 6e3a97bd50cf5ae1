import { expect, test } from '@jest/globals';
import { graphConnections } from '../../../shared/graph/graph-connections.ts';
import { adminStack, overMemory } from '../../support/admin/stack.ts';
import { issued, refusal, type SignInAnswer, SignInService } from '../../support/sign-in-service.ts';

const tenantId = '11111111-1111-4111-8111-111111111111';
const clientId = 'cccccccc-0000-4000-8000-000000000001';
const notConsented = refusal('unauthorized_client', 700016);

/** The admin API over the real sign-in and the real Graph client; of Graph there is an empty tenant. */
async function signingIn() {
  const service = new SignInService(notConsented);
  const connections = graphConnections({
    fetch: async (url) => emptyTenant(url),
    now: () => stack.clock.now,
    sleep: async () => undefined,
    random: () => 0.5,
    signIn: { httpClient: service.httpClient },
  });
  const credential = { kind: 'client-secret' as const, clientId, clientSecret: 'secret' };
  const reader = () => connections.reader({ cloud: 'public', tenantId, credential });
  const stack = adminStack(overMemory(), { graph: { reader, learnsTenant: false, clientId } });
  const { id } = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json;
  const directories = `/api/v1/orgs/${id}/directories`;
  const made = await stack.send(`POST ${directories}`, {
    body: { name: 'Nested', kind: 'nested', connection: { tenantId } },
  });
  const one = `${directories}/${made.json.id}`;
  await stack.send(`POST ${one}:acknowledge`);
  const confirm = async () => {
    const { json } = await stack.send(`GET ${one}/preview`);
    return await stack.send(`POST ${one}:confirm`, { body: { hash: json['hash'] } });
  };
  const run = async () => {
    const begun = await stack.send(`POST ${one}/runs`, { body: {} });
    await stack.nested.work();
    return (await stack.send(`GET ${one}/runs/${begun.json.id}`)).json;
  };
  return { stack, service, one, confirm, run };
}

function emptyTenant(address: string): Response {
  const url = new URL(address);
  const value = url.pathname.endsWith('/organization') ? [{ id: tenantId, displayName: 'Contoso' }] : [];
  const links = url.pathname.endsWith('/delta')
    ? { '@odata.deltaLink': `${url.origin}/v1.0/d?$deltatoken=1` }
    : {};
  return Response.json({ value, ...links });
}

test('before consent a probe, a preview and a confirmation say that an administrator has to consent (S2-03, S2-09)', async () => {
  const { stack, one } = await signingIn();
  const hash = 'a'.repeat(64);
  const answers = [
    await stack.send(`POST ${one}:probe`),
    await stack.send(`GET ${one}/preview`),
    await stack.send(`GET ${one}/preview/users`),
    await stack.send(`POST ${one}:confirm`, { body: { hash } }),
  ];
  expect(answers.map(({ status, json }) => [status, json.code, json.reason])).toEqual(
    answers.map(() => [409, 'conflict', 'admin_consent_required']),
  );
});

test('a run that is refused at signing in ends for want of consent, and by name (S2-19)', async () => {
  const { service, confirm, run } = await signingIn();
  service.answer = issued(tenantId);
  expect((await confirm()).status).toBe(200);
  expect(await run()).toMatchObject({ status: 'done' });
  service.answer = notConsented;
  expect(await run()).toMatchObject({ status: 'failed', failure: { code: 'consent_revoked' } });
});

test('a token of another tenant ends a run by that name, not for want of consent (S2-09)', async () => {
  const { stack, service, one, confirm, run } = await signingIn();
  service.answer = issued(tenantId);
  await confirm();
  service.answer = issued('22222222-2222-4222-8222-222222222222');
  expect(await run()).toMatchObject({ status: 'failed', failure: { code: 'wrong_tenant' } });
  const probe = await stack.send(`POST ${one}:probe`);
  expect([probe.status, probe.json.reason]).toEqual([409, 'wrong_tenant']);
  expect((await stack.send(`GET ${one}`)).json['state']).toBe('quarantined');
});

const busy = (headers: Record<string, string> = {}): SignInAnswer => ({ status: 503, body: '', headers });

test.each([
  ['in passing', busy(), 1],
  ['and says for how long', busy({ 'retry-after': '120' }), 120],
])('a sign-in service that is out %s makes a run wait, and the run goes on', async (_name, out, seconds) => {
  const { stack, service, one, confirm, run } = await signingIn();
  service.answer = issued(tenantId);
  await confirm();
  service.answer = out;
  const { id, status } = await run();
  expect(status).toBe('running');
  const probe = await stack.send(`POST ${one}:probe`);
  expect([probe.status, probe.json.code]).toEqual([429, 'busy']);
  service.answer = issued(tenantId);
  stack.clock.now += (seconds - 1) * 1000;
  await stack.nested.work();
  expect((await stack.send(`GET ${one}/runs/${id}`)).json['status']).toBe('running');
  stack.clock.now += 2000;
  await stack.nested.work();
  expect((await stack.send(`GET ${one}/runs/${id}`)).json['status']).toBe('done');
});

test('an expired secret ends a run by a name of its own, and is told (S2-19)', async () => {
  const { stack, service, one, confirm, run } = await signingIn();
  service.answer = issued(tenantId);
  await confirm();
  service.answer = refusal('invalid_client', 7000222, 401);
  expect(await run()).toMatchObject({ status: 'failed', failure: { code: 'credential_rejected' } });
  expect((await stack.send(`GET ${one}`)).json['state']).toBe('quarantined');
  const probe = await stack.send(`POST ${one}:probe`);
  expect([probe.status, probe.json.reason]).toEqual([409, 'credential_rejected']);
  expect(probe.json.detail).toContain('AADSTS7000222');
});
