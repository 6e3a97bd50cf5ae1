import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../shared/model/json.ts';
import { serveScim } from '../../../shared/scim/serve.ts';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';
import {
  type DirectoryInProcess,
  scimRequest,
  serviceInProcess,
} from '../../conformance/scim-http/service-in-process.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { bodyOf, idOf, listed } from '../directory/answers.ts';

const service = serviceInProcess(memoryDirectoryStore(realRandomness));

/** The results of a Bulk request as they leave the room, fields without a value included. */
async function bulk(directory: DirectoryInProcess, operations: readonly Json[], failOnErrors?: number) {
  const body = { Operations: operations, ...(failOnErrors === undefined ? {} : { failOnErrors }) };
  const request = scimRequest({ method: 'POST', path: '/Bulk', body }, directory);
  const response = await serveScim(request, service.ports);
  return (response.body as { readonly Operations: readonly Json[] }).Operations;
}

const post = (bulkId: string, path: string, data: Json) => ({ method: 'POST', path, bulkId, data });
const user = (bulkId: string, more: { readonly [name: string]: Json } = {}) =>
  post(bulkId, '/Users', { userName: bulkId, ...more });
const group = (bulkId: string, ...members: readonly string[]) =>
  post(bulkId, '/Groups', {
    displayName: bulkId,
    members: members.map((member) => ({ value: `bulkId:${member}` })),
  });
const newUser = async (directory: DirectoryInProcess, userName: string) =>
  idOf(await directory.send({ method: 'POST', path: '/Users', body: { userName } }));

const created = (bulkId: string) => ({
  location: expect.stringMatching(
    /^https:\/\/rookery\.example\/scim\/v2\/dir_\w+\/(Users|Groups)\/[\w-]{36}$/,
  ),
  method: 'POST',
  bulkId,
  version: expect.stringMatching(/^W\/"/),
  status: '201',
});
const failed = (facts: { readonly [name: string]: Json }, status: number, how: readonly string[]) => {
  const [detail, scimType] = how;
  return {
    ...facts,
    status: String(status),
    response: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: String(status),
      ...(scimType === undefined ? {} : { scimType }),
      detail,
    },
  };
};
const missing = (name: string) => [`bulkId ${name} was not created by this request.`];
const userNamesIn = async (directory: DirectoryInProcess) =>
  (await listed(directory, '/Users?sortBy=userName')).Resources.map(
    (it) => (it as { userName?: string }).userName,
  );

describe('the order of a Bulk request', () => {
  test('who names what is to come waits for it, and the next goes first (RFC 7644 §3.7.2)', async () => {
    const directory = await service.open();
    const results = await bulk(
      directory,
      [group('g', 'u'), { method: 'PATCH', path: '/Groups/1', data: {} }, user('u')],
      1,
    );
    expect(results).toStrictEqual([
      failed({ location: `${directory.baseUrl}/Groups/1`, method: 'PATCH' }, 400, [
        expect.any(String) as unknown as string,
        'invalidSyntax',
      ]),
    ]);
    expect(await userNamesIn(directory)).toEqual([]);
  });

  test('a path waits for what it names', async () => {
    const directory = await service.open();
    const results = await bulk(directory, [
      { method: 'DELETE', path: '/Users/bulkId:u?x=y', bulkId: 'd' },
      { method: 'PUT', path: '/Users/bulkId:v', data: { userName: 'w' } },
      user('u'),
      user('v'),
    ]);
    expect(results).toStrictEqual([
      { location: expect.any(String), method: 'DELETE', bulkId: 'd', status: '204' },
      { location: expect.any(String), method: 'PUT', version: 'W/"2"', status: '200' },
      created('u'),
      created('v'),
    ]);
    expect(await userNamesIn(directory)).toEqual(['w']);
  });

  test('in a circle a creation goes first, whatever waits before it (RFC 7644 §3.7.1)', async () => {
    const directory = await service.open();
    const results = await bulk(directory, [
      {
        method: 'PATCH',
        path: '/Groups/bulkId:a',
        data: { Operations: [{ op: 'replace', path: 'externalId', value: 'e' }] },
      },
      post('a', '/Groups/?attributes=id', { displayName: 'a', members: [{ value: 'bulkId:b' }] }),
      group('b', 'a'),
    ]);
    expect(results).toStrictEqual([
      { location: expect.any(String), method: 'PATCH', version: expect.any(String), status: '204' },
      created('a'),
      created('b'),
    ]);
    const { Resources } = await listed(directory, '/Groups?sortBy=displayName');
    const [a, b] = Resources;
    expect(Resources).toEqual([
      expect.objectContaining({ externalId: 'e', members: [expect.objectContaining({ value: b?.id })] }),
      expect.objectContaining({ members: [expect.objectContaining({ value: a?.id })] }),
    ]);
  });

  test('a group that names itself waits for nobody', async () => {
    const directory = await service.open();
    const results = await bulk(directory, [group('g', 'g'), { method: 'DELETE', path: '/Users/1' }], 1);
    expect(results).toStrictEqual([created('g'), expect.objectContaining({ status: '404' })]);
  });

  test('the version of a resource is the one after its completion', async () => {
    const directory = await service.open();
    const results = await bulk(directory, [
      user('a', { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: 'bulkId:b' } }),
      user('b', { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: 'bulkId:a' } }),
    ]);
    expect(results).toStrictEqual([
      { ...created('a'), version: 'W/"2"' },
      { ...created('b'), version: 'W/"1"' },
    ]);
    const { Resources } = await listed(directory, '/Users?sortBy=userName');
    const [a, b] = Resources;
    expect(Resources).toEqual(
      [b, a].map((manager) =>
        expect.objectContaining({
          'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
            manager: { value: manager?.id },
          },
        }),
      ),
    );
  });
});

