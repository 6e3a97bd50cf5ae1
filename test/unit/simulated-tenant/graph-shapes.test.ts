import { afterEach, expect, test } from '@jest/globals';
import type { FaultSettings } from '../../../tools/simulated-tenant/graph/faults.ts';
import {
  type SimulatedGraph,
  type SimulatedGraphOptions,
  startSimulatedGraph,
} from '../../../tools/simulated-tenant/graph/simulated-graph.ts';
import { seededRandom } from '../../../tools/simulated-tenant/seeded-random.ts';
import { nameAwkwardly, structuresIn, swapSubtrees } from '../../../tools/simulated-tenant/structures.ts';
import type { Tenant } from '../../../tools/simulated-tenant/tenant.ts';
import { type Entry, PlainGraphReader } from './plain-graph-reader.ts';
import { groupOf, newTenant, userOf } from './small-tenant.ts';

const graphs: SimulatedGraph[] = [];

afterEach(async () => {
  for (const graph of graphs.splice(0)) await graph.stop();
});

const idOf = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-000000000000`;
const [ann, bob, team, parent] = ['a', 'b', 'c', 'd'].map(idOf) as [string, string, string, string];

/** Two users, one of them in a team, the team in a parent group. */
function smallTenant(): Tenant {
  const tenant = newTenant();
  tenant.addUser(ann, userOf('ann', { jobTitle: 'Lead' }));
  tenant.addUser(bob, userOf('bob'));
  tenant.addGroup(team, groupOf('Team'));
  tenant.addGroup(parent, groupOf('Parent'));
  tenant.addMember(team, ann);
  tenant.addMember(parent, team);
  return tenant;
}

async function serve(tenant: Tenant, options: SimulatedGraphOptions = {}): Promise<SimulatedGraph> {
  const graph = await startSimulatedGraph(tenant, { hangMilliseconds: 5, ...options });
  graphs.push(graph);
  return graph;
}

const faulty = (faults: FaultSettings, tenant = smallTenant()) => serve(tenant, { faults });

interface Page {
  readonly value: readonly Entry[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}

async function ask(graph: SimulatedGraph, path: string, headers: Record<string, string> = {}) {
  const url = path.startsWith('http') ? path : `${graph.url}${path}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${graph.token}`, ...headers } });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, page: () => JSON.parse(text) as Page };
}

/** All pages of one round. */
async function round(
  graph: SimulatedGraph,
  start: string,
  headers: Record<string, string> = {},
): Promise<Page[]> {
  const pages: Page[] = [];
  for (let link: string | undefined = start; link !== undefined; ) {
    const page: Page = (await ask(graph, link, headers)).page();
    pages.push(page);
    link = page['@odata.nextLink'];
  }
  return pages;
}

const isCut = (text: string) => text.startsWith('{') && !text.endsWith('}');
const values = (pages: readonly Page[]) => pages.flatMap(({ value }) => value);
const deltaLink = (pages: readonly Page[]) => String(pages.at(-1)?.['@odata.deltaLink']);
const groupsStart = '/groups/delta?$select=id,displayName,members';
const usersStart = '/users/delta?$select=id,displayName,jobTitle';

test('only the bearer token opens it, and what is not below /v1.0 is nothing', async () => {
  const graph = await serve(smallTenant());
  const stranger = await fetch(`${graph.url}/users`, { headers: { authorization: 'Bearer other' } });
  expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringContaining('invalid_token'),
  ]);
  expect((await ask(graph, graph.url.replace('v1.0', 'beta'))).status).toBe(400);
});

test('a page carries a nextLink or a deltaLink, never both, and empty pages and last pages occur (rule 1)', async () => {
  const graph = await faulty({ 'empty-pages': 1, 'empty-last-page': 1 });
  const pages = await round(graph, usersStart);
  const links = pages.map(
    (page) => Number('@odata.nextLink' in page) + 2 * Number('@odata.deltaLink' in page),
  );
  expect(links).toEqual([...links.slice(1).map(() => 1), 2]);
  expect(pages.filter(({ value }) => value.length === 0).length).toBeGreaterThanOrEqual(2);
  expect(pages.at(-1)?.value).toEqual([]);
  expect(values(pages).length).toBe(2);
});

test('users come at most 200 to a page, members at most 500 with the header repeated (rule 2)', async () => {
  const tenant = smallTenant();
  const crowd = structuresIn(tenant, seededRandom(1)).crowd(1_201);
  const graph = await serve(tenant);
  const users = await round(graph, usersStart);
  expect([users.length, Math.max(...users.map(({ value }) => value.length)), values(users).length]).toEqual([
    7, 200, 1_203,
  ]);
  const slices = values(await round(graph, groupsStart)).filter(({ id }) => id === crowd);
  expect(slices.map((slice) => slice['members@delta']?.length)).toEqual([500, 500, 201]);
  expect(new Set(slices.map(({ displayName }) => displayName)).size).toBe(1);
});

test('members of one change are split across rounds and none is lost when a round is read twice (rule 2)', async () => {
  const graph = await faulty({ 'split-across-rounds': 1 });
  const first = await round(graph, groupsStart);
  expect(values(first).flatMap((entry) => entry['members@delta'] ?? [])).toEqual([]);
  graph.faults.set({ 'split-across-rounds': 0 });
  const members = async () =>
    values(await round(graph, deltaLink(first)))
      .flatMap((entry) => entry['members@delta'] ?? [])
      .map(({ id }) => id);
  expect([await members(), await members()]).toEqual([
    [ann, team],
    [ann, team],
  ]);
});

test('the snapshot moves while it is read: a repeated user has its newest values (rule 3)', async () => {
  const tenant = smallTenant();
  const graph = await serve(tenant, {
    faults: { 'repeated-objects': 1 },
    pageSizes: { objects: 2, members: 10 },
  });
  const first = (await ask(graph, usersStart)).page();
  tenant.changeUser(bob, { displayName: 'Bob the second' });
  const second = (await ask(graph, String(first['@odata.nextLink']))).page();
  expect([
    first.value.map(({ id }) => id),
    second.value.map(({ id, displayName }) => [id, displayName]),
  ]).toEqual([
    [ann, ann],
    [
      [bob, 'Bob the second'],
      [bob, 'Bob the second'],
    ],
  ]);
});

test('a group entry may lack members, have an empty list of them, or lack its name (rule 4)', async () => {
  const tenant = smallTenant();
  const lone = structuresIn(tenant, seededRandom(1)).emptyGroups(1)[0];
  const plain = values(await round(await serve(tenant), groupsStart)).find(({ id }) => id === lone);
  expect(plain).toEqual({ id: lone, displayName: 'Empty 1' });
  const entries = values(
    await round(await faulty({ 'empty-members': 1, 'bare-group-entries': 1 }, tenant), groupsStart),
  );
  expect(entries).toEqual([
    { id: team, 'members@delta': [{ '@odata.type': '#microsoft.graph.user', id: ann }] },
    { id: parent, 'members@delta': [{ '@odata.type': '#microsoft.graph.group', id: team }] },
    { id: lone, displayName: 'Empty 1', 'members@delta': [] },
  ]);
});

test('an edge may be told both ways in one round, and old changes may come again (rule 5)', async () => {
  const graph = await faulty({ 'contested-edges': 1, 'replayed-changes': 1 });
  const first = await round(graph, groupsStart);
  const told = values(first).find(({ id }) => id === team)?.['members@delta'] ?? [];
  expect(told.map((member) => [member.id, '@removed' in member]).sort()).toEqual([
    [ann, false],
    [ann, true],
  ]);
  graph.faults.set({ 'contested-edges': 0 });
  expect(
    values(await round(graph, deltaLink(first)))
      .map(({ id }) => id)
      .sort(),
  ).toEqual([team, parent]);
});

test('an initial round may remove what nobody has seen (rule 6)', async () => {
  const graph = await faulty({ 'removed-strangers': 1 });
  const users = values(await round(graph, usersStart)).filter((entry) => '@removed' in entry);
  expect(users.map((entry) => entry['@removed'])).toEqual([{ reason: 'changed' }, { reason: 'deleted' }]);
  const edges = values(await round(graph, groupsStart)).flatMap((entry) => entry['members@delta'] ?? []);
  expect(edges.filter((edge) => '@removed' in edge).map((edge) => edge['@removed'])).toEqual([
    { reason: 'deleted' },
  ]);
});

test('a member may be named a round before it is delivered, or never be (rule 7)', async () => {
  const tenant = smallTenant();
  const device = idOf('e');
  tenant.addOther({ kind: 'device', id: device, displayName: 'Laptop', life: 'live' });
  tenant.addMember(team, device);
  const graph = await faulty({ 'late-objects': 1 }, tenant);
  const first = await round(graph, usersStart);
  const members = values(await round(graph, groupsStart)).find(({ id }) => id === team)?.['members@delta'];
  expect([values(first), members]).toEqual([
    [],
    [
      { '@odata.type': '#microsoft.graph.user', id: ann },
      { '@odata.type': '#microsoft.graph.device', id: device },
    ],
  ]);
  graph.faults.set({ 'late-objects': 0 });
  expect(values(await round(graph, deltaLink(first))).map(({ id }) => id)).toEqual([ann, bob]);
});

test('groups are silent about soft deletes, restores and purges of their members (rule 8)', async () => {
  const tenant = smallTenant();
  const graph = await serve(tenant);
  const links = {
    users: deltaLink(await round(graph, usersStart)),
    groups: deltaLink(await round(graph, groupsStart)),
  };
  const next = async () => {
    const users = await round(graph, links.users);
    const groups = await round(graph, links.groups);
    Object.assign(links, { users: deltaLink(users), groups: deltaLink(groups) });
    return [values(users), values(groups)];
  };
  tenant.delete(ann);
  expect(await next()).toEqual([[{ id: ann, '@removed': { reason: 'changed' } }], []]);
  tenant.restore(ann);
  expect(await next()).toEqual([[{ id: ann, displayName: 'User ann', jobTitle: 'Lead' }], []]);
  tenant.purge(ann);
  expect(await next()).toEqual([[{ id: ann, '@removed': { reason: 'deleted' } }], []]);
});

test('security groups delete softly, mail-enabled ones for good, and parents hear nothing of either (rule 8)', async () => {
  const tenant = smallTenant();
  const list = idOf('f');
  tenant.addGroup(list, groupOf('List', { mailEnabled: true, deletesSoftly: false }));
  tenant.addMember(parent, list);
  const graph = await serve(tenant);
  const first = await round(graph, groupsStart);
  tenant.delete(team);
  tenant.delete(list);
  const second = await round(graph, deltaLink(first));
  expect(values(second)).toEqual([
    { id: team, '@removed': { reason: 'changed' } },
    { id: list, '@removed': { reason: 'deleted' } },
  ]);
  tenant.restore(team);
  expect(values(await round(graph, deltaLink(second)))).toEqual([{ id: team, displayName: 'Team' }]);
});

test('a delta ignores $top, and refuses what it does not support (rule 10)', async () => {
  const graph = await serve(smallTenant());
  const ids = Array.from({ length: 51 }, () => `id eq '${ann}'`).join(' or ');
  const statuses = await Promise.all(
    [
      '/users/delta?$top=1',
      '/users/delta?$expand=manager',
      '/users/delta?$orderby=displayName',
      `/users/delta?$filter=${encodeURIComponent("startswith(displayName,'a')")}`,
      `/users/delta?$filter=${encodeURIComponent(ids)}`,
    ].map(async (path) => (await ask(graph, path)).status),
  );
  expect(statuses).toEqual([200, 400, 400, 400, 400]);
  expect((await ask(graph, '/users/delta?$top=1')).page().value.length).toBe(2);
  const only = await ask(graph, `/users/delta?$filter=${encodeURIComponent(`id eq '${bob}'`)}&$select=id`);
  expect(only.page().value).toEqual([{ id: bob }]);
});

test('a changed $select with an old token still gives the old fields (rule 10)', async () => {
  const tenant = smallTenant();
  const graph = await serve(tenant);
  const link = deltaLink(await round(graph, '/users/delta?$select=jobTitle'));
  tenant.changeUser(ann, { jobTitle: 'Chief', displayName: 'Ann' });
  expect(values(await round(graph, `${link}&$select=displayName`))).toEqual([{ id: ann, jobTitle: 'Chief' }]);
});

test('$deltatoken=latest gives no data, and a lagging replica is behind it (rule 11)', async () => {
  const tenant = smallTenant();
  const graph = await serve(tenant, { laggingReads: 100 });
  const latest = (await ask(graph, `${usersStart}&$deltatoken=latest`)).page();
  tenant.changeUser(bob, { displayName: 'Bob' });
  expect(latest.value).toEqual([]);
  expect(values(await round(graph, String(latest['@odata.deltaLink']))).map(({ id }) => id)).toEqual([bob]);
  graph.faults.set({ 'lagging-lists': 1, 'lagging-deltas': 1 });
  const stale = (await ask(graph, '/users?$select=displayName')).page().value.find(({ id }) => id === bob);
  const none = await round(graph, String(latest['@odata.deltaLink']));
  expect([stale?.['displayName'], values(none)]).toEqual(['User bob', []]);
  graph.faults.set({ 'lagging-lists': 0, 'lagging-deltas': 0 });
  expect(values(await round(graph, deltaLink(none))).map(({ id }) => id)).toEqual([bob]);
});

test('a replica is no further behind than it may be, one generation of changes after the other (rule 11)', async () => {
  let now = 0;
  const tenant = smallTenant();
  const graph = await serve(tenant, { now: () => now, laggingReads: 100, laggingSecondsMax: 60 });
  graph.faults.set({ 'lagging-lists': 1, 'stale-answer': 1 });
  const nameAt = async (seconds: number) => {
    now = seconds * 1000;
    const page = (await ask(graph, `/users?$select=displayName&$top=${100 + seconds}`)).page();
    return page.value.find(({ id }) => id === bob)?.['displayName'];
  };
  tenant.changeUser(bob, { displayName: 'Bob' });
  const early = await nameAt(10);
  tenant.changeUser(bob, { displayName: 'Robert' });
  expect([early, await nameAt(20), await nameAt(60), await nameAt(69), await nameAt(70)]).toEqual([
    'User bob',
    'User bob',
    'Bob',
    'Bob',
    'Robert',
  ]);
  const { text } = await ask(graph, `/users/${bob}`);
  tenant.changeUser(bob, { displayName: 'Rob' });
  graph.faults.set({ 'lagging-lists': 0 });
  now += 60_000;
  expect((await ask(graph, `/users/${bob}`)).text).toBe(text);
  now += 1;
  expect((await ask(graph, `/users/${bob}`)).text).toContain('"Rob"');
});

test('a token dies after seven days, belongs to its tenant and resource, and may be gone at any time (rule 12)', async () => {
  let now = 0;
  const graph = await serve(smallTenant(), { now: () => now });
  const link = deltaLink(await round(graph, usersStart));
  now = 7 * 24 * 3600 * 1000 + 1;
  const code = async (path: string) => {
    const { status, text, headers } = await ask(graph, path);
    return [status, JSON.parse(text).error?.code, headers.get('location')];
  };
  expect(await code(link)).toEqual([400, 'syncStateNotFound', null]);
  now = 0;
  graph.faults.set({ 'gone-with-location': { chance: 1, times: 1 } });
  const start = `${graph.url}/users/delta?$select=id,displayName,jobTitle&$deltatoken=`;
  expect(await code(link)).toEqual([410, 'resyncRequired', start]);
  expect(values(await round(graph, start)).length).toBe(2);
  graph.faults.set({ 'gone-without-location': { chance: 1, times: 1 } });
  expect(await code(link)).toEqual([410, 'resyncRequired', null]);
  expect(await code(link.replace('users', 'groups'))).toEqual([400, 'SyncStateInvalid', null]);
  const other = await serve(Object.assign(smallTenant(), { id: idOf('9') }));
  expect(
    (await ask(graph, deltaLink(await round(other, usersStart)).replace(other.url, graph.url))).status,
  ).toBe(400);
});

test('a page token may die while the old deltaLink still works, and a 410 may come in mid-round (rule 12, 16)', async () => {
  const tenant = smallTenant();
  const graph = await serve(tenant, { pageSizes: { objects: 1, members: 10 } });
  const link = deltaLink(await round(graph, usersStart));
  tenant.changeUser(ann, { jobTitle: 'A' });
  tenant.changeUser(bob, { jobTitle: 'B' });
  const inMidRound = async (fault: FaultSettings) => {
    const { '@odata.nextLink': next } = (await ask(graph, link)).page();
    graph.faults.set(fault);
    const { status, text } = await ask(graph, String(next));
    return [status, JSON.parse(text).error.code];
  };
  expect(await inMidRound({ 'dead-skiptoken': { chance: 1, times: 1 } })).toEqual([
    400,
    'Directory_ExpiredPageToken',
  ]);
  expect(await inMidRound({ 'unknown-skiptoken': { chance: 1, times: 1 } })).toEqual([404, 'UnknownError']);
  expect(await inMidRound({ 'gone-in-mid-round': { chance: 1, times: 1 } })).toEqual([410, 'resyncRequired']);
  expect(values(await round(graph, link)).map(({ jobTitle }) => jobTitle)).toEqual(['A', 'B']);
});

test('a token of more than 8 KB works as it was given and not when it was encoded again (rule 12)', async () => {
  const graph = await faulty({ 'large-tokens': 1 });
  const link = deltaLink(await round(graph, usersStart));
  const token = link.slice(link.indexOf('=') + 1);
  expect([
    token.length > 8_192,
    /[+]/.test(token),
    /[/]/.test(token),
    /%2B/.test(token),
    /[(]/.test(token),
  ]).toEqual(Array(5).fill(true));
  expect((await ask(graph, link)).status).toBe(200);
  expect((await ask(graph, link.replace(token, encodeURIComponent(token)))).status).toBe(400);
  expect((await ask(graph, link.replace(token, decodeURIComponent(token)))).status).toBe(400);
});

test('rounds may be endless, loop, or point at another host (rule 13)', async () => {
  const graph = await serve(smallTenant(), {
    pageSizes: { objects: 1, members: 10 },
    faults: { 'endless-round': 1 },
  });
  const first = (await ask(graph, usersStart)).page();
  const second = (await ask(graph, String(first['@odata.nextLink']))).page();
  expect([second.value, second['@odata.nextLink'] === first['@odata.nextLink']]).toEqual([
    first.value,
    false,
  ]);
  graph.faults.set({ 'endless-round': 0, 'foreign-link': { chance: 1, times: 1 }, 'mixed-case-tokens': 1 });
  const strange = (await ask(graph, usersStart)).page();
  expect(strange['@odata.nextLink']).toMatch(
    /^http:[/][/]graph[.]attacker[.]example[/]v1[.]0[/]users[/]delta[?][$]skipToken=/,
  );
});

test('properties are absent, null or set: never set is absent, cleared is null (rule 14)', async () => {
  const tenant = smallTenant();
  const graph = await serve(tenant);
  const first = await round(graph, usersStart);
  expect(values(first)).toEqual([
    { id: ann, displayName: 'User ann', jobTitle: 'Lead' },
    { id: bob, displayName: 'User bob' },
  ]);
  tenant.changeUser(ann, { jobTitle: null });
  expect(values(await round(graph, deltaLink(first)))).toEqual([
    { id: ann, displayName: 'User ann', jobTitle: null },
  ]);
  expect(values(await round(graph, deltaLink(first), { prefer: 'return=minimal' }))).toEqual([
    { id: ann, jobTitle: null },
  ]);
});

test('names may be half a pair, right to left, long or quoted; ids and sign-in names may change their case (rule 14)', async () => {
  const tenant = smallTenant();
  nameAwkwardly(tenant);
  const graph = await faulty({ 'upper-case-ids': 1 }, tenant);
  const [entry] = values(await round(graph, '/users/delta?$select=userPrincipalName'));
  expect(entry).toEqual({ id: ann.toUpperCase(), userPrincipalName: 'ANN@SMALL.EXAMPLE' });
  const groups = values(await round(graph, groupsStart));
  expect(groups.flatMap((group) => group['members@delta'] ?? []).map(({ id }) => id)).toEqual(
    [ann, team].map((id) => id.toUpperCase()),
  );
  expect(groups.map(({ displayName }) => displayName)).toEqual(['𠮷\u0000', '__proto__']);
});

test('429 comes with Retry-After as seconds, fraction, date, past date, zero, long or not at all (rule 15)', async () => {
  const now = Date.parse('2026-01-02T03:04:05Z');
  const graph = await serve(smallTenant(), { now: () => now });
  const retryAfter = async (fault: FaultSettings) => {
    graph.faults.set(fault);
    const { status, headers } = await ask(graph, '/users');
    return [status, headers.get('retry-after')];
  };
  const once = { chance: 1, times: 1 };
  expect([
    await retryAfter({ 'throttled-seconds': once }),
    await retryAfter({ 'throttled-fraction': once }),
    await retryAfter({ 'throttled-date': once }),
    await retryAfter({ 'throttled-past-date': once }),
    await retryAfter({ 'throttled-zero': once }),
    await retryAfter({ 'throttled-long': once }),
    await retryAfter({ 'throttled-bare': once }),
  ]).toEqual([
    [429, '1'],
    [429, '0.128'],
    [429, 'Fri, 02 Jan 2026 03:04:07 GMT'],
    [429, 'Fri, 02 Jan 2026 03:03:05 GMT'],
    [429, '0'],
    [429, '600'],
    [429, null],
  ]);
});

test('resource units are charged as published, warned about from 0.8 and charged on while throttling (rule 15)', async () => {
  let now = 0;
  const graph = await serve(smallTenant(), { now: () => now, resourceUnitsMax: 20 });
  const units = async (path: string) => {
    const { status, headers } = await ask(graph, path);
    return [status, headers.get('x-ms-resource-unit'), headers.get('x-ms-throttle-limit-percentage')];
  };
  expect([
    await units('/users/delta'),
    await units(`/groups/${team}/members?$select=id`),
    await units('/users?$select=id&$top=10'),
    await units(`/groups/${team}/transitiveMembers`),
    await units('/organization'),
    await units('/users'),
    await units('/users/delta'),
    await units('/users'),
  ]).toEqual([
    [200, '5', null],
    [200, '2', null],
    [200, '1', null],
    [200, '5', null],
    [200, '1', null],
    [200, '2', '0.8'],
    [429, '5', '1.1'],
    [429, '2', '1.1'],
  ]);
  now = 10_001;
  expect(await units('/users')).toEqual([200, '2', null]);
  expect(graph.usage.resourceUnits).toBe(25);
});

test('answers break in every way HTTP knows, and are whole again afterwards (rule 16)', async () => {
  const graph = await serve(smallTenant());
  const broken = async (fault: FaultSettings) => {
    graph.faults.set(fault);
    try {
      const { status, text, headers } = await ask(graph, '/users?$select=id');
      return [
        status,
        headers.get('content-type')?.split(';')[0] ?? null,
        isCut(text) ? 'cut off' : text.slice(0, 8),
      ];
    } catch {
      return 'no answer';
    }
  };
  const once = { chance: 1, times: 1 };
  expect([
    await broken({ 'error-500': once }),
    await broken({ 'error-502': once }),
    await broken({ 'error-503-html': once }),
    await broken({ 'timeout-504': once }),
    await broken({ 'slow-drip': once }),
    await broken({ 'reset-before-body': once }),
    await broken({ 'reset-in-body': once }),
    await broken({ 'truncated-gzip': once }),
    await broken({ 'error-in-200': once }),
    await broken({ 'page-in-400': once }),
    await broken({ 'no-content-type': once }),
    await broken({}),
  ]).toEqual([
    [500, 'application/json', '{"error"'],
    [502, 'text/html', '<html><b'],
    [503, 'text/html', '<html><b'],
    [504, 'text/html', '<html><b'],
    [200, 'application/json', '{"@odata'],
    'no answer',
    'no answer',
    [200, 'application/json', 'cut off'],
    [200, 'application/json', '{"error"'],
    [400, 'application/json', '{"@odata'],
    [200, null, '{"@odata'],
    [200, 'application/json', '{"@odata'],
  ]);
});

test('a token may be refused in mid-round, with a claims challenge, and consent may flap or be gone (rule 17)', async () => {
  const graph = await serve(smallTenant());
  const refusal = async (fault: FaultSettings) => {
    graph.faults.set(fault);
    const { status, headers, text } = await ask(graph, '/users');
    return [
      status,
      /insufficient_claims/.test(String(headers.get('www-authenticate'))),
      JSON.parse(text).error?.code,
    ];
  };
  const once = { chance: 1, times: 1 };
  expect([
    await refusal({ unauthorized: once }),
    await refusal({ 'claims-challenge': once }),
    await refusal({ forbidden: once }),
    await refusal({}),
  ]).toEqual([
    [401, false, 'InvalidAuthenticationToken'],
    [401, true, 'InvalidAuthenticationToken'],
    [403, false, 'Authorization_RequestDenied'],
    [200, false, undefined],
  ]);
  graph.permissions.delete('Domain.Read.All');
  expect([(await ask(graph, '/domains')).status, (await ask(graph, '/users')).status]).toEqual([403, 200]);
});

test('a batch answers in any order, with 429 inside and answers missing, and takes 20 requests (rule 18)', async () => {
  const graph = await serve(smallTenant());
  const batch = async (count: number) => {
    const requests = Array.from({ length: count }, (_, index) => ({
      id: String(index),
      method: 'GET',
      url: index === 0 ? `/users/${idOf('7')}` : '/users?$select=id',
    }));
    const answer = await fetch(`${graph.url}/$batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${graph.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ requests }),
    });
    const { responses = [] } = (await answer.json()) as {
      responses?: { id: string; status: number; headers: Record<string, string> }[];
    };
    return { status: answer.status, responses };
  };
  expect((await batch(3)).responses.map(({ id, status }) => [id, status])).toEqual([
    ['0', 404],
    ['1', 200],
    ['2', 200],
  ]);
  expect((await batch(21)).status).toBe(400);
  graph.faults.set({ 'batch-shuffled': 1, 'batch-throttled-inside': 0.4, 'batch-missing': 0.2 });
  const { status, responses } = await batch(20);
  expect(status).toBe(200);
  expect(responses.length).toBeLessThan(20);
  expect(responses.map(({ id }) => Number(id))).not.toEqual(
    responses.map(({ id }) => Number(id)).sort((a, b) => a - b),
  );
  expect(
    responses.filter((part) => part.status === 429).map(({ headers }) => headers['retry-after']),
  ).toContain('1');
});

