import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { startDueRuns } from '../../../shared/admin/due-runs.ts';
import { takeConsent } from '../../../shared/admin/take-consent.ts';
import { DirectoryId, RunId } from '../../../shared/model/ids.ts';
import { type AdminStack, adminStack, overEmulator, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant, fakeTenantId } from '../../support/sync/fake-tenant.ts';

const otherTenant = 'aaaaaaaa-0000-4000-8000-000000000001';
const clientId = 'cccccccc-0000-4000-8000-000000000001';
const user = (number: number) => `00000000-0000-4000-8000-0000000000${String(number).padStart(2, '0')}`;
const group = (number: number) => `10000000-0000-4000-8000-0000000000${String(number).padStart(2, '0')}`;

/** A ⊃ B ⊃ C with a user in C, who is the only way into A; and one more in A (S2-01). */
function nestedTenant(): FakeTenant {
  const tenant = new FakeTenant(() => 0.5);
  for (const number of [1, 2]) {
    const userPrincipalName = `user${number}@rookery.example`;
    tenant.setUser(user(number), 'live', {
      userPrincipalName,
      mail: userPrincipalName,
      displayName: `User ${number}`,
    });
  }
  for (const number of [1, 2, 3]) tenant.setGroup(group(number), 'live', { displayName: `Group ${number}` });
  tenant.setMember(group(1), group(2), 'group');
  tenant.setMember(group(2), group(3), 'group');
  tenant.setMember(group(3), user(1), 'user');
  tenant.setMember(group(1), user(2), 'user');
  return tenant;
}

interface Bench extends AdminStack {
  readonly organization: string;
  readonly directories: string;
  readonly tenant: FakeTenant;
}

async function bench(learnsTenant: boolean, rows = overMemory()): Promise<Bench> {
  const tenant = nestedTenant();
  const stack = adminStack(rows, { graph: { reader: () => tenant.graph(), learnsTenant, clientId } });
  const organization = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json.id;
  return { ...stack, organization, directories: `/api/v1/orgs/${organization}/directories`, tenant };
}

const create = async (stack: Bench, body: object = {}) =>
  await stack.send(`POST ${stack.directories}`, { body: { name: 'Nested', kind: 'nested', ...body } });

async function confirmed(stack: Bench): Promise<string> {
  const one = `${stack.directories}/${(await create(stack)).json.id}`;
  await stack.send(`POST ${one}:acknowledge`);
  const { json } = await stack.send(`GET ${one}/preview`);
  await stack.send(`POST ${one}:confirm`, { body: { hash: json['hash'] } });
  return one;
}

async function run(stack: Bench, one: string, mode = 'sync') {
  const started = await stack.send(`POST ${one}/runs`, { body: { mode } });
  await stack.nested.work();
  return await stack.send(`GET ${one}/runs/${started.json.id}`);
}

let stack: Bench;
beforeEach(async () => {
  stack = await bench(true);
});

