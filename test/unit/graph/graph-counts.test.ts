import { afterEach, expect, test } from '@jest/globals';
import { graphReader } from '../../../shared/graph/graph-reader.ts';
import { GroupId } from '../../../shared/model/ids.ts';
import type { CountQuestion } from '../../../shared/sync/graph-port.ts';
import { type Answer, graphAnswering, json, stopGraphs } from '../../support/answering-graph.ts';

afterEach(stopGraphs);

const group = GroupId.parse('00000000-0000-4000-8000-000000000001');
const questions: readonly CountQuestion[] = [
  { of: 'users' },
  { of: 'groups' },
  { of: 'members', group, type: 'user' },
  { of: 'members', group, type: 'group' },
];

async function counting(...answers: Answer[]) {
  const graph = await graphAnswering(...answers);
  const { serviceUrl, client } = graph;
  const reader = graphReader(client, { serviceUrl, tenantId: '', grantedRoles: async () => undefined });
  return { ...graph, counts: () => reader.counts?.(questions) };
}

const batch = (...responses: unknown[]) => json(200, { responses });
const ok = (id: number, body: unknown) => ({ id: String(id), status: 200, body });

test('counts are asked for in one batch, by type of member, of the index that counts (graph.md §1.5, §1.6)', async () => {
  const bodies: unknown[] = [];
  const { counts, seen } = await counting((request, response) => {
    const parts: string[] = [];
    request.setEncoding('utf8').on('data', (part: string) => parts.push(part));
    request.on('end', () => {
      bodies.push([request.method, JSON.parse(parts.join(''))]);
      batch(ok(0, 12), ok(1, 3), ok(2, 7), ok(3, 0))(request, response);
    });
  });
  expect(await counts()).toEqual({ kind: 'read', value: [12, 3, 7, 0], calls: 1, resourceUnits: 10 });
  const eventual = { method: 'GET', headers: { ConsistencyLevel: 'eventual' } };
  expect(bodies).toEqual([
    [
      'POST',
      {
        requests: [
          { id: '0', url: '/users/$count', ...eventual },
          { id: '1', url: '/groups/$count', ...eventual },
          { id: '2', url: `/groups/${group}/members/microsoft.graph.user/$count`, ...eventual },
          { id: '3', url: `/groups/${group}/members/microsoft.graph.group/$count`, ...eventual },
        ],
      },
    ],
  ]);
  expect(seen).toEqual([{ url: '/v1.0/$batch', authorization: 'Bearer token-1' }]);
});

test('answers come in any order, as numbers or as texts; what is missing, refused or no count is not known (graph.md §6.18)', async () => {
  const base64 = Buffer.from('41').toString('base64');
  const { counts } = await counting(
    batch(ok(3, '\uFEFF5\n'), { id: '1', status: 404, body: { error: { code: 'x' } } }, ok(0, base64)),
    batch(ok(0, -1), ok(1, 1.5), ok(2, 'many'), ok(3, { value: 1 })),
  );
  expect(await counts()).toMatchObject({ kind: 'read', value: [41, undefined, undefined, 5] });
  expect(await counts()).toMatchObject({ value: [undefined, undefined, undefined, undefined] });
});

test('a 429 inside a batch that is itself a 200 holds back all further calls (graph.md §1.6)', async () => {
  const throttled = (headers?: object) => ({ id: '2', status: 429, headers, body: {} });
  const { counts, slept } = await counting(
    batch(ok(0, 1), throttled({ 'retry-after': '7' }), { ...throttled({ 'Retry-After': '3' }), id: '3' }),
    batch(throttled()),
    batch(throttled({ 'Retry-After': '6000' })),
    batch(ok(0, 1)),
  );
  expect(await counts()).toMatchObject({ kind: 'read', value: [1, undefined, undefined, undefined] });
  for (let call = 0; call < 3; call++) await counts();
  expect(slept).toEqual([7_000, 10_000, 60_000]);
});

test('an answer that is no batch is malformed, and a refused batch is a fault', async () => {
  const { counts } = await counting(json(200, { value: [] }), json(400, { error: { code: 'BadRequest' } }));
  const malformed = { kind: 'fault', fault: { kind: 'malformed' }, calls: 1, resourceUnits: 10 };
  expect(await counts()).toMatchObject(malformed);
  expect(await counts()).toMatchObject(malformed);
});

test('a batch is tried twice and no more: nobody waits long for what can be done without', async () => {
  const { counts, seen } = await counting(json(503, {}), json(503, {}), batch(ok(0, 1)));
  expect(await counts()).toMatchObject({ kind: 'fault', fault: { kind: 'transient' } });
  expect(seen).toHaveLength(2);
  expect(await counts()).toMatchObject({ value: [1, undefined, undefined, undefined] });
});
