import { afterEach, expect, test } from '@jest/globals';
import {
  type SimulatedGraph,
  type SimulatedGraphOptions,
  startSimulatedGraph,
} from '../../../tools/simulated-tenant/graph/simulated-graph.ts';
import type { Tenant } from '../../../tools/simulated-tenant/tenant.ts';
import { PlainGraphReader } from './plain-graph-reader.ts';
import { groupOf, newTenant, userOf } from './small-tenant.ts';

let graph: SimulatedGraph | undefined;

afterEach(() => graph?.stop());

const idOf = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-000000000000`;
const [ann, bob, team, parent] = ['a', 'b', 'c', 'd'].map(idOf) as [string, string, string, string];

/** A team of two users, a device and a service principal, in a parent group. */
function smallTenant(): Tenant {
  const tenant = newTenant();
  tenant.addUser(ann, userOf('ann'));
  tenant.addUser(bob, userOf('bob'));
  tenant.addGroup(team, groupOf('Team'));
  tenant.addGroup(parent, groupOf('Parent'));
  tenant.addOther({ kind: 'device', id: idOf('e'), displayName: 'Phone', life: 'live' });
  tenant.addOther({ kind: 'servicePrincipal', id: idOf('f'), displayName: 'App', life: 'live' });
  for (const member of [ann, bob, idOf('e'), idOf('f')]) tenant.addMember(team, member);
  tenant.addMember(parent, team);
  return tenant;
}

async function serve(tenant: Tenant, options: SimulatedGraphOptions = {}): Promise<SimulatedGraph> {
  graph = await startSimulatedGraph(tenant, options);
  return graph;
}

async function counted({ url, token }: SimulatedGraph, path: string, level = 'eventual') {
  const headers = { authorization: `Bearer ${token}`, consistencylevel: level };
  const answer = await fetch(`${url}${path}`, { headers });
  return answer.ok ? [answer.headers.get('content-type'), await answer.text()] : answer.status;
}

test('counts are bare numbers of the advanced index, which its header alone asks for (graph.md §1.5, §1.6)', async () => {
  const tenant = smallTenant();
  const served = await serve(tenant);
  const members = `/groups/${team}/members`;
  const paths = [
    '/users',
    '/groups',
    members,
    `${members}/microsoft.graph.user`,
    `/groups/${parent}/members`,
  ];
  const counts = () => Promise.all(paths.map((path) => counted(served, `${path}/$count`)));
  expect(await counts()).toEqual(['2', '2', '4', '2', '1'].map((count) => ['text/plain', count]));
  tenant.delete(ann);
  expect((await counts()).map((answer) => (Array.isArray(answer) ? answer[1] : answer))).toEqual([
    '1',
    '2',
    '4',
    '2',
    '1',
  ]);
  served.faults.set({ 'lists-hide-deleted-members': 1 });
  expect(await counted(served, `${members}/microsoft.graph.user/$count`)).toEqual(['text/plain', '1']);
  expect(await counted(served, '/users/$count', 'session')).toBe(400);
});

test('the index that counts may lag behind the lists (graph.md §1.6)', async () => {
  const tenant = smallTenant();
  const served = await serve(tenant, { faults: { 'lagging-counts': 1 }, laggingReads: 1 });
  tenant.removeMember(team, bob);
  const count = async () =>
    (await counted(served, `/groups/${team}/members/microsoft.graph.user/$count`)) as string[];
  const first = (await count())[1];
  const counts: (string | undefined)[] = [];
  for (let reads = 0; reads < 4; reads++) counts.push((await count())[1]);
  expect([first, counts.at(-1)]).toEqual(['2', '1']);
});

test('a lost change is in no delta, and in every list', async () => {
  const tenant = smallTenant();
  const served = await serve(tenant);
  const reader = new PlainGraphReader(served);
  await reader.round();
  served.faults.set({ 'lost-change': { chance: 1, times: 1 } });
  tenant.removeMember(team, bob);
  for (let round = 0; round < 3; round++) await reader.round();
  const sizes = (of: ReadonlyMap<string, ReadonlySet<string>>) => [of.get(team)?.size, of.get(parent)?.size];
  expect([sizes(reader.effective()), sizes(served.oracle())]).toEqual([
    [2, 2],
    [1, 1],
  ]);
});