test('the first run needs acknowledgement and confirmation, then every chain of groups is flattened (S2-01, S2-08, S2-10)', async () => {
  const one = `${stack.directories}/${(await create(stack)).json.id}`;
  const early = await stack.send(`POST ${one}/runs`, { body: {} });
  expect([early.status, early.json.reason]).toEqual([409, 'confirmation_required']);
  const preview = (await stack.send(`GET ${one}/preview`)).json;
  expect(preview['tenant']).toEqual({
    tenantId: fakeTenantId,
    displayName: expect.any(String),
    defaultDomain: 'rookery.example',
  });
  const wrong = await stack.send(`POST ${one}:confirm`, { body: { hash: 'other' } });
  expect([wrong.status, wrong.json.reason]).toEqual([409, 'preview_changed']);
  expect((await stack.send(`POST ${one}:confirm`, { body: { hash: preview['hash'] } })).json.state).toBe(
    'enabled',
  );
  const unread = await stack.send(`POST ${one}/runs`, { body: {} });
  expect([unread.status, unread.json.reason]).toEqual([409, 'limitations_not_acknowledged']);
  const acknowledged = (await stack.send(`POST ${one}:acknowledge`)).json['acknowledged'];
  expect(acknowledged).toEqual({ by: expect.stringMatching(/^key:/), at: '2026-11-23T07:00:00.000Z' });
  expect((await run(stack, one)).json).toMatchObject({ status: 'done', phase: 'done' });
  const members = (await stack.send(`GET ${one}/groups/${group(1)}/members`)).json.items;
  expect(members.map(({ id, direct, ...more }) => [id, direct, more['through']])).toEqual([
    [user(1), false, [group(2)]],
    [user(2), true, []],
  ]);
  const groups = (await stack.send(`GET ${one}/users/${user(1)}/groups`)).json.items;
  expect(groups.map(({ id, ...more }) => [id, more['type']])).toEqual([
    [group(1), 'indirect'],
    [group(2), 'indirect'],
    [group(3), 'direct'],
  ]);
  const why = (await stack.send(`GET ${one}/explain?user=${user(1)}&group=${group(1)}`)).json;
  expect([why['member'], why['paths']]).toEqual([true, [[group(1), group(2), group(3)]]]);
  const whyNot = (await stack.send(`GET ${one}/explain?user=${user(2)}&group=${group(2)}`)).json;
  expect([whyNot['member'], whyNot['reason']]).toEqual([
    false,
    'No chain of live groups leads from the group to the user.',
  ]);
  const direct = (await stack.send(`GET ${one}/groups/${group(1)}/members?effective=false`)).json.items;
  expect(direct.map(({ id, ...more }) => [id, more['type']])).toEqual([
    [user(2), 'user'],
    [group(2), 'group'],
  ]);
  const acts = (await stack.send(`GET /api/v1/orgs/${stack.organization}/audit`)).json.items.map(
    (entry) => entry['act'],
  );
  expect(acts).toEqual(
    expect.arrayContaining(['directory.limitations.acknowledged', 'directory.confirmed', 'run.started']),
  );
});

test('direct members are those that Graph lists: the deleted are left out, and come back when they are restored', async () => {
  const one = await confirmed(stack);
  const { headers } = await stack.send(`GET ${one}/sync-settings`);
  await stack.send(`PATCH ${one}/sync-settings`, {
    body: { safeguard: { enabled: false } },
    headers: { 'if-match': headers['etag'] ?? '' },
  });
  for (let number = 10; number < 60; number++) {
    stack.tenant.setUser(user(number), 'live', { userPrincipalName: `user${number}@rookery.example` });
    stack.tenant.setMember(group(1), user(number), 'user');
  }
  stack.tenant.setUser(user(99), 'soft-deleted');
  stack.tenant.setMember(group(1), user(99), 'user');
  await run(stack, one);
  const direct = async () => {
    const ids: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await stack.send(`GET ${one}/groups/${group(1)}/members?effective=false&limit=7${cursor}`);
      ids.push(...page.json.items.map(({ id }) => id));
      if (page.json['nextCursor'] === undefined) return ids;
      cursor = `&cursor=${page.json['nextCursor']}`;
    }
  };
  const all = [user(2), ...Array.from({ length: 50 }, (_, index) => user(10 + index)), group(2)];
  expect(await direct()).toEqual(all);
  for (let number = 10; number < 50; number++) stack.tenant.setUser(user(number), 'soft-deleted');
  stack.tenant.setGroup(group(2), 'soft-deleted');
  await run(stack, one);
  expect(await direct()).toEqual([user(2), ...all.slice(-11, -1)]);
  for (let number = 10; number < 50; number++) stack.tenant.setUser(user(number), 'live');
  stack.tenant.setGroup(group(2), 'live');
  await run(stack, one);
  expect(await direct()).toEqual(all);
});