test('a proxy may deliver an earlier answer again (rule 19)', async () => {
  const tenant = smallTenant();
  const graph = await serve(tenant);
  const name = async () => (await ask(graph, `/users/${ann}`)).text;
  const before = await name();
  tenant.changeUser(ann, { displayName: 'Ann' });
  graph.faults.set({ 'stale-answer': { chance: 1, times: 1 } });
  expect([await name(), await name()]).toEqual([before, expect.stringContaining('"Ann"')]);
});

test('circles, self-loops, diamonds, chains, crowds and a swapped pair of subtrees are read to the end (rule 20)', async () => {
  const tenant = smallTenant();
  const structures = structuresIn(tenant, seededRandom(20));
  const [first = '', second = ''] = structures.circle(2);
  structures.circle(1);
  structures.circle(50);
  tenant.addMember(second, ann);
  const [top = ''] = structures.diamond(30);
  tenant.addMember(top, first);
  const chain = structures.chain(3_000);
  tenant.addMember(String(chain.at(-1)), bob);
  structures.userInGroups(bob, 500);
  structures.emptyGroups(300);
  structures.root();
  const graph = await serve(tenant, { resourceUnitsMax: 1e9 });
  const reader = new PlainGraphReader(graph);
  await reader.round();
  const sizes = () => [...reader.effective()].map(([id, users]) => [id, users.size]);
  expect(sizes()).toEqual([...graph.oracle()].map(([id, users]) => [id, users.size]));
  swapSubtrees(tenant, [top, first]);
  tenant.removeMember(String(chain[1_500]), String(chain[1_501]));
  await reader.round();
  expect(sizes()).toEqual([...graph.oracle()].map(([id, users]) => [id, users.size]));
  expect(graph.oracle().get(String(chain[0]))?.size).toBe(0);
});

