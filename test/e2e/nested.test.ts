import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type SimulatedGraph,
  startSimulatedGraph,
} from '../../tools/simulated-tenant/graph/simulated-graph.ts';
import { Tenant } from '../../tools/simulated-tenant/tenant.ts';
import { type Answer, answerOf, type Served, serveIn } from '../support/served.ts';

// docs/nested-directories.md, call by call, against the served stack and a Graph of this machine.

const id = (kind: number, number: number) =>
  `${kind}0000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const user = (number: number) => id(1, number);
const group = (number: number) => id(2, number);
const users = 40;
const groups = 8;

/** A chain of groups with five users each, the last holding the first again; a guest; a deleted user. */
function chainTenant(): Tenant {
  const tenant = new Tenant({ id: id(9, 1), displayName: 'Kette', applicationId: id(9, 2), seed: 'chain' });
  tenant.setDomain({ id: 'kette.example', isVerified: true, isDefault: true, isInitial: true });
  for (let number = 0; number < users; number++) tenant.addUser(user(number), userProperties(number));
  for (let number = 0; number < groups; number++) {
    tenant.addGroup(group(number), groupProperties(number));
    for (let member = 0; member < 5; member++) tenant.addMember(group(number), user(number * 5 + member));
  }
  for (let number = 0; number < groups; number++) {
    tenant.addMember(group(number), group((number + 1) % groups));
  }
  tenant.addGroup(group(99), groupProperties(99));
  tenant.addMember(group(99), group(3));
  tenant.delete(user(7));
  return tenant;
}

const userProperties = (number: number) => ({
  userPrincipalName: number === 9 ? 'nine_other.example#EXT#@kette.example' : `user${number}@kette.example`,
  mailNickname: `user${number}`,
  displayName: `User ${number}`,
  ...{ givenName: null, surname: null, mail: null, otherMails: [], accountEnabled: true },
  userType: number === 9 ? ('Guest' as const) : ('Member' as const),
  ...{ jobTitle: null, department: null, employeeId: null, preferredLanguage: null, officeLocation: null },
  ...{ streetAddress: null, city: null, state: null, postalCode: null, country: null },
  ...{ businessPhone: null, mobilePhone: null, faxNumber: null, managerId: null },
});

const groupProperties = (number: number) => ({
  displayName: `Group ${number}`,
  ...{
    description: null,
    mailNickname: `group${number}`,
    mail: null,
    mailEnabled: false,
    securityEnabled: true,
  },
  ...{ groupTypes: [], membershipRule: null, visibility: null, onPremisesSyncEnabled: null },
  ...{ isAssignableToRole: null, deletesSoftly: false },
});

const tenant = chainTenant();
let graph: SimulatedGraph;
let served: Served;
let directories: string;
let one: string;

beforeAll(async () => {
  graph = await startSimulatedGraph(tenant);
  const environment = { LOCAL_GRAPH_URL: graph.url, LOCAL_GRAPH_TOKEN: graph.token };
  served = await serveIn(environment, '--port', '0');
  directories = `${served.origin}/api/v1/orgs/${served.organizationId}/directories`;
});
afterAll(async () => {
  await served?.end();
  await graph?.stop();
});

async function call(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return answerOf(
    await fetch(url, {
      method,
      headers: { authorization: `Bearer ${served.adminKey}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

/** Starts a run and polls it until it is over or waits for somebody. */
async function run(mode: 'sync' | 'dry-run' = 'sync', audit = false): Promise<Answer['json']> {
  const started = await call('POST', `${one}/runs`, { mode, ...(audit ? { audit } : {}) });
  expect([started.status, started.json?.reason]).toEqual([202, undefined]);
  return await over(started.json.id);
}

async function over(runId: string): Promise<Answer['json']> {
  for (let left = 300; left > 0; left--) {
    const { json } = await call('GET', `${one}/runs/${runId}`);
    if (json.status !== 'running') return json;
    await pause(100);
  }
  throw new Error('the run does not end');
}