test('counts are of the last completed run, last and next run are told (XA-13, XA-14)', async () => {
  const one = await confirmed(stack);
  await run(stack, one);
  stack.tenant.setUser(user(3), 'live', { userPrincipalName: 'user3@rookery.example' });
  const before = (await stack.send(`GET ${one}`)).json;
  expect(before['counts']).toEqual({ users: 2, groups: 3, memberships: 4, domains: 1 });
  stack.clock.now += 60_000;
  const started = (await stack.send(`POST ${one}/runs`, { body: {} })).json;
  const during = (await stack.send(`GET ${one}`)).json;
  expect([during.state, during['counts']]).toEqual(['in_progress', before['counts']]);
  const again = await stack.send(`POST ${one}/runs`, { body: {} });
  expect([again.status, again.json.reason, again.json['blockers']]).toEqual([
    409,
    'run_in_progress',
    [{ kind: 'run', id: started.id }],
  ]);
  await stack.nested.work();
  const after = (await stack.send(`GET ${one}`)).json;
  expect([after.state, after['counts']]).toEqual([
    'enabled',
    { users: 3, groups: 3, memberships: 4, domains: 1 },
  ]);
  expect(after['runs']).toMatchObject({
    nextDueAt: '2026-11-23T07:16:00.000Z',
    lastCompleted: { id: started.id },
  });
});

test('a dry run plans what a run does and writes nothing, and does not put off the next run', async () => {
  const one = await confirmed(stack);
  const due = async () => ((await stack.send(`GET ${one}`)).json['runs'] as { nextDueAt: string }).nextDueAt;
  const before = await due();
  const dry = (await run(stack, one, 'dry-run')).json;
  expect(await due()).toBe(before);
  expect((await stack.send(`GET ${one}/groups/${group(1)}/members`)).status).toBe(404);
  expect((await stack.send(`GET ${one}`)).json['counts']).toMatchObject({ users: 0 });
  stack.clock.now += 1000;
  const real = (await run(stack, one)).json;
  expect(dry['plan']).toEqual({ ...(real['plan'] as object), applied: false });
  expect(await due()).toBe('2026-11-23T07:15:01.000Z');
  stack.clock.now += 60_000;
  await run(stack, one, 'dry-run');
  expect(await due()).toBe('2026-11-23T07:15:01.000Z');
});

test('what passes a threshold waits for its own approval, and the next run does not slip past it (XE-19)', async () => {
  const one = await confirmed(stack);
  await run(stack, one);
  const settings = await stack.send(`GET ${one}/sync-settings`);
  const strict = { memberships: { floor: 0, percent: 0 } };
  const changed = await stack.send(`PATCH ${one}/sync-settings`, {
    body: { safeguard: strict },
    headers: { 'if-match': String(settings.headers['etag']) },
  });
  expect([changed.status, changed.headers['etag'], changed.json['safeguard']]).toMatchObject([
    200,
    '"2"',
    { enabled: true, memberships: { floor: 0, percent: 0, absolute: 10_000 } },
  ]);
  stack.tenant.setMember(group(3), user(1), undefined);
  stack.clock.now += 1000;
  const held = (await run(stack, one)).json;
  expect([held['status'], held['settingsVersion'], (await stack.send(`GET ${one}`)).json.state]).toEqual([
    'awaiting-approval',
    2,
    'awaiting_approval',
  ]);
  expect((await stack.send(`POST ${one}/runs`, { body: {} })).json.reason).toBe('run_in_progress');
  const stale = await stack.send(`POST ${one}/runs/${held.id}:approve`, { body: { planHash: 'other' } });
  expect([stale.status, stale.json.reason]).toEqual([412, 'plan_changed']);
  const { hash } = held['plan'] as { hash: string };
  expect((await stack.send(`GET ${one}/groups/${group(1)}/members`)).json.items).toHaveLength(2);
  await stack.send(`POST ${one}/runs/${held.id}:approve`, { body: { planHash: hash } });
  await stack.nested.work();
  expect((await stack.send(`GET ${one}/runs/${held.id}`)).json['status']).toBe('done');
  expect((await stack.send(`GET ${one}/groups/${group(1)}/members`)).json.items.map(({ id }) => id)).toEqual([
    user(2),
  ]);
});

