import { expect, test } from '@jest/globals';
import { operations } from '../../../shared/admin/contract.ts';
import { routeOf } from '../../../shared/admin/routes.ts';
import { DirectoryId, RunId } from '../../../shared/model/ids.ts';
import { adminStack, overMemory, type Sending } from '../../support/admin/stack.ts';
import { stickRun } from '../../support/admin/stuck-run.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

const user = '00000000-0000-4000-8000-000000000001';
const group = '10000000-0000-4000-8000-000000000001';
const clientId = 'cccccccc-0000-4000-8000-000000000001';

function tenant(): FakeTenant {
  const made = new FakeTenant(() => 0.5);
  made.setUser(user, 'live', { userPrincipalName: 'ada@rookery.example' });
  made.setGroup(group, 'live', { displayName: 'Engines' });
  made.setMember(group, user, 'user');
  return made;
}

/** A caller of everything, who has to be answered with success each time; the stack compares each answer with the contract. */
function caller() {
  const world = tenant();
  const graph = { reader: () => world.graph(), learnsTenant: true, clientId };
  const stack = adminStack(overMemory(), { graph });
  const called = new Set<string>();
  const ok = async (line: string, sending: Sending = {}) => {
    const [method = '', target = ''] = line.split(' ');
    const answer = await stack.send(line, sending);
    expect([line, answer.status < 300 || answer.json]).toEqual([line, true]);
    called.add(routeOf(method, target.split('?')[0] ?? '').id);
    return answer;
  };
  const patch = async (path: string, body: object) => {
    const { headers } = await ok(`GET ${path}`);
    return await ok(`PATCH ${path}`, { body, headers: { 'if-match': String(headers['etag']) } });
  };
  return { ...stack, world, called, ok, patch };
}

type Caller = ReturnType<typeof caller>;

async function keysAndAudit({ ok }: Caller, base: string): Promise<void> {
  const { id } = (await ok(`POST ${base}/admin-keys`, { body: { name: 'K', role: 'reader' } })).json;
  await ok(`GET ${base}/admin-keys`);
  await ok(`DELETE ${base}/admin-keys/${id}`);
  await ok(`GET ${base}/audit`);
  expect((await ok(`GET ${base}/audit:verify`)).json['intact']).toBe(true);
}

async function pushed({ ok, patch }: Caller, directories: string): Promise<void> {
  const made = (await ok(`POST ${directories}`, { body: { name: 'Pushed', kind: 'scim' } })).json;
  const one = `${directories}/${made.id}`;
  await ok(`GET ${directories}`);
  await patch(one, { name: 'Renamed' });
  await ok(`POST ${one}:pause`);
  await ok(`POST ${one}:resume`);
  await ok(`POST ${one}/scim-key:regenerate`);
  const key = (await ok(`GET ${one}/scim-keys`)).json.items[0];
  await ok(`DELETE ${one}/scim-keys/${key?.id}`);
  await ok(`GET ${one}/requests`);
  await ok(`GET ${one}/cycles`);
  await ok(`DELETE ${one}?confirm=Renamed`);
}

async function connected({ ok, patch }: Caller, directories: string): Promise<string> {
  const one = `${directories}/${(await ok(`POST ${directories}`, { body: { name: 'N', kind: 'nested' } })).json.id}`;
  await ok(`POST ${one}:probe`);
  for (const path of ['/users', '/groups', '/domains']) await ok(`GET ${one}/preview${path}`);
  await patch(`${one}/connection`, { cloud: 'public' });
  await ok(`POST ${one}:consent-link`);
  await ok(`POST ${one}:acknowledge`);
  await ok(`POST ${one}:confirm`, { body: { hash: (await ok(`GET ${one}/preview`)).json['hash'] } });
  await patch(`${one}/sync-settings`, { safeguard: { memberships: { floor: 0, percent: 0, absolute: 0 } } });
  await ok(`POST ${one}:debug`);
  return one;
}

async function run({ ok, nested, clock }: Caller, one: string, mode = 'sync') {
  clock.now += 1000;
  const { id } = (await ok(`POST ${one}/runs`, { body: { mode } })).json;
  await nested.work();
  return `${one}/runs/${id}`;
}

async function pulled(all: Caller, one: string): Promise<void> {
  const { ok, patch, world, nested } = all;
  await ok(`GET ${await run(all, one, 'dry-run')}/external-users:export`);
  const first = await run(all, one);
  await ok(`GET ${first}/log`);
  await ok(`GET ${first}/log:export`);
  await ok(`GET ${one}/runs`);
  await ok(`POST ${one}/users/${user}:sync`);
  await ok(`GET ${one}/groups/${group}/members`);
  await ok(`GET ${one}/users/${user}/groups`);
  await ok(`GET ${one}/explain?user=${user}&group=${group}`);
  await patch(`${one}/sync-settings`, { scope: { kind: 'application', servicePrincipalId: group } });
  await ok(`GET ${one}/members-not-assigned`);
  await patch(`${one}/sync-settings`, { scope: { kind: 'all' } });
  world.setMember(group, user, undefined);
  for (const verb of ['cancel', 'reject', 'approve']) {
    const held = await run(all, one);
    const { plan } = (await ok(`GET ${held}`)).json as unknown as { plan: { hash: string } };
    await ok(`POST ${held}:${verb}`, verb === 'cancel' ? {} : { body: { planHash: plan.hash } });
    await nested.work();
    // The plan that was rejected is refused without asking; another one is asked about.
    if (verb === 'reject') world.setUser(user, 'soft-deleted');
  }
  await abandoned(all, one);
}

async function abandoned(all: Caller, one: string): Promise<void> {
  all.clock.now += 1000;
  const { id } = (await all.ok(`POST ${one}/runs`, { body: {} })).json;
  await stickRun(all, DirectoryId.parse(one.split('/').at(-1)), RunId.parse(id));
  await all.ok(`POST ${one}/runs/${id}:abandon`, { body: { reason: 'nothing else helps' } });
  await all.nested.work();
}

test('every operation of the document is answered with success as its schema has it', async () => {
  const all = caller();
  const { ok, patch, called } = all;
  const organization = `/api/v1/orgs/${(await ok('POST /api/v1/orgs', { body: { name: 'C' } })).json.id}`;
  await ok('GET /api/v1/orgs');
  await patch(organization, { name: 'Contoso' });
  await keysAndAudit(all, organization);
  await keysAndAudit(all, '/api/v1');
  const directories = `${organization}/directories`;
  await pushed(all, directories);
  await pulled(all, await connected(all, directories));
  const empty = (await ok('POST /api/v1/orgs', { body: { name: 'Empty' } })).json.id;
  await ok(`DELETE /api/v1/orgs/${empty}`);
  expect(Object.keys(operations).filter((id) => !called.has(id))).toEqual([]);
});