/** Effective members of every group as the API has them. */
async function effectiveMembers(): Promise<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {};
  for (const groupId of graph.oracle().keys()) {
    const ids: string[] = [];
    let cursor = '';
    do {
      const { json } = await call('GET', `${one}/groups/${groupId}/members?limit=40${cursor}`);
      ids.push(...json.items.map((member: { id: string }) => member.id));
      cursor = json.nextCursor === undefined ? '' : `&cursor=${json.nextCursor}`;
    } while (cursor !== '');
    found[groupId] = ids;
  }
  return found;
}

const expected = () =>
  Object.fromEntries([...graph.oracle()].map(([groupId, members]) => [groupId, [...members].sort()]));

test('a directory is created with a name alone and runs only after preview and confirmation (S2-10)', async () => {
  const created = await call('POST', directories, { name: 'Kette', kind: 'nested' });
  expect([created.status, created.json.kind, created.json.state]).toEqual([
    201,
    'nested',
    'awaiting_confirmation',
  ]);
  one = `${directories}/${created.json.id}`;
  const early = await call('POST', `${one}/runs`, {});
  expect([early.status, early.json.reason]).toEqual([409, 'confirmation_required']);
  expect((await call('POST', `${one}:acknowledge`)).status).toBe(200);
  const preview = await call('GET', `${one}/preview`);
  expect(preview.json.tenant).toEqual({
    tenantId: tenant.id,
    displayName: 'Kette',
    defaultDomain: 'kette.example',
  });
  const confirmed = await call('POST', `${one}:confirm`, { hash: preview.json.hash });
  expect([confirmed.status, confirmed.json.state]).toEqual([200, 'enabled']);
});

test('a run makes the effective members of every group those of the tenant, circle included (S2-01)', async () => {
  const planned = await run('dry-run');
  expect((await call('GET', one)).json.counts).toMatchObject({ users: 0, groups: 0 });
  const done = await run();
  expect([done.status, done.plan.counts]).toEqual(['done', planned.plan.counts]);
  expect(await effectiveMembers()).toEqual(expected());
  expect((await call('GET', one)).json.counts).toEqual({
    users: users - 1,
    groups: groups + 1,
    memberships: (users - 1) * (groups + 1),
    domains: 1,
  });
});

test('external users of a dry run come as a CSV file, streamed (XA-44)', async () => {
  const { id } = await run('dry-run');
  const url = `${one}/runs/${id}/external-users:export`;
  const headers = { authorization: `Bearer ${served.adminKey}`, accept: 'text/csv' };
  const csv = await fetch(url, { headers });
  const groupNames = [...Array(groups).keys(), 99].map((number) => `Group ${number}`);
  expect([csv.status, csv.headers.get('content-type'), await csv.text()]).toEqual([
    200,
    'text/csv; charset=utf-8; header=present',
    `mail,id,active,groups\r\n,${user(9)},true,${groupNames.join(' | ')}\r\n`,
  ]);
  const head = await fetch(url, { method: 'HEAD', headers });
  expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
    200,
    'text/csv; charset=utf-8; header=present',
    '',
  ]);
  const log = await fetch(`${one}/runs/${id}/log:export`, { headers: { ...headers, accept: '*/*' } });
  expect([log.status, log.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
});

test('the next run reads what changed and nothing else', async () => {
  tenant.addUser(user(70), userProperties(70));
  tenant.addMember(group(2), user(70));
  tenant.restore(user(7));
  tenant.removeMember(group(4), user(20));
  const done = await run();
  expect([done.status, done.progress.users.baseline, done.progress.users.items]).toEqual(['done', false, 2]);
  expect(await effectiveMembers()).toEqual(expected());
  const why = await call('GET', `${one}/explain?user=${user(70)}&group=${group(99)}`);
  expect([why.json.member, why.json.paths[0].at(0), why.json.paths[0].at(-1)]).toEqual([
    true,
    group(99),
    group(2),
  ]);
});