test('settings take an ETag, refuse what does not fit and are kept by the run that began with them (S3-72)', async () => {
  const one = await confirmed(stack);
  const blind = await stack.send(`PATCH ${one}/sync-settings`, { body: { intervalMinutes: 60 } });
  expect(blind.status).toBe(428);
  const headers = { 'if-match': '"1"' };
  const short = await stack.send(`PATCH ${one}/sync-settings`, { body: { intervalMinutes: 3 }, headers });
  expect([short.status, short.json['errors']]).toEqual([
    422,
    [{ pointer: '/intervalMinutes', detail: expect.any(String) }],
  ]);
  const run = (await stack.send(`POST ${one}/runs`, { body: {} })).json;
  await stack.send(`PATCH ${one}/sync-settings`, { body: { guests: 'exclude' }, headers });
  expect(
    (await stack.send(`PATCH ${one}/sync-settings`, { body: { guests: 'include' }, headers })).status,
  ).toBe(412);
  await stack.nested.work();
  expect((await stack.send(`GET ${one}/runs/${run.id}`)).json['settingsVersion']).toBe(1);
  expect((await stack.send(`GET ${one}`)).json['settingsVersion']).toBe(2);
});

test('a setting that may be absent is taken away by null, and all others stay (XA-06, XA-45)', async () => {
  const one = await confirmed(stack);
  const change = async (body: object, etag: string) => {
    const answer = await stack.send(`PATCH ${one}/sync-settings`, { body, headers: { 'if-match': etag } });
    return [answer.status, answer.headers['etag'], answer.json];
  };
  const defaults = (await stack.send(`GET ${one}/sync-settings`)).json;
  const limits = { maxUsers: 100, maxGroups: 10, maxMemberships: 1000 };
  const set = { domains: ['rookery.example'], ...limits };
  expect(await change(set, '"1"')).toEqual([200, '"2"', { ...defaults, ...set }]);
  expect(await change({ domains: null, maxUsers: null }, '"2"')).toEqual([
    200,
    '"3"',
    { ...defaults, maxGroups: 10, maxMemberships: 1000 },
  ]);
  expect((await change({ maxGroups: 0 }, '"3"'))[0]).toBe(422);
});

test('an interval of 0 runs by hand only; a paused directory does not run at all (XA-03)', async () => {
  const one = await confirmed(stack);
  const due = async () =>
    await startDueRuns({ registry: stack.registry, nested: stack.nested, random: stack.random });
  // Whoever has confirmed may look at a dry run first.
  stack.clock.now += 15 * 60_000 - 1;
  expect(await due()).toEqual({ started: 0, woken: 0 });
  stack.clock.now += 1;
  expect(await due()).toEqual({ started: 1, woken: 0 });
  // Fired twice.
  expect(await due()).toEqual({ started: 0, woken: 0 });
  await stack.nested.work();
  stack.clock.now += 14 * 60_000;
  expect(await due()).toEqual({ started: 0, woken: 0 });
  stack.clock.now += 60_000;
  await stack.send(`POST ${one}:pause`);
  expect(await due()).toEqual({ started: 0, woken: 0 });
  expect((await stack.send(`POST ${one}/runs`, { body: {} })).json.code).toBe('paused');
  await stack.send(`POST ${one}:resume`);
  await stack.send(`PATCH ${one}/sync-settings`, {
    body: { intervalMinutes: 0 },
    headers: { 'if-match': '"1"' },
  });
  expect([await due(), (await stack.send(`GET ${one}`)).json.state]).toEqual([
    { started: 0, woken: 0 },
    'disabled',
  ]);
  expect((await run(stack, one)).json['status']).toBe('done');
});

