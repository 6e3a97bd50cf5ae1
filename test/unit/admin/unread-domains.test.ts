import { expect, test } from '@jest/globals';
import type { GraphReader, Permissions } from '../../../shared/sync/graph-port.ts';
import { adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

const user = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;

/** A directory of two users that was confirmed while domains could not be read, and what its preview said. */
async function confirmed(may: Partial<Permissions> = {}) {
  const tenant = new FakeTenant(() => 0.5);
  for (const number of [1, 2])
    tenant.setUser(user(number), 'live', { userPrincipalName: `u${number}@rookery.example` });
  let domains = false;
  const reader = (): GraphReader => ({
    ...tenant.graph(),
    permissions: async () => ({
      kind: 'read',
      value: { users: true, groups: true, domains, hiddenMembers: true, applications: true, ...may },
      calls: 4,
      resourceUnits: 4,
    }),
  });
  const stack = adminStack(overMemory(), { graph: { reader, learnsTenant: true, clientId: user(9) } });
  const { id } = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json;
  const directories = `/api/v1/orgs/${id}/directories`;
  const made = await stack.send(`POST ${directories}`, { body: { name: 'Nested', kind: 'nested' } });
  const one = `${directories}/${made.json.id}`;
  await stack.send(`POST ${one}:acknowledge`);
  const confirm = async () => {
    const preview = (await stack.send(`GET ${one}/preview`)).json;
    const { json } = await stack.send(`POST ${one}:confirm`, { body: { hash: preview['hash'] } });
    return { preview, hints: json['hints'] };
  };
  return {
    ...(await confirm()),
    confirm,
    grantDomains: () => {
      domains = true;
    },
    run: async () => {
      stack.clock.now += 1000;
      await stack.send(`POST ${one}/runs`, { body: {} });
      await stack.nested.work();
      const { json } = await stack.send(`GET ${one}`);
      const hints = json['hints'] as unknown as readonly { code: string }[];
      return { state: json.state, counts: json['counts'], hints: hints.map(({ code }) => code) };
    },
    probe: async () => (await stack.send(`POST ${one}:probe`)).json,
    change: async (body: object) => {
      const { headers } = await stack.send(`GET ${one}/sync-settings`);
      await stack.send(`PATCH ${one}/sync-settings`, {
        body,
        headers: { 'if-match': headers['etag'] ?? '' },
      });
    },
  };
}

const sentence =
  'Domains are not known: new ones stop no run, and with a rule about domains no run can begin.';
const counts = { users: 2, groups: 0, memberships: 0, domains: 0 };

test('preview and confirmation say that domains cannot be read', async () => {
  const { preview, hints } = await confirmed();
  expect(preview).toMatchObject({ domains: [], reducedScope: [sentence] });
  expect(hints).toEqual([{ code: 'reduced_scope', text: expect.stringContaining('Domain.Read.All') }]);
});

test('a rule about domains that cannot be read quarantines the directory, and nobody leaves', async () => {
  const directory = await confirmed();
  expect(await directory.run()).toEqual({ state: 'enabled', counts, hints: ['reduced_scope'] });
  expect(await directory.probe()).toMatchObject({ ready: true, reducedScope: [sentence] });
  await directory.change({ verifiedDomainsOnly: true });
  expect(await directory.probe()).toMatchObject({ ready: false, missing: ['Domain.Read.All'] });
  const failed = { state: 'quarantined', counts, hints: ['last_run_failed', 'reduced_scope'] };
  expect(await directory.run()).toEqual(failed);
  await directory.confirm();
  expect(await directory.run()).toEqual(failed);
  await directory.change({ verifiedDomainsOnly: false });
  expect(await directory.run()).toMatchObject({ state: 'enabled', counts });
});

test('a connection that may not read assignments is not ready for an application as scope', async () => {
  const directory = await confirmed({ applications: false });
  expect(await directory.probe()).toMatchObject({ ready: true });
  await directory.change({ scope: { kind: 'application', servicePrincipalId: user(8) } });
  expect(await directory.probe()).toMatchObject({
    ready: false,
    missing: expect.arrayContaining(['Application.Read.All']),
  });
});

test('once domains can be read they are confirmed, and the rule counts', async () => {
  const directory = await confirmed();
  await directory.run();
  await directory.change({ verifiedDomainsOnly: true });
  directory.grantDomains();
  expect(await directory.run()).toMatchObject({ state: 'awaiting_confirmation', counts });
  const { preview, hints } = await directory.confirm();
  expect([preview['reducedScope'], hints]).toEqual([
    [],
    [expect.objectContaining({ code: 'last_run_failed' })],
  ]);
  expect(await directory.probe()).toMatchObject({ ready: true, missing: [] });
  expect(await directory.run()).toEqual({ state: 'enabled', counts: { ...counts, domains: 1 }, hints: [] });
});
