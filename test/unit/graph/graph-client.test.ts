import { afterEach, expect, test } from '@jest/globals';
import { GraphFailure } from '../../../shared/graph/graph-failure.ts';
import { type Answer, graphAnswering, json, stopGraphs } from '../../support/answering-graph.ts';

afterEach(stopGraphs);

const failureOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GraphFailure)) throw new Error(`expected a GraphFailure, got ${String(error)}`);
  const { status, code, retryAfterSeconds } = error.facts;
  return { kind: error.kind, status, code, retryAfterSeconds };
};

const page = { value: [{ id: 'a' }] };
const usersDelta = { path: '/users/delta', query: { $select: 'id,displayName' }, resourceUnits: 5 };

test('a first read is built by the client library, a link is followed untouched', async () => {
  const graph = await graphAnswering(json(200, page));
  await expect(graph.client.read(usersDelta)).resolves.toMatchObject({ json: page });
  const link = `${graph.serviceUrl}/users/delta?$skiptoken=a%2Bb/c=(d)&$select=id&x=%20`;
  await expect(graph.client.follow(link, 5)).resolves.toMatchObject({ json: page });
  expect(graph.seen).toEqual([
    { url: '/v1.0/users/delta?$select=id%2CdisplayName', authorization: 'Bearer token-1' },
    { url: '/v1.0/users/delta?$skiptoken=a%2Bb/c=(d)&$select=id&x=%20', authorization: 'Bearer token-2' },
  ]);
});

test.each([
  ['another host', 'http://evil.example/v1.0/users/delta'],
  ['another port', 'http://127.0.0.1:1/v1.0/users/delta'],
  ['https instead of http', 'https://127.0.0.1/v1.0/users/delta'],
  ['credentials in the address', 'http://me:secret@127.0.0.1/v1.0/users'],
  ['no address at all', '/users/delta'],
])('a link to %s is refused and no token leaves (graph.md §6.13)', async (_name, link) => {
  const graph = await graphAnswering(json(200, page));
  expect((await failureOf(graph.client.follow(link, 5))).kind).toBe('foreign-link');
  expect(graph.seen).toEqual([]);
  expect(graph.claims).toEqual([]);
});

