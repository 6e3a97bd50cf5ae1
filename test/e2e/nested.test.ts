import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { showRun } from '../../tools/operate/show-run.ts';
import {
  type SimulatedGraph,
  startSimulatedGraph,
} from '../../tools/simulated-tenant/graph/simulated-graph.ts';
import { chainTenant, group, groups, user, userProperties, users } from '../support/chain-tenant.ts';
import { membersById, type NestedRuns, nestedRuns } from '../support/nested-runs.ts';
import { type AdminCall, adminClient, directoriesOf, type Served, serveIn } from '../support/served.ts';

// docs/nested-directories.md, call by call, against the served stack and a Graph of this machine.

const tenant = chainTenant();
let graph: SimulatedGraph;
let served: Served;
let directories: string;
let one: string;
let call: AdminCall;
let runs: NestedRuns;

beforeAll(async () => {
  graph = await startSimulatedGraph(tenant);
  const environment = { LOCAL_GRAPH_URL: graph.url, LOCAL_GRAPH_TOKEN: graph.token };
  served = await serveIn(environment, '--port', '0');
  call = adminClient(served);
  directories = directoriesOf(served);
});
afterAll(async () => {
  await served?.end();
  await graph?.stop();
});

const run: NestedRuns['run'] = (...order) => runs.run(...order);
const effectiveMembers = () => runs.effectiveMembers(graph.oracle().keys());
const expected = () => membersById(graph.oracle());

test('a directory is created with a name alone and runs only after preview and confirmation (S2-10)', async () => {
  const created = await call('POST', directories, { name: 'Kette', kind: 'nested' });
  expect([created.status, created.json.kind, created.json.state]).toEqual([
    201,
    'nested',
    'awaiting_confirmation',
  ]);
  one = `${directories}/${created.json.id}`;
  runs = nestedRuns(call, one);
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
  const url = `${served.origin}${one}/runs/${id}/external-users:export`;
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
  const log = await fetch(`${served.origin}${one}/runs/${id}/log:export`, {
    headers: { ...headers, accept: '*/*' },
  });
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

test('a run says what it cost: two that find nothing cost the same calls, units and round trips to storage', async () => {
  // As it is kept: a moment earlier the last few round trips are missing.
  const costOf = async ({ id }: { id: string }) => {
    for (let left = 100; left > 0; left--) {
      const { items } = (await call('GET', `${one}/runs`)).json;
      const kept = items.find((item: { id: string }) => item.id === id);
      const { status, graphCalls, resourceUnits, storageOperations } = kept;
      if (status === 'done') return { graphCalls, resourceUnits, storageOperations };
      await pause(50);
    }
    throw new Error('the run is not kept');
  };
  const [first, second] = [await costOf(await run()), await costOf(await run())];
  expect(first).toEqual({ graphCalls: 8, resourceUnits: expect.any(Number), storageOperations: 14 });
  expect(second).toEqual(first);
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
    [
      ['info', 'read-again-for-its-count'],
      ['info', 'members-added'],
    ],
  ]);
  const ofMember = (await call('GET', `${one}/runs/${third.id}/log?object=${user(71)}`)).json.items;
  expect(ofMember.map(({ code }: { code: string }) => code)).toContain('member-added');
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
  expect((await runs.over(held.id)).status).toBe('done');
  expect(await effectiveMembers()).toEqual(expected());
});

test('a run is started from a shell and shown to its end, by its exit code too (XA-18)', async () => {
  const lines: string[] = [];
  const shell = async (mode: 'sync' | 'dry-run') => {
    const directory = one.split('/').at(-1) ?? '';
    return await showRun(served, { directory, mode }, { line: (text) => lines.push(text) });
  };
  tenant.addUser(user(72), userProperties(72));
  expect(await shell('sync')).toBe(0);
  expect(lines.join('\n')).toMatch(
    /^Run run_\w+ begins\.\n[\s\S]*usersCreated +1\n[\s\S]*done: \d+ Graph calls, \d+ storage calls/,
  );
  for (let member = 0; member < 12; member++) tenant.delete(user(member + 10));
  expect(await shell('sync')).toBe(3);
  expect(lines.join('\n')).toMatch(/awaiting-approval: [\s\S]*Held: memberships removed: /);
  // What waits is followed, not doubled.
  expect(await shell('sync')).toBe(3);
  const { active } = (await call('GET', one)).json.runs;
  await call('POST', `${one}/runs/${active}:cancel`);
  while ((await call('GET', one)).json.runs.active === active) await pause(50);
  for (let member = 0; member < 12; member++) tenant.restore(user(member + 10));
  expect(await shell('sync')).toBe(0);
  await expect(
    showRun(served, { directory: 'dir_none', mode: 'sync' }, { line: () => undefined }),
  ).rejects.toThrow(/answered 4\d\d/);
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
  const settings = await call('GET', `${one}/sync-settings`);
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

test('an application that Graph does not know any more fails the run by name, and nobody leaves (T09)', async () => {
  const before = (await call('GET', one)).json.counts;
  graph.faults.set({ 'assignments-not-found': { chance: 1, times: 1 } });
  const failed = await run();
  expect([failed.status, failed.failure.code]).toEqual(['failed', 'scope_not_found']);
  const { json } = await call('GET', one);
  expect([json.state, json.counts]).toEqual(['quarantined', before]);
  expect([(await run()).status, (await call('GET', one)).json.counts]).toEqual(['done', before]);
});

test('a deleted directory is gone at once, and another may take its place (C5)', async () => {
  const gone = await call('DELETE', `${one}?confirm=Kette`);
  expect([gone.status, (await call('GET', one)).status]).toEqual([204, 404]);
  expect((await call('POST', directories, { name: 'Kette', kind: 'nested' })).status).toBe(201);
});
