import { expect, test } from '@jest/globals';
import { adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

const user = '00000000-0000-4000-8000-000000000001';
const [parent, child] = ['10000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000002'];
const clientId = 'cccccccc-0000-4000-8000-000000000001';

test('a rename of somebody in a chosen group is no reason to take him out of the directory (XA-10)', async () => {
  const tenant = new FakeTenant(() => 0.5);
  const named = (displayName: string) =>
    tenant.setUser(user, 'live', { userPrincipalName: 'ada@rookery.example', displayName });
  named('Ada');
  tenant.setGroup(parent, 'live', { displayName: 'Parent' });
  tenant.setGroup(child, 'live', { displayName: 'Child' });
  tenant.setMember(parent, child, 'group');
  tenant.setMember(child, user, 'user');
  const graph = { reader: () => tenant.graph(), learnsTenant: true, clientId };
  const { send, nested, clock } = adminStack(overMemory(), { graph });
  const directories = `/api/v1/orgs/${(await send('POST /api/v1/orgs', { body: { name: 'C' } })).json.id}/directories`;
  const settings = { scope: { kind: 'groups', groups: [parent] } };
  const created = await send(`POST ${directories}`, { body: { name: 'N', kind: 'nested', settings } });
  const one = `${directories}/${created.json.id}`;
  await send(`POST ${one}:acknowledge`);
  await send(`POST ${one}:confirm`, {
    body: { hash: (await send(`GET ${one}/preview`)).json['hash'] },
  });
  const synced = async () => {
    clock.now += 1000;
    const { id } = (await send(`POST ${one}/runs`, { body: {} })).json;
    await nested.work();
    const { plan } = (await send(`GET ${one}/runs/${id}`)).json as unknown as { plan: { counts: object } };
    const [member] = (await send(`GET ${one}/groups/${parent}/members`)).json.items;
    return { ...plan.counts, displayName: member?.['displayName'] };
  };
  expect(await synced()).toMatchObject({ usersCreated: 1, usersRemoved: 0, displayName: 'Ada' });
  named('Countess');
  expect(await synced()).toMatchObject({ usersCreated: 0, usersRemoved: 0, displayName: 'Countess' });
});