test.each([
  ['seconds', '7', 7],
  ['a fraction', '2.128', 2.128],
  ['a date', 'Mon, 23 Nov 2026 12:00:09 GMT', 9],
  ['a date in the past', 'Mon, 23 Nov 2026 11:00:00 GMT', 0],
  ['zero', '0', 0],
])('429 with Retry-After as %s waits so long and asks with a new token', async (_name, header, seconds) => {
  const graph = await graphAnswering(json(429, {}, { 'retry-after': header }), json(200, page));
  await expect(graph.client.read(usersDelta)).resolves.toMatchObject({ json: page });
  expect(graph.slept[0]).toBeGreaterThanOrEqual(seconds * 1000);
  expect(graph.slept[0]).toBeLessThanOrEqual(seconds * 1000 + 1000);
  expect(graph.seen.map((call) => call.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
});

test('429 without Retry-After backs off with jitter', async () => {
  const graph = await graphAnswering(json(429, {}), json(429, {}), json(429, {}), json(200, page));
  await expect(graph.client.read(usersDelta)).resolves.toMatchObject({ json: page });
  expect(graph.slept).toEqual([500, 1000, 2000]);
});

test('a wait that is too long to sleep is handed back with its seconds', async () => {
  const graph = await graphAnswering(
    json(429, { error: { code: 'TooManyRequests' } }, { 'retry-after': '600' }),
  );
  const failure = await failureOf(graph.client.read(usersDelta));
  expect(failure).toMatchObject({ kind: 'throttled', status: 429, code: 'TooManyRequests' });
  expect(failure.retryAfterSeconds).toBeGreaterThanOrEqual(600);
  expect(graph.slept).toEqual([]);
  expect(graph.seen).toHaveLength(1);
});

test('after the last attempt a 429 is still throttled, never an empty page', async () => {
  const graph = await graphAnswering(json(429, {}));
  expect((await failureOf(graph.client.read(usersDelta))).kind).toBe('throttled');
  expect(graph.seen).toHaveLength(4);
});

const broken: [string, Answer][] = [
  ['500', json(500, {})],
  ['502 with an HTML body', (_q, s) => s.writeHead(502, { 'content-type': 'text/html' }).end('<h1>no</h1>')],
  ['503', json(503, {})],
  ['a reset before the answer', (q) => q.socket.destroy()],
  [
    'a reset in mid-body',
    (q, s) => {
      s.writeHead(200, { 'content-length': '1000' }).write('{"value":[');
      setTimeout(() => q.socket.destroy(), 5);
    },
  ],
  ['a truncated body that ends in order', (_q, s) => s.writeHead(200).end('{"value":[')],
  ['an empty 200', (_q, s) => s.writeHead(200).end()],
  ['a 200 with an error object', json(200, { error: { code: 'generalException' } })],
  ['no answer in time', () => undefined],
];

test.each(broken)(
  '%s is tried again, and is transient when it stays (graph.md §6.16)',
  async (_name, answer) => {
    const healed = await graphAnswering(answer, json(200, page));
    await expect(healed.client.read(usersDelta)).resolves.toMatchObject({ json: page });
    const lasting = await graphAnswering(answer);
    expect((await failureOf(lasting.client.read(usersDelta))).kind).toBe('transient');
    expect(lasting.seen).toHaveLength(4);
  },
);

test.each([
  ['410', 410, '', 'resync-required'],
  ['400 syncStateNotFound', 400, 'SyncStateNotFound', 'resync-required'],
  ['403', 403, 'Authorization_RequestDenied', 'forbidden'],
  ['404', 404, 'Request_ResourceNotFound', 'not-found'],
  ['400', 400, 'Request_UnsupportedQuery', 'refused'],
])('%s is told apart and not tried again', async (_name, status, code, kind) => {
  const graph = await graphAnswering(json(status, { error: { code } }));
  expect(await failureOf(graph.client.read(usersDelta))).toEqual({
    kind,
    status,
    code,
    retryAfterSeconds: undefined,
  });
  expect(graph.seen).toHaveLength(1);
});

test.each(['Bearer token-1', `eyJ${'a'.repeat(70)}.b.c`, 'see https://evil.example', '\u001b[2J'])(
  'a code that is no word, as %j, is not repeated to whoever reads the failure',
  async (code) => {
    const graph = await graphAnswering(json(400, { error: { code } }));
    await expect(graph.client.read(usersDelta)).rejects.toMatchObject({
      message: 'Graph answered 400',
      facts: { code: '' },
    });
  },
);

test('who fails after a long time is asked again by the run, and not while a step of it waits', async () => {
  const graph = await graphAnswering((request, response) => {
    graph.pass(graph.seen.length === 1 ? 29_000 : 30_000);
    json(504, {})(request, response);
  });
  expect((await failureOf(graph.client.read(usersDelta))).kind).toBe('transient');
  expect(graph.seen).toHaveLength(2);
});

test('a claims challenge is answered with a token for those claims; 401 that stays is unauthorized', async () => {
  const claims = '{"access_token":{"nbf":{"essential":true}}}';
  const challenge = { 'www-authenticate': `Bearer error="insufficient_claims", claims="${btoa(claims)}"` };
  const graph = await graphAnswering(json(401, {}, challenge), json(200, page));
  await expect(graph.client.read(usersDelta)).resolves.toMatchObject({ json: page });
  expect(graph.claims).toEqual([undefined, claims]);
  const revoked = await graphAnswering(json(401, {}));
  expect((await failureOf(revoked.client.read(usersDelta))).kind).toBe('unauthorized');
});

test('a body beyond the limit is malformed', async () => {
  const graph = await graphAnswering(json(200, { value: ['x'.repeat(20_000)] }));
  expect((await failureOf(graph.client.read(usersDelta))).kind).toBe('malformed');
});

test('every attempt counts, with what the service says it cost, or with what such a call costs', async () => {
  const told = { 'x-ms-resource-unit': '3' };
  const reset: Answer = (request) => request.socket.destroy();
  const graph = await graphAnswering(json(503, {}), reset, json(401, {}, told), json(200, page, told));
  const spent = { calls: 4, resourceUnits: 5 + 5 + 3 + 3 };
  await expect(graph.client.read(usersDelta)).resolves.toEqual({ json: page, ...spent });
});

test.each([
  ['is throttled to the end', json(429, {}), { calls: 4, resourceUnits: 20 }],
  [
    'is unauthorized to the end',
    json(401, {}, { 'x-ms-resource-unit': '1' }),
    { calls: 4, resourceUnits: 4 },
  ],
  ['is to come back later', json(429, {}, { 'retry-after': '600' }), { calls: 1, resourceUnits: 5 }],
  ['is refused', json(403, {}), { calls: 1, resourceUnits: 5 }],
])('a call that %s says what it took all the same', async (_name, answer, spent) => {
  const graph = await graphAnswering(answer);
  const error: unknown = await graph.client.read(usersDelta).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'GraphFailure', facts: { spent } });
  expect(graph.seen).toHaveLength(spent.calls);
});