test('hidden members are missing without a word unless the permission is there (rule 21)', async () => {
  const tenant = smallTenant();
  tenant.changeGroup(team, { visibility: 'HiddenMembership' });
  const graph = await serve(tenant, { permissions: ['User.Read.All', 'GroupMember.Read.All'] });
  const seen = async () => [
    values(await round(graph, '/groups/delta?$select=visibility,members')).find(({ id }) => id === team),
    (await ask(graph, `/groups/${team}/members?$select=id`)).page().value,
  ];
  expect(await seen()).toEqual([{ id: team, visibility: 'HiddenMembership' }, []]);
  graph.permissions.add('Member.Read.Hidden');
  const member = { '@odata.type': '#microsoft.graph.user', id: ann };
  expect(await seen()).toEqual([
    { id: team, visibility: 'HiddenMembership', 'members@delta': [member] },
    [member],
  ]);
});

test('service principals show in a delta and in the advanced index, not in a plain list (graph.md §1.5)', async () => {
  const tenant = smallTenant();
  const principal = idOf('e');
  tenant.addOther({ kind: 'servicePrincipal', id: principal, displayName: 'App', life: 'live' });
  tenant.addMember(team, principal);
  const graph = await serve(tenant);
  const ids = (page: Page) => page.value.map(({ id }) => id);
  const eventual = { consistencylevel: 'eventual' };
  const path = `/groups/${team}/members?$select=id`;
  expect([
    ids((await ask(graph, path)).page()),
    ids((await ask(graph, `${path}&$count=true`, eventual)).page()),
  ]).toEqual([[ann], [ann, principal]]);
  const count = await ask(graph, `/groups/${team}/members/microsoft.graph.user/$count?$count=true`, eventual);
  expect([count.text, (await ask(graph, '/users/$count')).status]).toEqual(['1', 400]);
});

