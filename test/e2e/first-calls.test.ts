import { request as openRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type Answer,
  adminClient,
  answerOf,
  directoriesOf,
  newGroup,
  newUser,
  patch,
  type ScimClient,
  type Served,
  scimClient,
  serve,
} from '../support/served.ts';

let served: Served;
let scim: ScimClient;

beforeAll(async () => {
  served = await serve('--port', '0');
  scim = await scimClient(served, 'First calls');
});
afterAll(() => served?.end());

test('serve says once that it is ready, in one line (DESIGN §3)', () => {
  expect(served.output.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      ready: true,
      origin: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      organizationId: expect.stringMatching(/^org_[0-9a-f]{32}$/),
      adminKey: expect.stringMatching(/^rk_admin_/),
    },
  ]);
});

test('both health checks answer without a key and tell nothing else (DESIGN §3)', async () => {
  for (const path of ['/health/live', '/health/ready']) {
    const answer = await answerOf(await fetch(served.origin + path));
    expect([answer.status, answer.json, answer.headers.get('cache-control')]).toEqual([
      200,
      { status: 'ok' },
      'no-store',
    ]);
  }
});

test('a new directory hands out its base URL and its key, which opens it (DESIGN §3)', async () => {
  expect(scim.baseUrl).toBe(`${served.origin}/scim/v2/${scim.directoryId}`);
  expect((await scim.call('GET', '/Users')).json.totalResults).toBe(0);
});

test('a regenerated key opens the directory and the old one is dead at once (DESIGN §3)', async () => {
  const other = await scimClient(served, 'Regenerated');
  const path = `${directoriesOf(served)}/${other.directoryId}/scim-key:regenerate`;
  const answer = await adminClient(served)('POST', path);
  const { status } = await other.call('GET', '/Users', undefined, {
    authorization: `Bearer ${answer.json.key}`,
  });
  expect([answer.status, status, (await other.call('GET', '/Users')).status]).toEqual([200, 200, 401]);
});

test('a user is created, found, read, changed and deleted over HTTP', async () => {
  const created = await scim.call('POST', '/Users', newUser('Ada@Example.com', { displayName: 'Ada' }));
  const { id } = created.json;
  expect([created.status, created.headers.get('location')]).toEqual([201, `${scim.baseUrl}/Users/${id}`]);
  const found = await scim.call(
    'GET',
    `/Users?filter=${encodeURIComponent('userName eq "ada@example.com"')}`,
  );
  expect(found.json.Resources.map((user: { id: string }) => user.id)).toEqual([id]);
  const changed = await scim.call(
    'PATCH',
    `/Users/${id}`,
    patch({ op: 'Replace', path: 'displayName', value: 'Ada L' }),
  );
  expect([changed.status, changed.json.displayName]).toEqual([200, 'Ada L']);
  const removed = await scim.call('DELETE', `/Users/${id}`);
  const gone = await scim.call('GET', `/Users/${id}`);
  expect([removed.status, removed.text, gone.status, gone.json.status]).toEqual([204, '', 404, '404']);
});

test('a group takes and gives up a member over HTTP', async () => {
  const user = (await scim.call('POST', '/Users', newUser('member@example.com'))).json.id as string;
  const group = (await scim.call('POST', '/Groups', newGroup('Members'))).json.id as string;
  const added = await scim.call(
    'PATCH',
    `/Groups/${group}`,
    patch({ op: 'Add', path: 'members', value: [{ value: user }] }),
  );
  const held = (await scim.call('GET', `/Groups/${group}`)).json.members;
  const removed = await scim.call(
    'PATCH',
    `/Groups/${group}`,
    patch({ op: 'Remove', path: `members[value eq "${user}"]` }),
  );
  const left = (await scim.call('GET', `/Groups/${group}`)).json.members;
  expect([added.status, held.map((it: { value: string }) => it.value), removed.status, left ?? []]).toEqual([
    204,
    [user],
    204,
    [],
  ]);
});

test('a chunked body, as .NET clients stream it, is read (platform §1.3)', async () => {
  const text = JSON.stringify(newUser('chunked@example.com'));
  const answer = await raw('POST', `/scim/v2/${scim.directoryId}/Users`, {
    headers: { ...authorized(), 'transfer-encoding': 'chunked' },
    chunks: [text.slice(0, 10), text.slice(10, 30), text.slice(30)],
  });
  expect([answer.status, JSON.parse(answer.text).userName]).toEqual([201, 'chunked@example.com']);
});

test('HEAD answers as GET does, without a body (RFC 9110 §9.3.2)', async () => {
  const head = await scim.call('HEAD', '/ServiceProviderConfig');
  expect([head.status, head.headers.get('content-type'), head.text]).toEqual([
    200,
    'application/scim+json',
    '',
  ]);
});