test('a call that has no token is none, and takes nothing of the budget', async () => {
  const graph = await graphAnswering(json(200, page));
  graph.tokenFails(new GraphFailure('unauthorized', 'no token'));
  for (let call = 0; call < 300; call++) {
    const error: unknown = await graph.client.read(usersDelta).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'unauthorized', facts: { spent: { calls: 0, resourceUnits: 0 } } });
  }
  graph.tokenFails(undefined);
  await expect(graph.client.read(usersDelta)).resolves.toMatchObject({ calls: 1 });
  expect(graph.slept).toEqual([]);
});

test('a redirect is not followed, so that the token stays with the configured host', async () => {
  const graph = await graphAnswering((_q, s) => s.writeHead(302, { location: 'http://evil.example/' }).end());
  expect((await failureOf(graph.client.read(usersDelta))).kind).toBe('transient');
});

test.each([
  ['nothing of its limits', undefined, 500],
  ['that 79 % of the limit is used', '0.79', 500],
  ['that all of the limit is used', '1.0', 1500],
  ['that more than the limit is used', '1.8', 5500],
  ['what is no number', 'much', 500],
])('an answer that says %s is heeded before there is a 429 (graph.md §1.7)', async (_name, share, waited) => {
  const headers: Record<string, string> =
    share === undefined ? {} : { 'x-ms-throttle-limit-percentage': share };
  const graph = await graphAnswering(json(200, page, headers));
  const dear = { path: '/users', resourceUnits: 500 };
  await graph.client.read(dear);
  await graph.client.read(dear);
  expect(graph.slept).toEqual([]);
  await graph.client.read(dear);
  expect(graph.slept).toEqual([waited]);
});

test('the pace is as before when an answer says that there is room again', async () => {
  const told = (share: string) => json(200, page, { 'x-ms-throttle-limit-percentage': share });
  const graph = await graphAnswering(told('1.0'), told('0.5'), told('0.5'));
  const dear = { path: '/users', resourceUnits: 500 };
  for (let call = 0; call < 3; call++) await graph.client.read(dear);
  expect(graph.slept).toEqual([500]);
});

test('a debt of resource units that would be slept off for long is handed back like a long Retry-After', async () => {
  const dear = { 'x-ms-resource-unit': '1000', 'x-ms-throttle-limit-percentage': '1e15' };
  const graph = await graphAnswering(...Array.from({ length: 9 }, () => json(200, page, dear)));
  await Promise.all(Array.from({ length: 8 }, () => graph.client.read(usersDelta)));
  const failure = await failureOf(graph.client.read(usersDelta));
  expect([failure.kind, Math.round(failure.retryAfterSeconds ?? 0), graph.slept]).toEqual([
    'throttled',
    77,
    [],
  ]);
});
