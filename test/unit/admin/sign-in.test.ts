import { expect, test } from '@jest/globals';
import { readSettings } from '../../../functions/settings.ts';
import { graphConnectionOf } from '../../../functions/wiring/graph-credentials.ts';
import { emptyTenant, notConsented, signingIn, tenantId } from '../../support/admin/signing-in.ts';
import { issued, refusal, type SignInAnswer } from '../../support/sign-in-service.ts';

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

test.each([
  ['a secret', { kind: 'client-secret', secretSetting: 'GRAPH_CLIENT_SECRET' }, 'GRAPH_CLIENT_SECRET'],
  ['a certificate', { kind: 'certificate', secretSetting: 'GRAPH_OF_CONTOSO' }, 'GRAPH_OF_CONTOSO'],
  ['an identity', { kind: 'federated' }, 'GRAPH_MANAGED_IDENTITY_CLIENT_ID'],
] as const)(
  'a run without %s to sign in with says which setting is missing',
  async (_name, given, setting) => {
    const settings = readSettings({ PUBLIC_ORIGIN: 'https://rookery.example', DirectoryStorage: 'x' });
    const clientId = 'cccccccc-0000-4000-8000-000000000001';
    const missing = graphConnectionOf(
      { cloud: 'public', tenantId, credential: { ...given, clientId } },
      settings,
    );
    const secret = { kind: 'client-secret', clientId, clientSecret: 'secret' } as const;
    let isThere = true;
    const { stack, service, one, confirm, run } = await signingIn(emptyTenant, () =>
      isThere ? secret : missing.credential,
    );
    service.answer = issued(tenantId);
    await confirm();
    isThere = false;
    const failure = { code: 'credential_missing', detail: expect.stringContaining(setting) };
    expect(await run()).toMatchObject({ status: 'failed', failure });
    expect((await stack.send(`GET ${one}`)).json['state']).toBe('quarantined');
    const probe = await stack.send(`POST ${one}:probe`);
    expect([probe.status, probe.json.reason]).toEqual([409, 'credential_missing']);
  },
);