test('a run that Graph asked to wait says until when, and the timer lets it (graph.md §7 rule 7)', async () => {
  const one = await confirmed(stack);
  const { graph } = stack.tenant;
  const fault = { kind: 'throttled', detail: 'later', retryAfterSeconds: 3600 } as const;
  stack.tenant.graph = () => ({
    ...graph.call(stack.tenant),
    usersDelta: async () => ({ kind: 'fault', fault }),
  });
  const { json } = await run(stack, one);
  expect([json.status, json['waitsUntil'], json['waitsFor']]).toEqual([
    'running',
    '2026-11-23T08:00:00.000Z',
    { code: 'graph_throttled', detail: 'later' },
  ]);
  stack.tenant.graph = graph;
  const due = async () =>
    await startDueRuns({ registry: stack.registry, nested: stack.nested, random: stack.random });
  stack.clock.now += 3_600_000;
  expect(await due()).toEqual({ started: 0, woken: 0 });
  stack.clock.now += 600_001;
  expect(await due()).toEqual({ started: 0, woken: 1 });
  await stack.nested.work();
  const after = (await stack.send(`GET ${one}/runs/${json.id}`)).json;
  expect([after['status'], after['waitsUntil']]).toEqual(['done', undefined]);
});

test('a run that Graph does not answer waits for it, and directory and run say so; when Graph is back, it goes on (F3)', async () => {
  const one = await confirmed(stack);
  const { graph } = stack.tenant;
  const fault = { kind: 'transient', detail: 'Graph answered 503' } as const;
  stack.tenant.graph = () => ({
    ...graph.call(stack.tenant),
    groupsDelta: async () => ({ kind: 'fault', fault }),
  });
  stack.clock.now += 15 * 60_000;
  await startDueRuns({ registry: stack.registry, nested: stack.nested, random: stack.random });
  await stack.nested.work();
  const { active } = (await stack.send(`GET ${one}`)).json['runs'] as { active: string };
  const json = { id: active };
  const hints = async () => JSON.stringify((await stack.send(`GET ${one}`)).json.hints);
  const seen = async () => (await stack.send(`GET ${one}/runs/${json.id}`)).json;
  for (let minute = 0; minute < 30; minute++) {
    stack.clock.now += 60_000;
    await stack.nested.work();
  }
  expect(await seen()).toMatchObject({
    status: 'running',
    waitsUntil: expect.any(String),
    waitsFor: { code: 'graph_unavailable', detail: 'Graph answered 503' },
  });
  expect(await hints()).toMatch(/waits_for_graph.*graph_unavailable. Graph answered 503/);
  stack.tenant.graph = graph;
  // A person who orders a run has the one that waits look at once.
  expect((await stack.send(`POST ${one}/runs`, { body: {} })).json.reason).toBe('run_in_progress');
  await stack.nested.work();
  expect([(await seen()).status, await hints()]).toEqual(['done', '[]']);
});

test('what Graph refuses to tell of restored objects is shown as reduced scope', async () => {
  const one = await confirmed(stack);
  await run(stack, one);
  stack.tenant.setUser(user(7), 'live', { userPrincipalName: 'user7@rookery.example' });
  const { graph } = stack.tenant;
  stack.tenant.graph = () => ({
    ...graph.call(stack.tenant),
    groupsOf: async () => ({ kind: 'fault', fault: { kind: 'forbidden', detail: 'no' } }),
  });
  stack.clock.now += 60_000;
  expect((await run(stack, one)).json['status']).toBe('done');
  const hints = (await stack.send(`GET ${one}`)).json['hints'];
  expect(hints).toEqual([{ code: 'reduced_scope', text: expect.stringContaining('1 restored object') }]);
});

