import { beforeEach, expect, test } from '@jest/globals';
import { startDueRuns } from '../../../shared/admin/due-runs.ts';
import { type AdminStack, adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

const user = '00000000-0000-4000-8000-000000000001';
const group = '10000000-0000-4000-8000-000000000001';
const clientId = 'cccccccc-0000-4000-8000-000000000001';

let stack: AdminStack;
let organization: string;
let one: string;
beforeEach(async () => {
  const tenant = new FakeTenant(() => 0.5);
  tenant.setUser(user, 'live', { userPrincipalName: 'ada@rookery.example' });
  tenant.setGroup(group, 'live', { displayName: 'Group' });
  tenant.setMember(group, user, 'user');
  stack = adminStack(overMemory(), { graph: { reader: () => tenant.graph(), learnsTenant: true, clientId } });
  organization = `/api/v1/orgs/${(await stack.send('POST /api/v1/orgs', { body: { name: 'C' } })).json.id}`;
  const created = await stack.send(`POST ${organization}/directories`, {
    body: { name: 'N', kind: 'nested', acknowledgeLimitations: true },
  });
  one = `${organization}/directories/${created.json.id}`;
  const hash = (await stack.send(`GET ${one}/preview`)).json['hash'];
  await stack.send(`POST ${one}:confirm`, { body: { hash } });
});

async function turn(nestedDirectories: boolean): Promise<void> {
  const { headers } = await stack.send(`GET ${organization}`);
  const body = { preview: { nestedDirectories } };
  const changed = await stack.send(`PATCH ${organization}`, {
    body,
    headers: { 'if-match': String(headers['etag']) },
  });
  expect([changed.status, changed.json['preview']]).toEqual([200, body.preview]);
}

const start = async () => (await stack.send(`POST ${one}/runs`, { body: {} })).json;
const due = async () =>
  await startDueRuns({ registry: stack.registry, nested: stack.nested, random: stack.random });

test('turned off, nothing reads a tenant and no run begins; what is there stays; turned on, it goes on (S2-20)', async () => {
  await start();
  await stack.nested.work();
  await turn(false);
  stack.clock.now += 24 * 60 * 60_000;
  expect(await due()).toEqual({ started: 0, woken: 0 });
  const lines = ['/runs', ':probe', ':consent-link', ':confirm', `/users/${user}:sync`];
  const reads = ['/preview', '/preview/users', '/preview/groups', '/preview/domains'];
  const answers = await Promise.all([
    ...lines.map((path) =>
      stack.send(`POST ${one}${path}`, path === ':confirm' ? { body: { hash: 'x' } } : {}),
    ),
    ...reads.map((path) => stack.send(`GET ${one}${path}`)),
    stack.send(`POST ${organization}/directories`, { body: { name: 'M', kind: 'nested' } }),
  ]);
  expect(answers.map(({ status, json }) => [status, json.reason])).toEqual(
    answers.map(() => [409, 'preview_off']),
  );
  const { json } = await stack.send(`GET ${one}`);
  expect([json.state, json.hints.map(({ code }) => code), json['counts']]).toEqual([
    'disabled',
    ['preview_off'],
    { users: 1, groups: 1, memberships: 1, domains: 1 },
  ]);
  expect(json['runs']).not.toHaveProperty('nextDueAt');
  expect((await stack.send(`GET ${one}/groups/${group}/members`)).json.items).toHaveLength(1);
  expect((await stack.send(`GET ${one}/runs`)).json.items).toHaveLength(1);
  const acts = (await stack.send(`GET ${organization}/audit`)).json.items.filter(
    ({ act }) => act === 'organization.changed',
  );
  expect(acts.map(({ facts }) => facts)).toEqual([
    { fields: 'preview.nestedDirectories', 'preview.nestedDirectories': 'false' },
  ]);
  await turn(true);
  expect(await due()).toEqual({ started: 1, woken: 0 });
});

test('a run under way ends cancelled at its next checkpoint, whether the order or the timer stops it (S2-20)', async () => {
  const ordered = await start();
  await turn(false);
  await stack.nested.work();
  expect((await stack.send(`GET ${one}/runs/${ordered.id}`)).json['status']).toBe('cancelled');
  expect((await stack.send(`GET ${one}`)).json['counts']).toMatchObject({ users: 0 });
});

test('a run that slipped past the switch is stopped by the timer (S2-20)', async () => {
  const slipped = await start();
  const id = organization.split('/').at(-1) as never;
  const before = await stack.registry.organization(id);
  if (before === undefined) throw new Error('no organization');
  const draft = { id: '1', at: before.created, actor: 'system', act: 'organization.changed', subject: id };
  await stack.registry.replaceOrganization(
    before,
    { ...before, preview: { nestedDirectories: false }, version: before.version + 1 },
    { ...draft, facts: {} } as never,
  );
  await due();
  await stack.nested.work();
  expect((await stack.send(`GET ${one}/runs/${slipped.id}`)).json['status']).toBe('cancelled');
});
