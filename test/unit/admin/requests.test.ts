import { beforeAll, expect, test } from '@jest/globals';
import { overMemory, withDirectory } from '../../support/admin/stack.ts';

let stack: Awaited<ReturnType<typeof withDirectory>>;
beforeAll(async () => {
  stack = await withDirectory(overMemory());
});

test.each([
  ['PUT', '/api/v1/orgs', 'GET, HEAD, POST'],
  ['OPTIONS', '/api/v1/orgs', 'GET, HEAD, POST'],
  ['DELETE', '/api/v1/orgs', 'GET, HEAD, POST'],
])('%s %s is 405 with Allow', async (method, path, allow) => {
  const { status, headers } = await stack.send(`${method} ${path}`);
  expect([status, headers['allow']]).toEqual([405, allow]);
});

test('a missing address is a problem document, RFC 9457', async () => {
  const answer = await stack.send('GET /api/v1/nothing');
  expect(answer).toMatchObject({ status: 404, headers: { 'content-type': 'application/problem+json' } });
  expect(answer.json).toEqual({
    type: 'urn:rookery:problem:not-found',
    title: 'There is nothing here',
    status: 404,
    detail: 'There is no such address.',
    instance: '/api/v1/nothing',
    code: 'not-found',
    traceId: 'trace',
  });
});

test('a body that is not as described names each fault by its pointer', async () => {
  const body = { name: ' ', kind: 'scim', settings: { usersMax: '5', 'a/b': 1 }, keyExpiresInDays: 366 };
  const { status, json } = await stack.send(`POST ${stack.directories}`, { body });
  expect(status).toBe(422);
  const pointers = (json['errors'] as { pointer: string }[]).map(({ pointer }) => pointer).sort();
  expect(pointers).toEqual(['/keyExpiresInDays', '/name', '/settings/a~1b', '/settings/usersMax']);
  const other = await stack.send(`POST ${stack.directories}`, { body: { name: 'Other', kind: 'other' } });
  expect([other.status, other.json['errors']]).toEqual([
    422,
    [{ pointer: '/kind', detail: expect.any(String) }],
  ]);
});

test.each([
  ['not JSON', '{"name":', {}, 400],
  ['no object', '[]', {}, 422],
  ['null', 'null', {}, 422],
  ['a prototype', '{"name":"x","kind":"scim","__proto__":{"admin":true}}', {}, 422],
  ['a name of 121 characters', { name: 'x'.repeat(121), kind: 'scim' }, {}, 422],
  ['a name with a control character', { name: 'a\u0000b', kind: 'scim' }, {}, 422],
  ['an id of its own', { name: 'x', kind: 'scim', id: 'dir_1' }, {}, 422],
  ['text', '{"name":"x","kind":"scim"}', { 'content-type': 'text/plain' }, 415],
  ['a form', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['an answer as HTML wanted', { name: 'x', kind: 'scim' }, { accept: 'text/html' }, 406],
  [
    'an answer as no JSON wanted',
    { name: 'x', kind: 'scim' },
    { accept: 'application/json;q=0, text/html' },
    406,
  ],
  ['a kind that is not there yet', { name: 'x', kind: 'nested' }, {}, 422],
] as const)('a directory from %s is refused', async (_, body, headers, status) => {
  expect((await stack.send(`POST ${stack.directories}`, { body, headers })).status).toBe(status);
  expect((await stack.send(`GET ${stack.directories}`)).json.items).toHaveLength(1);
  expect(({} as { admin?: unknown }).admin).toBeUndefined();
});

test.each(['limit=0', 'limit=201', 'limit=x', 'cursor=x', 'cursor=djE6Li4v'])(
  '?%s is refused',
  async (query) => {
    expect((await stack.send(`GET ${stack.directories}?${query}`)).status).toBe(400);
  },
);

test('parameters that are not known are ignored', async () => {
  expect((await stack.send(`GET ${stack.directories}?x=1&limit=1`)).status).toBe(200);
});

test('the host of a request is nowhere in its answer (T27)', async () => {
  const { json } = await stack.send(`GET ${stack.one}`, { headers: { host: 'evil.example' } });
  expect(JSON.stringify(json)).not.toContain('evil.example');
  expect(json.scim.baseUrl).toBe(`https://rookery.example/scim/v2/${stack.directory}`);
});

test('a POST that is repeated with its key is done once, and the answer does not show the secret again', async () => {
  const sending = { body: { name: 'Once', kind: 'scim' }, headers: { 'idempotency-key': 'one' } };
  const [first, second] = [
    await stack.send(`POST ${stack.directories}`, sending),
    await stack.send(`POST ${stack.directories}`, sending),
  ];
  expect([first.status, second.status]).toEqual([201, 201]);
  const { key: _, ...scim } = first.json.scim;
  expect(second.json).toEqual({ ...first.json, scim: { ...scim, keyAlreadyShown: true } });
  expect(second.headers).toEqual({ ...first.headers, 'idempotent-replayed': 'true' });
  const other = { ...sending, body: { name: 'Other', kind: 'scim' } };
  expect((await stack.send(`POST ${stack.directories}`, other)).status).toBe(422);
  stack.clock.now += 24 * 3_600_000 + 1;
  expect((await stack.send(`POST ${stack.directories}`, other)).status).toBe(201);
});

test('of ten POSTs at once under one key one is done, the others are told to wait or get its answer', async () => {
  const sending = { body: { overlapMinutes: 0 }, headers: { 'idempotency-key': 'together' } };
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => stack.send(`POST ${stack.one}/scim-key:regenerate`, sending)),
  );
  expect(answers.filter(({ json }) => json.key !== undefined)).toHaveLength(1);
  expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
});

test('a refused POST leaves its key free for a better one', async () => {
  const headers = { 'idempotency-key': 'refused' };
  const post = (name: string) =>
    stack.send(`POST ${stack.directories}`, { body: { name, kind: 'scim' }, headers });
  expect([(await post('Workforce')).status, (await post('Workforce 2')).status]).toEqual([409, 201]);
});