test('a run whose message was lost is sent on when it was quiet for two minutes and nobody is at work on it', async () => {
  const one = await confirmed(stack);
  const started = (await stack.send(`POST ${one}/runs`, { body: {} })).json;
  stack.nested.queue.take(() => 0);
  const due = async () =>
    await startDueRuns({ registry: stack.registry, nested: stack.nested, random: stack.random });
  expect(await due()).toEqual({ started: 0, woken: 0 });
  stack.clock.now += 2 * 60_000 + 1;
  const directory = DirectoryId.parse(one.split('/').at(-1));
  const lease = { holder: 'step', now: stack.clock.now, seconds: 90 };
  const fence = await stack.nested.store.acquire(directory, lease);
  expect(await due()).toEqual({ started: 0, woken: 0 });
  stack.clock.now += 90_001;
  expect([fence?.epoch, await due()]).toEqual([expect.any(Number), { started: 0, woken: 1 }]);
  await stack.nested.work();
  expect((await stack.send(`GET ${one}/runs/${started.id}`)).json['status']).toBe('done');
});

test('one user is read now; what moves memberships is left to a run', async () => {
  const one = await confirmed(stack);
  await run(stack, one);
  const sync = async (number: number) =>
    (await stack.send(`POST ${one}/users/${user(number)}:sync`)).json['outcome'];
  expect(await sync(1)).toBe('unchanged');
  stack.tenant.setUser(user(1), 'live', { displayName: 'Renamed' });
  expect(await sync(1)).toBe('updated');
  const members = (await stack.send(`GET ${one}/groups/${group(3)}/members`)).json.items;
  expect(members.map((member) => member['displayName'])).toEqual(['Renamed']);
  stack.tenant.setUser(user(2), 'live', { accountEnabled: false });
  expect([await sync(2), await sync(9)]).toEqual(['needs-run', 'not-found']);
});

test.each([
  ['throttled', 429],
  ['resync-required', 409],
  ['token-dead', 409],
  ['unauthorized', 409],
  ['forbidden', 409],
  ['not-found', 200],
  ['transient', 429],
  ['malformed', 409],
] as const)('one user whom Graph answers %s stays as he is (T09)', async (kind, status) => {
  const one = await confirmed(stack);
  await run(stack, one);
  const of = async () => [
    (await stack.send(`GET ${one}/users/${user(1)}/groups`)).json,
    (await stack.send(`GET ${one}/groups/${group(3)}/members`)).json,
  ];
  const before = await of();
  const { graph } = stack.tenant;
  stack.tenant.graph = () => ({
    ...graph.call(stack.tenant),
    user: async () => ({ kind: 'fault', fault: { kind, detail: 'broken' } }),
  });
  expect((await stack.send(`POST ${one}/users/${user(1)}:sync`)).status).toBe(status);
  expect(await of()).toEqual(before);
});

describe('one way in for each person (C5)', () => {
  test('a second nested directory is refused and the first named, until it is deleted (XA-19)', async () => {
    const first = (await create(stack)).json;
    const second = await create(stack, { name: 'Second' });
    expect([second.status, second.json.reason, second.json['blockers']]).toEqual([
      409,
      'provisioning_mode_exclusive',
      [{ kind: 'directory', id: first.id }],
    ]);
    await stack.send(`DELETE ${stack.directories}/${first.id}?confirm=Nested`);
    expect((await create(stack, { name: 'Second' })).status).toBe(201);
  });

  const pushed = { name: 'Pushed', kind: 'scim', provider: 'entra', tenantId: otherTenant };
  const pulled = { connection: { tenantId: otherTenant } };

  test('a tenant is pushed or read, whichever came first; other tenants and SCIM directories are free', async () => {
    await create(stack, pulled);
    const refused = await stack.send(`POST ${stack.directories}`, { body: pushed });
    expect([refused.status, refused.json.reason]).toEqual([409, 'provisioning_mode_exclusive']);
    const others = [
      { ...pushed, tenantId: fakeTenantId },
      { name: 'Plain', kind: 'scim' },
    ];
    for (const body of others)
      expect((await stack.send(`POST ${stack.directories}`, { body })).status).toBe(201);
    const other = await bench(true);
    for (const name of ['One', 'Two']) {
      expect((await other.send(`POST ${other.directories}`, { body: { ...pushed, name } })).status).toBe(201);
    }
    expect((await create(other, pulled)).json.reason).toBe('provisioning_mode_exclusive');
  });

  test('a tenant that is learned later is checked, too', async () => {
    await stack.send(`POST ${stack.directories}`, { body: { ...pushed, tenantId: fakeTenantId } });
    const one = `${stack.directories}/${(await create(stack)).json.id}`;
    expect((await stack.send(`GET ${one}/preview`)).json.reason).toBe('provisioning_mode_exclusive');
  });

  test.each([
    ['memory', async () => overMemory()],
    ['Table Storage', async () => await overEmulator(`c5${randomBytes(4).toString('hex')}`)],
  ])('of several at once one wins, in %s', async (_, rows) => {
    const raced = await bench(true, await rows());
    const names = ['A', 'B', 'C', 'D'];
    const answers = await Promise.all([
      ...names.map((name) => create(raced, { name, ...pulled })),
      raced.send(`POST ${raced.directories}`, { body: pushed }),
    ]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ json }) => json.reason === 'provisioning_mode_exclusive')).toHaveLength(4);
  });
});