test('OPTIONS names the methods, and a wrong method gets 405 with Allow (RFC 9110 §15.5.6)', async () => {
  const options = await scim.call('OPTIONS', '/Users');
  const wrong = await scim.call('DELETE', '/Users');
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
  expect([wrong.status, wrong.headers.get('allow'), wrong.json.status]).toEqual([
    405,
    'GET, HEAD, POST, OPTIONS',
    '405',
  ]);
});

test.each([
  '/Users',
  '/%55sers',
  '/U%73ers',
  '/Users/',
  '//Users',
  '/./Users',
  '/x/../Users',
  '/x/%2e%2e/Users',
  '/Users%2F',
  '/Users%00',
  '/Schemas',
  '/ResourceTypes',
  '/Bulk',
  '/.search',
  '/Me',
  '',
])('no spelling of a path is served without a token: %j (T12)', async (path) => {
  const { status } = await raw('GET', `/scim/v2/${scim.directoryId}${path}`);
  expect([400, 401, 404]).toContain(status);
  const encodedPrefix = await raw('GET', `/%73cim/v2/${scim.directoryId}${path}`);
  expect([400, 401, 404]).toContain(encodedPrefix.status);
});

test('the key of one directory does not open another by any spelling (T12, T03)', async () => {
  const other = await scimClient(served, 'Other');
  const paths = [
    `/scim/v2/${other.directoryId}/Users`,
    `/scim/v2/${scim.directoryId}/%2e%2e/${other.directoryId}/Users`,
  ];
  for (const path of paths) expect((await raw('GET', path, { headers: authorized() })).status).toBe(401);
});

test('a forged Host header never appears in an answer (T27)', async () => {
  for (const host of ['evil.example', 'evil.example:99']) {
    const headers = {
      ...authorized(),
      host,
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
    };
    const answer = await raw('POST', `/scim/v2/${scim.directoryId}/Users`, {
      headers,
      chunks: [JSON.stringify(newUser(`host-${host.length}@example.com`))],
    });
    expect([answer.status, JSON.stringify(answer).includes('evil.example')]).toEqual([201, false]);
  }
});

test('a host that would make another URL is refused before any code runs (T27)', async () => {
  for (const host of ['a@b', 'a/b', 'a b', 'a?b']) {
    expect((await raw('GET', '/health/live', { headers: { host } })).status).toBe(400);
  }
});

test('headers of the platform’s own sign-in open nothing (T17)', async () => {
  const headers = {
    'x-ms-client-principal': Buffer.from('{"userRoles":["admin"]}').toString('base64'),
    'x-ms-client-principal-id': 'x',
  };
  const admin = await raw('GET', `/api/v1/orgs/${served.organizationId}/directories`, { headers });
  const directory = await raw('GET', `/scim/v2/${scim.directoryId}/Users`, { headers });
  expect([admin.status, directory.status]).toEqual([401, 401]);
});

test('a body of 10 MiB without a token is refused at once, with one it is too large (T15, T23)', async () => {
  const chunks = Array.from({ length: 160 }, () => 'x'.repeat(65_536));
  const path = `/scim/v2/${scim.directoryId}/Users`;
  const began = Date.now();
  const open = await raw('POST', path, { headers: { 'content-type': 'application/scim+json' }, chunks });
  const closed = await raw('POST', path, { headers: authorized(), chunks });
  expect([open.status, closed.status, JSON.parse(closed.text).status]).toEqual([401, 413, '413']);
  expect(Date.now() - began).toBeLessThan(3_000);
});

test('a compressed body is refused, whatever it would grow to (T23)', async () => {
  const headers = { ...authorized(), 'content-encoding': 'gzip' };
  expect((await raw('POST', `/scim/v2/${scim.directoryId}/Users`, { headers, chunks: ['x'] })).status).toBe(
    415,
  );
});

const authorized = () => ({ authorization: `Bearer ${scim.key}`, 'content-type': 'application/scim+json' });

/** A request whose path and headers are sent as they are. */
function raw(
  method: string,
  path: string,
  { headers = {}, chunks = [] }: { headers?: Record<string, string>; chunks?: readonly string[] } = {},
): Promise<Pick<Answer, 'status' | 'text'> & { sent: object }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(served.origin);
    const outgoing = openRequest({
      hostname,
      port,
      method,
      path,
      headers,
      setHost: headers['host'] === undefined,
    });
    outgoing.on('response', async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      resolve({ status: response.statusCode ?? 0, text, sent: response.headers });
    });
    outgoing.on('error', reject);
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}