describe('failures of a Bulk request', () => {
  test('a circle that cannot be closed fails where it is open, and counts', async () => {
    const directory = await service.open();
    await directory.send({ method: 'POST', path: '/Groups', body: { displayName: 'b' } });
    const results = await bulk(directory, [group('a', 'b'), group('b', 'a'), user('c')], 2);
    expect(results).toStrictEqual([
      failed({ method: 'POST', bulkId: 'a' }, 409, missing('b')),
      failed({ method: 'POST', bulkId: 'b' }, 409, [expect.any(String) as unknown as string, 'uniqueness']),
      created('c'),
    ]);
  });

  test('a bulkId that two creations bear is refused for both, and for those who name it', async () => {
    const directory = await service.open();
    const results = await bulk(directory, [
      user('u'),
      post('u', '/Users', { userName: 'v' }),
      group('g', 'u'),
    ]);
    const repeated = failed({ method: 'POST', bulkId: 'u' }, 400, [
      'bulkId u is used more than once.',
      'invalidValue',
    ]);
    expect(results).toStrictEqual([
      repeated,
      repeated,
      failed({ method: 'POST', bulkId: 'g' }, 409, missing('u')),
    ]);
  });

  test('only creations own a bulkId: others may share one, or have none', async () => {
    const directory = await service.open();
    const [ada, bob] = [await newUser(directory, 'ada'), await newUser(directory, 'bob')];
    const results = await bulk(directory, [
      { method: 'DELETE', path: `/Users/${ada}`, bulkId: 'x' },
      { method: 'DELETE', path: `/Users/${bob}`, bulkId: 'x' },
      { method: 'POST', path: '/Users', data: { userName: 'c' } },
      { method: 'POST', path: '/Users', data: { userName: 'd' } },
      user('x'),
    ]);
    const { bulkId: _, ...anonymous } = created('');
    expect(results).toStrictEqual([
      { location: `${directory.baseUrl}/Users/${ada}`, method: 'DELETE', bulkId: 'x', status: '204' },
      { location: `${directory.baseUrl}/Users/${bob}`, method: 'DELETE', bulkId: 'x', status: '204' },
      anonymous,
      anonymous,
      created('x'),
    ]);
  });

  test('a change that failed leaves its name unknown, and does not keep others waiting', async () => {
    const directory = await service.open();
    const results = await bulk(directory, [
      { method: 'PATCH', path: '/Users/bulkId:u', data: { Operations: [] } },
      post('u', '/Users', {}),
      { method: 'DELETE', path: '/Users/bulkId:u' },
    ]);
    const path = `${directory.baseUrl}/Users/bulkId%3Au`;
    expect(results).toStrictEqual([
      failed({ location: path, method: 'PATCH' }, 409, missing('u')),
      failed({ method: 'POST', bulkId: 'u' }, 400, [expect.any(String) as unknown as string, 'invalidValue']),
      failed({ location: path, method: 'DELETE' }, 409, missing('u')),
    ]);
  });

  test.each<[string, Json, { readonly [name: string]: Json }, number, readonly string[]]>([
    [
      'a method that is no write',
      { method: 'GET', path: '/Users/1?x' },
      { location: '/Users/1', method: 'GET' },
      405,
      ['method of an operation is POST, PUT, PATCH or DELETE.'],
    ],
    [
      'a method that the path does not take',
      { method: 'PUT', path: '/Users', data: {} },
      { method: 'PUT' },
      405,
      ['This endpoint takes GET, HEAD, POST, OPTIONS.'],
    ],
    [
      'a path that is no resource',
      { method: 'POST', path: '/Me', data: {} },
      { method: 'POST' },
      400,
      ['path of an operation is /Users, /Groups or a resource below them.', 'invalidPath'],
    ],
    [
      'a path that is nowhere',
      { method: 'POST', path: '/Users/1/2', data: {} },
      { method: 'POST' },
      404,
      ['There is no endpoint /Users/1/2.'],
    ],
    ['nothing at all', {}, { method: '' }, 405, ['method of an operation is POST, PUT, PATCH or DELETE.']],
  ])('%s is refused by itself', async (_, operation, { location, ...facts }, status, how) => {
    const directory = await service.open();
    const at = location === undefined ? {} : { location: `${directory.baseUrl}${String(location)}` };
    expect(await bulk(directory, [operation])).toStrictEqual([failed({ ...at, ...facts }, status, how)]);
  });

  test('a bug or an outage is no answer: it passes whole', async () => {
    const directory = await service.open();
    const outage = new Error('the table is gone');
    const send = (failing: object, operations: readonly Json[]) =>
      serveScim(scimRequest({ method: 'POST', path: '/Bulk', body: { Operations: operations } }, directory), {
        ...service.ports,
        directory: (...asked) => Object.assign(service.ports.directory(...asked), failing),
      });
    const fails = () => Promise.reject(outage);
    await expect(send({ create: fails }, [user('u')])).rejects.toBe(outage);
    await expect(send({ patch: fails }, [group('a', 'b'), group('b', 'a')])).rejects.toBe(outage);
  });

  test('a user that is deleted while a version is named stays when the version is another', async () => {
    const directory = await service.open();
    const ada = await newUser(directory, 'ada');
    const results = await bulk(directory, [{ method: 'DELETE', path: `/Users/${ada}`, version: 'W/"7"' }]);
    expect(results).toStrictEqual([
      failed({ location: `${directory.baseUrl}/Users/${ada}`, method: 'DELETE' }, 412, [
        'The resource is at version W/"1", which If-Match does not name.',
      ]),
    ]);
    expect(await bodyOf(directory, `/Users/${ada}`)).toEqual(expect.objectContaining({ userName: 'ada' }));
  });
});