describe('the tenant and its consent', () => {
  let deployed: Bench;
  beforeEach(async () => {
    deployed = await bench(false);
  });
  const created = async () => (await create(deployed, { connection: { tenantId: fakeTenantId } })).json;
  const stateOf = (directory: object) =>
    new URL((directory as { consent: { url: string } }).consent.url).searchParams.get('state') ?? '';
  const comeBack = async (query: Record<string, string>) =>
    await takeConsent(new URLSearchParams(query), deployed.ports);

  test.each([
    'common',
    'organizations',
    'consumers',
    'contoso.com',
    '00000000-0000-0000-0000-000000000000',
    undefined,
  ])('tenant %s is refused (S2-09)', async (tenantId) => {
    const { status, json } = await create(deployed, { connection: { tenantId } });
    expect([status, (json['errors'] as { pointer: string }[])[0]?.pointer]).toEqual([
      422,
      '/connection/tenantId',
    ]);
  });

  test('consent by an administrator of the tenant is taken once (S2-15)', async () => {
    const directory = await created();
    const answer = { state: stateOf(directory), tenant: fakeTenantId, admin_consent: 'True' };
    expect(await comeBack(answer)).toMatchObject({ status: 200, body: { code: 'consented' } });
    expect(await comeBack(answer)).toMatchObject({ status: 400, body: { code: 'consent_link_expired' } });
    const { json } = await deployed.send(`GET ${deployed.directories}/${directory.id}`);
    expect(json['consented']).toEqual({ at: '2026-11-23T07:00:00.000Z' });
    expect(JSON.stringify(json)).not.toContain(answer.state);
  });

  test('an answer of another tenant, a late one and an invented one are refused', async () => {
    const directory = await created();
    const wrong = { state: stateOf(directory), tenant: otherTenant, admin_consent: 'True' };
    expect(await comeBack(wrong)).toMatchObject({ status: 409, body: { code: 'wrong_tenant' } });
    const link = await deployed.send(`POST ${deployed.directories}/${directory.id}:consent-link`);
    deployed.clock.now += 15 * 60_000 + 1;
    const late = { state: stateOf({ consent: link.json }), tenant: fakeTenantId, admin_consent: 'True' };
    expect((await comeBack(late)).status).toBe(400);
    expect((await comeBack({ ...late, state: 'invented' })).status).toBe(400);
    const { json } = await deployed.send(`GET ${deployed.directories}/${directory.id}`);
    expect(json).not.toHaveProperty('consented');
  });

  test('who is no administrator gets a link for one (S2-03)', async () => {
    const directory = await created();
    const { status, body } = await comeBack({ state: stateOf(directory), error: 'access_denied' });
    expect([status, body]).toMatchObject([
      403,
      { code: 'admin_consent_required', consent: { url: expect.any(String) } },
    ]);
  });

  test('a confirmed tenant is not exchanged, and a Graph of another tenant is not read (S2-09)', async () => {
    const other = `${deployed.directories}/${(await create(deployed, { connection: { tenantId: otherTenant } })).json.id}`;
    expect((await deployed.send(`GET ${other}/preview`)).json.reason).toBe('wrong_tenant');
    const one = await confirmed(stack);
    const { headers } = await stack.send(`GET ${one}/connection`);
    const moved = await stack.send(`PATCH ${one}/connection`, {
      body: { tenantId: otherTenant },
      headers: { 'if-match': String(headers['etag']) },
    });
    expect([moved.status, moved.json.reason]).toEqual([409, 'tenant_pinned']);
  });
});