test('a change that Graph never told is found by counting twice, and healed by a list (graph.md §5.1)', async () => {
  graph.faults.set({ 'lost-change': { chance: 1, times: 1 } });
  tenant.addUser(user(71), userProperties(71));
  tenant.addMember(group(99), user(71));
  const calls = graph.usage.requests.get('POST /$batch') ?? 0;
  const first = await run('sync', true);
  const second = await run('sync', true);
  expect(graph.usage.requests.get('POST /$batch')).toBe(calls + 2);
  expect([first.audit, second.audit]).toEqual([
    { compared: groups + 1, differing: 1, unanswered: 0, rereads: 0 },
    { compared: groups + 1, differing: 1, unanswered: 0, rereads: 1 },
  ]);
  expect(await effectiveMembers()).not.toEqual(expected());
  const third = await run();
  expect([third.audit, third.progress.lists, third.plan.counts.directAdded]).toEqual([
    undefined,
    { done: 1, total: 1 },
    1,
  ]);
  expect(await effectiveMembers()).toEqual(expected());
  const log = async (of: { id: string }) =>
    (await call('GET', `${one}/runs/${of.id}/log?object=${group(99)}`)).json.items.map(
      ({ level, code }: { level: string; code: string }) => [level, code],
    );
  expect([await log(first), await log(second), await log(third)]).toEqual([
    [['info', 'count-differs']],
    [['warning', 'count-differs-again']],
    [['info', 'read-again-for-its-count']],
  ]);
});

test('what a safeguard holds changes nothing until it is approved (XE-19)', async () => {
  const before = await effectiveMembers();
  for (let member = 0; member < 15; member++) tenant.delete(user(member + 21));
  const held = await run();
  expect([held.status, held.plan.exceeded.length > 0]).toEqual(['awaiting-approval', true]);
  expect((await call('GET', one)).json.state).toBe('awaiting_approval');
  expect(await effectiveMembers()).toEqual(before);
  const another = await call('POST', `${one}/runs`, {});
  expect([another.status, another.json.reason]).toEqual([409, 'run_in_progress']);
  const approved = await call('POST', `${one}/runs/${held.id}:approve`, { planHash: held.plan.hash });
  expect(approved.status).toBe(202);
  expect((await over(held.id)).status).toBe('done');
  expect(await effectiveMembers()).toEqual(expected());
});

test('another domain stops the next run until it is confirmed, and nothing is removed (S2-11)', async () => {
  const before = await effectiveMembers();
  tenant.setDomain({ id: 'neu.example', isVerified: true, isDefault: false, isInitial: false });
  const stopped = await run();
  expect([stopped.status, stopped.failure.code]).toEqual(['failed', 'domains_changed']);
  const { json } = await call('GET', one);
  expect([json.state, await effectiveMembers()]).toEqual(['awaiting_confirmation', before]);
  const preview = await call('GET', `${one}/preview`);
  expect(preview.json.confirmed).toBe(false);
  await call('POST', `${one}:confirm`, { hash: preview.json.hash });
  expect((await run()).status).toBe('done');
});

test('who is in scope of an application by nesting alone is reported by page (graph.md §2)', async () => {
  const report = `${one}/members-not-assigned`;
  const early = await call('GET', report);
  expect([early.status, early.json.reason]).toEqual([409, 'scope_not_application']);
  for (const id of [group(99), user(1)]) {
    tenant.assign(id, { id: `assignment-${id}`, appRoleId: '00000000-0000-0000-0000-000000000000' });
  }
  const settings = await fetch(`${one}/sync-settings`, {
    headers: { authorization: `Bearer ${served.adminKey}` },
  });
  const scope = { kind: 'application', servicePrincipalId: tenant.applicationId };
  const changed = await call(
    'PATCH',
    `${one}/sync-settings`,
    { scope, safeguard: { enabled: false } },
    { 'if-match': settings.headers.get('etag') ?? '' },
  );
  expect([changed.status, (await run()).status]).toEqual([200, 'done']);
  const found: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { json } = await call('GET', `${report}?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
    for (const item of json.items) {
      expect(item).toMatchObject({ groups: [group(99)], userName: expect.any(String) });
      found.push(item.id);
    }
    cursor = json.nextCursor;
  }
  const inScope = [...(graph.oracle().get(group(99)) ?? [])];
  expect(found.length).toBeGreaterThan(14);
  expect(found).toEqual(inScope.filter((id) => id !== user(1) && id !== user(71)).sort());
});

test('a deleted directory is gone at once, and another may take its place (C5)', async () => {
  const gone = await call('DELETE', `${one}?confirm=Kette`);
  expect([gone.status, (await call('GET', one)).status]).toEqual([204, 404]);
  expect((await call('POST', directories, { name: 'Kette', kind: 'nested' })).status).toBe(201);
});
