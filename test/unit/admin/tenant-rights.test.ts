import { beforeEach, expect, test } from '@jest/globals';
import type { NestedConnection } from '../../../shared/admin/nested-record.ts';
import { type AdminStack, adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant, fakeTenantId } from '../../support/sync/fake-tenant.ts';

// An installation's credentials open every tenant that consented to its app: who may point them at which (T03).

const clientId = 'cccccccc-0000-4000-8000-000000000001';
const otherTenant = 'eeeeeeee-0000-4000-8000-000000000009';
const federated = { kind: 'federated', clientId } as const;

interface Bench {
  readonly stack: AdminStack;
  /** Connections that Graph was asked with. */
  readonly asked: NestedConnection[];
  readonly organization: string;
  /** With a key of the organization alone. */
  readonly own: AdminStack['send'];
}

async function bench(organizationDraft: object = {}): Promise<Bench> {
  const tenant = new FakeTenant(() => 0.5);
  const asked: NestedConnection[] = [];
  const reader = (connection: NestedConnection) => {
    asked.push(connection);
    return tenant.graph();
  };
  const stack = adminStack(overMemory(), { graph: { reader, learnsTenant: false, clientId } });
  const draft = { name: 'Somebody', ...organizationDraft };
  const organization = (await stack.send('POST /api/v1/orgs', { body: draft })).json.id;
  const made = await stack.send(`POST /api/v1/orgs/${organization}/admin-keys`, {
    body: { name: 'own', role: 'admin' },
  });
  const { key } = made.json;
  return {
    ...{ stack, asked, organization },
    own: (line, sent = {}) => stack.send(line, { key, ...sent }),
  };
}

let it: Bench;
beforeEach(async () => {
  it = await bench();
});

/** Whatever its version is. */
const change = (body: object) => ({ body, headers: { 'if-match': '*' } });
const drafted = (connection: object) => ({ body: { name: 'Nested', kind: 'nested', connection } });
const answer = ({ status, json }: Awaited<ReturnType<AdminStack['send']>>) => [status, json.reason];
const directories = () => `/api/v1/orgs/${it.organization}/directories`;
const created = async (send: AdminStack['send'], connection: object) =>
  await send(`POST ${directories()}`, drafted(connection));

test.each([
  ['the usual credential', {}],
  ['the managed identity', { credential: { kind: 'managed-identity' } }],
  [
    'a secret of the installation',
    { credential: { kind: 'client-secret', secretSetting: 'GRAPH_BANK_SECRET' } },
  ],
])(
  'an administrator of an organization connects no tenant that is not allowed for it, with %s',
  async (_, more) => {
    expect(answer(await created(it.own, { tenantId: fakeTenantId, ...more }))).toEqual([
      403,
      'tenant_not_allowed',
    ]);
    expect((await it.own(`GET ${directories()}`)).json.items).toEqual([]);
    expect(it.asked).toEqual([]);
  },
);

test('an administrator of the installation connects any tenant in any way', async () => {
  for (const credential of [{ kind: 'managed-identity' }, { ...federated, clientId: otherTenant }]) {
    const made = await created(it.stack.send, { tenantId: fakeTenantId, credential });
    expect([made.status, made.json['connection']]).toEqual([
      201,
      { tenantId: fakeTenantId, cloud: 'public', credential },
    ]);
    await it.stack.send(`DELETE ${directories()}/${made.json.id}?confirm=Nested`);
  }
});

test('the installation says which tenants an organization may read, and nobody else does', async () => {
  const one = `/api/v1/orgs/${it.organization}`;
  const tenants = [fakeTenantId.toUpperCase(), otherTenant, otherTenant];
  expect(answer(await it.own(`PATCH ${one}`, change({ tenants })))).toEqual([403, 'installation_key_needed']);
  expect((await it.own(`GET ${one}`)).json['tenants']).toEqual([]);
  const changed = await it.stack.send(`PATCH ${one}`, change({ tenants }));
  expect([changed.status, changed.json['tenants']]).toEqual([200, [fakeTenantId, otherTenant].sort()]);
  // What stays as it is may be said by everybody.
  const same = { name: 'Renamed', tenants: changed.json['tenants'] };
  expect((await it.own(`PATCH ${one}`, change(same))).json).toMatchObject(same);
  const { items } = (await it.stack.send(`GET ${one}/audit`)).json;
  const opened = items.find(
    ({ act, ...more }) => act === 'organization.changed' && 'tenants' in Object(more['facts']),
  );
  expect(opened).toMatchObject({
    facts: { fields: 'tenants', tenants: [fakeTenantId, otherTenant].sort().join(' ') },
  });
});

test('an allowed tenant is connected as the installation is set up to, and can be read', async () => {
  it = await bench({ tenants: [fakeTenantId] });
  const made = await created(it.own, { tenantId: fakeTenantId });
  expect([made.status, made.json['connection']]).toEqual([
    201,
    { tenantId: fakeTenantId, cloud: 'public', credential: federated },
  ]);
  const one = `${directories()}/${made.json.id}`;
  expect((await it.own(`GET ${one}/preview`)).status).toBe(200);

  const patched = async (connection: object, send = it.own) =>
    answer(await send(`PATCH ${one}/connection`, change(connection)));
  expect(await patched({ tenantId: otherTenant })).toEqual([403, 'tenant_not_allowed']);
  for (const other of [
    { cloud: 'china' },
    { credential: { kind: 'managed-identity' } },
    { credential: { kind: 'client-secret', clientId } },
    { credential: { kind: 'federated', clientId: otherTenant } },
  ]) {
    expect(await patched(other)).toEqual([403, 'installation_key_needed']);
  }
  expect((await it.own(`GET ${one}/connection`)).json).toMatchObject({
    cloud: 'public',
    credential: federated,
  });
  // What an administrator of the installation chose stays, also when others say it again, or go back to what is usual.
  const chosen = { credential: { kind: 'federated', clientId: otherTenant } };
  expect(await patched(chosen, it.stack.send)).toEqual([200, undefined]);
  expect(await patched(chosen)).toEqual([200, undefined]);
  expect(await patched({ credential: federated })).toEqual([200, undefined]);
});

test('a tenant that is no longer allowed stays connected, and cannot be connected anew', async () => {
  it = await bench({ tenants: [fakeTenantId] });
  const made = await created(it.own, { tenantId: fakeTenantId });
  await it.stack.send(`PATCH /api/v1/orgs/${it.organization}`, change({ tenants: [] }));
  const one = `${directories()}/${made.json.id}`;
  const again = await it.own(`PATCH ${one}/connection`, change({ tenantId: fakeTenantId }));
  expect(again.status).toBe(200);
  await it.own(`DELETE ${one}?confirm=Nested`);
  expect(answer(await created(it.own, { tenantId: fakeTenantId }))).toEqual([403, 'tenant_not_allowed']);
});
