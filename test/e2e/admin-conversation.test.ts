import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AdminCall, adminClient, directoriesOf, type Served, serve } from '../support/served.ts';

// The admin API as a stranger meets it: what its answers say when something is wrong with a request.

let served: Served;
let directories: string;
let one: string;
let call: AdminCall;
beforeAll(async () => {
  served = await serve('--port', '0', '--memory');
  call = adminClient(served);
  directories = directoriesOf(served);
  const { json } = await call('POST', directories, { name: 'Talk', kind: 'scim' });
  one = `${directories}/${json.id}`;
});
afterAll(() => served?.end());

describe('a problem says what to do (RFC 9457)', () => {
  test('a wrong body names each field and repeats nothing of it', async () => {
    const { status, headers, json } = await call('POST', directories, {
      ...{ name: '', kind: 'scim', colour: 'secret-red' },
      settings: { usersMax: 0 },
    });
    expect([status, headers.get('content-type')]).toEqual([422, 'application/problem+json']);
    expect(json).toEqual({
      ...{ type: 'urn:rookery:problem:invalid-value', title: expect.any(String), status: 422 },
      ...{ detail: expect.any(String), instance: directories, code: 'invalid-value' },
      traceId: expect.stringMatching(/./),
      errors: expect.arrayContaining([
        { pointer: '/name', detail: expect.any(String) },
        { pointer: '/settings/usersMax', detail: expect.any(String) },
        { pointer: '/colour', detail: expect.any(String) },
      ]),
    });
    expect(JSON.stringify(json)).not.toContain('secret-red');
  });

  test.each([
    ['a wrong method', 'PUT', '', {}, undefined, 405, 'method-not-allowed'],
    ['another media type', 'PATCH', '', { 'content-type': 'text/plain', 'if-match': '*' }, 'x', 415, ''],
    ['an answer that is not given', 'GET', '', { accept: 'text/html' }, undefined, 406, ''],
    ['a change without If-Match', 'PATCH', '', {}, { name: 'Other' }, 428, 'precondition-required'],
    ['a change of an old version', 'PATCH', '', { 'if-match': '"99"' }, { name: 'Other' }, 412, ''],
    ['no JSON', 'PATCH', '', { 'if-match': '*' }, '{', 400, 'invalid-syntax'],
    ['a cursor of somebody else', 'GET', '/requests?cursor=abc', {}, undefined, 400, 'invalid-cursor'],
    ['a wrong limit', 'GET', '/requests?limit=0', {}, undefined, 400, 'invalid-syntax'],
    ['what is too large', 'PATCH', '', { 'if-match': '*' }, 'x'.repeat(1_100_000), 413, 'too-large'],
    ['a deletion without its name', 'DELETE', '?confirm=Wrong', {}, undefined, 422, 'invalid-value'],
    ['an unknown id', 'GET', 'x', {}, undefined, 404, 'not-found'],
  ])('%s', async (_, method, path, headers, body, status, code) => {
    const answer = await call(method, one + path, body, headers);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(answer.json).toMatchObject({ status, title: expect.any(String), instance: expect.any(String) });
    if (code !== '') expect(answer.json.code).toBe(code);
    expect(answer.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD, PATCH, DELETE' : null);
  });
});

test('a query parameter that is not known is ignored; HEAD answers as GET without a body', async () => {
  const got = await call('GET', `${one}?colour=red`);
  const head = await call('HEAD', one);
  expect([got.status, head.status, head.headers.get('etag'), head.text]).toEqual([
    200,
    200,
    got.headers.get('etag'),
    '',
  ]);
});

test('an Idempotency-Key does a thing once: repeated, with another body, and at the same time', async () => {
  const headers = { 'idempotency-key': 'once-1' };
  const made = await call('POST', directories, { name: 'Once', kind: 'scim' }, headers);
  const again = await call('POST', directories, { name: 'Once', kind: 'scim' }, headers);
  expect([made.status, again.status, again.json.id, again.headers.get('idempotent-replayed')]).toEqual([
    201,
    201,
    made.json.id,
    'true',
  ]);
  expect([typeof made.json.scim.key, again.json.scim]).toEqual([
    'string',
    { baseUrl: made.json.scim.baseUrl, keyAlreadyShown: true },
  ]);
  const other = await call('POST', directories, { name: 'Other', kind: 'scim' }, headers);
  expect([other.status, other.json.reason]).toEqual([422, 'idempotency_key_reused']);
  const raced = await Promise.all(
    Array.from({ length: 6 }, () =>
      call('POST', directories, { name: 'Raced', kind: 'scim' }, { 'idempotency-key': 'race' }),
    ),
  );
  const ids = raced.filter(({ status }) => status === 201).map(({ json }) => json.id);
  expect([new Set(ids).size, raced.every(({ status }) => status === 201 || status === 409)]).toEqual([
    1,
    true,
  ]);
});