test('lists page by $top up to 999 and may hide soft-deleted members (graph.md §1.6)', async () => {
  const tenant = smallTenant();
  const crowd = structuresIn(tenant, seededRandom(3)).crowd(1_500);
  const graph = await serve(tenant);
  const pages = await round(graph, `/groups/${crowd}/members?$select=id&$top=999`);
  expect(pages.map(({ value }) => value.length)).toEqual([999, 501]);
  expect((await ask(graph, '/users?$top=1000')).status).toBe(400);
  tenant.delete(ann);
  const members = async () => (await ask(graph, `/groups/${team}/members`)).page().value.length;
  const shown = await members();
  graph.faults.set({ 'lists-hide-deleted-members': 1 });
  expect([shown, await members(), (await ask(graph, `/users/${ann}`)).status]).toEqual([1, 0, 404]);
});

test('assignments come once per role, linger after a delete, page, and are empty or not found at times (rule 22)', async () => {
  const tenant = smallTenant();
  for (const [index, id] of [ann, bob, team].entries())
    tenant.assign(id, { id: `assignment ${index}`, appRoleId: idOf('8') });
  tenant.delete(bob);
  const graph = await serve(tenant);
  const path = `/servicePrincipals/${tenant.applicationId}/appRoleAssignedTo`;
  const principals = async (query = '') =>
    (await ask(graph, path + query))
      .page()
      .value.map((entry) => [entry['principalType'], entry['principalId']]);
  expect(await principals()).toEqual([
    ['User', ann],
    ['Group', team],
  ]);
  graph.faults.set({ 'assignments-repeated': 1, 'assignments-of-deleted': 1 });
  const pages = await round(graph, `${path}?$top=4`);
  expect(pages.map(({ value }) => value.length)).toEqual([4, 2]);
  expect(values(pages).filter((entry) => entry['principalId'] === bob).length).toBe(2);
  graph.faults.set({ 'assignments-empty': { chance: 1, times: 1 } });
  expect(await principals()).toEqual([]);
  graph.faults.set({ 'assignments-not-found': { chance: 1, times: 1 } });
  expect((await ask(graph, path)).status).toBe(404);
  expect(
    (await ask(graph, `/servicePrincipals(appId='${tenant.applicationId}')/appRoleAssignedTo`)).status,
  ).toBe(200);
});