test('previews page and search without writing anything (S2-17)', async () => {
  const one = `${stack.directories}/${(await create(stack)).json.id}`;
  const first = (await stack.send(`GET ${one}/preview/users?limit=1`)).json;
  const second = (await stack.send(`GET ${one}/preview/users?limit=1&cursor=${first.nextCursor}`)).json;
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([user(1), user(2)]);
  const found = (await stack.send(`GET ${one}/preview/groups?search=GROUP%202`)).json;
  expect(found.items.map(({ id }) => id)).toEqual([group(2)]);
  const forged = Buffer.from(
    JSON.stringify({ link: 'https://graph.microsoft.com/v1.0/me/messages', skip: 0 }),
  );
  const refused = await stack.send(`GET ${one}/preview/users?cursor=${forged.toString('base64url')}`);
  expect(refused.json.code).toBe('invalid-cursor');
  const garbled = await stack.send(`GET ${one}/preview/domains?cursor=garbled`);
  expect(garbled.json.code).toBe('invalid-cursor');
  expect((await stack.send(`GET ${one}`)).json['counts']).toMatchObject({ users: 0, groups: 0 });
});

test('a cancelled run leaves everything as it was, and its log is kept and exported (XA-15, S3-71)', async () => {
  const one = await confirmed(stack);
  const started = (await stack.send(`POST ${one}/runs`, { body: {} })).json;
  expect((await stack.send(`POST ${one}/runs/${started.id}:cancel`)).status).toBe(202);
  await stack.nested.work();
  expect((await stack.send(`GET ${one}/runs/${started.id}`)).json['status']).toBe('cancelled');
  const late = await stack.send(`POST ${one}/runs/${started.id}:cancel`);
  expect([late.status, late.json.reason]).toEqual([409, 'run_ended']);
  const entry = {
    key: '4/a',
    at: '2026-11-23T07:00:00.000Z',
    level: 'warning',
    code: 'group-over-limit',
    message: 'm',
  } as const;
  const directory = DirectoryId.parse(one.split('/').at(-1));
  await stack.nested.history.write(directory, RunId.parse(started.id), [entry]);
  expect((await stack.send(`GET ${one}/runs/${started.id}/log?level=warning`)).json.items).toEqual([entry]);
  const exported = await stack.send(`GET ${one}/runs/${started.id}/log:export`);
  expect([exported.headers['content-type'], exported.text]).toEqual([
    'application/x-ndjson',
    `${JSON.stringify(entry)}\n`,
  ]);
  expect((await stack.send(`GET ${one}/runs`)).json.items.map(({ id }) => id)).toEqual([started.id]);
});

test('nothing of a nested directory opens over SCIM, and nothing of a scim one runs', async () => {
  const one = await confirmed(stack);
  expect((await stack.send(`GET ${one}/scim-keys`)).json.reason).toBe('wrong_directory_kind');
  const scim = (await stack.send(`POST ${stack.directories}`, { body: { name: 'S', kind: 'scim' } })).json;
  const refused = await stack.send(`POST ${stack.directories}/${scim.id}/runs`, { body: {} });
  expect([refused.status, refused.json.reason]).toEqual([409, 'wrong_directory_kind']);
});