test('a domain may go while users still carry its suffix (rule 23)', async () => {
  const tenant = smallTenant();
  tenant.setDomain({ id: 'small.example', isVerified: true, isDefault: true, isInitial: false });
  tenant.setDomain({ id: 'small.onmicrosoft.example', isVerified: true, isDefault: false, isInitial: true });
  const graph = await serve(tenant);
  const domains = async () => (await ask(graph, '/domains')).page().value.map(({ id }) => id);
  const [organization] = (await ask(graph, '/organization')).page().value;
  expect(organization).toEqual({
    id: tenant.id,
    displayName: 'Small',
    verifiedDomains: [
      { name: 'small.example', isDefault: true, isInitial: false, type: 'Managed' },
      { name: 'small.onmicrosoft.example', isDefault: false, isInitial: true, type: 'Managed' },
    ],
  });
  expect(await domains()).toEqual(['small.example', 'small.onmicrosoft.example']);
  tenant.removeDomain('small.example');
  expect(await domains()).toEqual(['small.onmicrosoft.example']);
  expect((await ask(graph, `/users/${ann}`)).text).toContain('ann@small.example');
});

test('another process can let the tenant live on and ask for the right answer (rule 24)', async () => {
  const tenant = smallTenant();
  const graph = await serve(tenant);
  const root = graph.url.replace('/v1.0', '');
  const oracle = JSON.parse((await ask(graph, `${root}/simulation/oracle`)).text);
  expect(oracle).toEqual({ [team]: [ann], [parent]: [ann] });
  expect([...graph.oracle({ kind: 'selected', groups: [team] })]).toEqual([[team, new Set([ann])]]);
  expect([...graph.usage.requests]).toEqual([]);
});
