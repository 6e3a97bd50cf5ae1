import { describe, expect, test } from '@jest/globals';
import type { DirectoryId } from '../../../shared/model/ids.ts';
import { limits } from '../../../shared/model/limits.ts';
import { Refusal } from '../../../shared/model/refusal.ts';
import { isPointRead } from '../../../shared/scim/early-reads.ts';
import { errorBody, errorLine, renderError } from '../../../shared/scim/errors.ts';
import { requestBody } from '../../../shared/scim/request-body.ts';
import { allowOf, assertAllowed, type Route, routeOf } from '../../../shared/scim/routes.ts';
import { type ScimRequest, serveScim } from '../../../shared/scim/serve.ts';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';
import { scimRequest, serviceInProcess } from '../../conformance/scim-http/service-in-process.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { refusalOf } from '../scim/support/refusal-of.ts';

const store = memoryDirectoryStore(realRandomness);
const nowhere = { directoryId: 'dir_00000000000000000000000000000000', authorization: '' };
const get = (path: string, method = 'GET') => scimRequest({ method, path }, nowhere);

describe('the route of a path (RFC 7644 §3.2)', () => {
  test.each<[string, Route]>([
    ['', { kind: 'root' }],
    ['//', { kind: 'root' }],
    ['/users', { kind: 'collection', resource: 'User' }],
    ['/Groups/', { kind: 'collection', resource: 'Group' }],
    ['/GROUPS//a%2Fb%2541/', { kind: 'resource', resource: 'Group', id: 'a/b%41' }],
    ['/Users/.Search', { kind: 'search', resource: 'User' }],
    ['/.SEARCH', { kind: 'search' }],
    ['/bulk', { kind: 'bulk' }],
    ['/Me', { kind: 'me' }],
    ['/me/a/b', { kind: 'me' }],
    ['/ServiceProviderConfig', { kind: 'service-provider-config' }],
    ['/ResourceTypes', { kind: 'resource-types' }],
    ['/resourcetypes/User', { kind: 'resource-types', id: 'User' }],
    ['/Schemas', { kind: 'schemas' }],
    ['/Schemas/urn:x', { kind: 'schemas', id: 'urn:x' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toStrictEqual(route);
  });

  test.each([
    '/nowhere',
    '/Users/1/2',
    '/Schemas/1/2',
    '/ResourceTypes/1/2',
    '/Bulk/1',
    '/.search/1',
    '/ServiceProviderConfig/1',
    '/constructor',
  ])('%s is no endpoint', (path) => {
    expect(refusalOf(() => routeOf(path))).toBe(`not-found: There is no endpoint ${path}.`);
  });

  test('a path that cannot be decoded is refused, with its cause', () => {
    expect(refusalOf(() => routeOf('/Users/%zz'))).toBe(
      'invalid-syntax: The path is not percent-encoded UTF-8.',
    );
    expect(refusalCaught(() => routeOf('/%ff')).cause).toBeInstanceOf(URIError);
  });

  test('a wrong method is told the right ones (RFC 9110 §15.5.6)', () => {
    const route: Route = { kind: 'resource', resource: 'User', id: '1' };
    const allow = 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS';
    const refusal = refusalCaught(() => assertAllowed(route, 'POST'));
    expect([refusal.code, refusal.message, refusal.facts]).toStrictEqual([
      'method-not-allowed',
      `This endpoint takes ${allow}.`,
      { headers: { allow } },
    ]);
    expect(allowOf({ kind: 'bulk' })).toStrictEqual(['POST', 'OPTIONS']);
    for (const method of allow.split(', ')) {
      expect(refusalOf(() => assertAllowed(route, method))).toBe('accepted');
    }
  });
});

function refusalCaught(run: () => unknown): Refusal {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error;
  }
  throw new Error('nothing was refused');
}

describe('reads that may run beside the key check cost a look-up or two (DESIGN §4)', () => {
  test.each<[string, boolean]>([
    ['/Users/1', true],
    ['/Users/1?attributes=groups', true],
    ['/Groups/1', false],
    ['/Groups/1?excludedAttributes=members', true],
    ['/Groups/1?attributes=displayName', true],
    ['/Users?filter=userName+eq+"x"', true],
    ['/Users?filter=title+pr+and+externalId+eq+"x"', true],
    ['/Users?filter=userName+eq+"x"&attributes=groups', false],
    ['/Users?filter=manager+eq+"x"', false],
    ['/Users?filter=title+pr', false],
    ['/Users', false],
    ['/Groups?filter=displayName+eq+"x"', false],
    ['/Groups?filter=displayName+eq+"x"&excludedAttributes=members', true],
    ['/Groups?filter=members+eq+"x"&excludedAttributes=members', false],
    ['/Users/.search', false],
    ['/Schemas/x', false],
    ['/nowhere', false],
    ['/Users/%zz', false],
    ['/Users?filter=(', false],
  ])('%s: %s', (path, isEarly) => {
    expect([isPointRead(get(path)), isPointRead(get(path, 'HEAD'))]).toEqual([isEarly, isEarly]);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is none', (method) => {
    expect(isPointRead(get('/Users/1', method))).toBe(false);
  });

  test('a bug stays a bug', () => {
    const bug = new Error('bug');
    const request: ScimRequest = {
      ...get('/Users/1'),
      get query(): URLSearchParams {
        throw bug;
      },
    };
    expect(() => isPointRead(request)).toThrow(bug);
  });
});

describe('a body is taken by its type (RFC 7644 §3.1)', () => {
  const withHeaders = (headers: Readonly<Record<string, string>>): ScimRequest => ({
    ...get('/Users', 'POST'),
    header: (name) => headers[name],
    body: async (bytesMax) => `[${bytesMax}]`,
  });

  test.each<Readonly<Record<string, string>>>([
    {},
    { 'content-type': '' },
    { 'content-type': 'application/scim+json' },
    { 'content-type': ' Application/JSON ; charset=utf-8', 'content-encoding': ' Identity ' },
    { 'content-type': 'application/json', 'content-encoding': '' },
  ])('%j', async (headers) => {
    expect(await requestBody(withHeaders(headers), 42)).toStrictEqual({ text: '[42]', json: [42] });
  });

  test.each<[Readonly<Record<string, string>>, string]>([
    [{ 'content-type': 'text/plain; a=b' }, 'Content-Type text/plain is not application/scim+json.'],
    [{ 'content-encoding': 'GZIP' }, 'Content-Encoding gzip is not taken.'],
  ])('%j is refused', async (headers, message) => {
    await expect(requestBody(withHeaders(headers), 42)).rejects.toMatchObject({
      code: 'unsupported-media-type',
      message,
    });
  });
});

describe('refusals as answers (RFC 7644 §3.12)', () => {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error'];

  test('with a type where the RFC has one, and a detail that fits a log', () => {
    const typed = new Refusal('uniqueness', 'x'.repeat(1000));
    const untyped = new Refusal('not-found', 'gone');
    expect([errorBody(typed), errorLine(typed).slice(0, 14)]).toStrictEqual([
      { schemas, status: '409', scimType: 'uniqueness', detail: 'x'.repeat(800) },
      'uniqueness: xx',
    ]);
    expect([errorBody(untyped), errorLine(untyped)]).toStrictEqual([
      { schemas, status: '404', detail: 'gone' },
      'gone',
    ]);
  });

  test('with the headers that they owe', () => {
    const type = { 'content-type': 'application/scim+json' };
    const detail = 'd';
    expect(renderError(new Refusal('unauthenticated', detail))).toStrictEqual({
      status: 401,
      headers: { ...type, 'www-authenticate': 'Bearer' },
      body: { schemas, status: '401', detail },
    });
    expect(renderError(new Refusal('busy', detail, { headers: { 'retry-after': '7' } }))).toStrictEqual({
      status: 429,
      headers: { ...type, 'retry-after': '7' },
      body: { schemas, status: '429', detail },
    });
    expect(renderError(new Refusal('not-modified', detail, { headers: { etag: 'W/"1"' } }))).toStrictEqual({
      status: 304,
      headers: { etag: 'W/"1"' },
    });
  });
});

describe('who calls, and what is told of it', () => {
  const refusedAnswer = {
    status: 401,
    headers: { 'content-type': 'application/scim+json', 'www-authenticate': 'Bearer' },
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '401',
      detail: 'The key is missing, wrong or no longer valid for this directory.',
    },
  };

  test('a key that an adapter takes for another directory is a stranger (T03)', async () => {
    const service = serviceInProcess(store);
    const [mine, theirs] = [await service.open(), await service.open()];
    const request = scimRequest({ method: 'GET', path: '/Users' }, theirs);
    const answer = await serveScim(request, {
      ...service.ports,
      authorize: () => service.ports.authorize(mine.directoryId, mine.authorization),
    });
    expect(answer).toStrictEqual(refusedAnswer);
  });

  test('what is no directory id is a stranger, reaches no directory and is not recorded', async () => {
    const service = serviceInProcess(store);
    const mine = await service.open();
    const reached: unknown[] = [];
    const answer = await serveScim(
      { ...scimRequest({ method: 'GET', path: '/Users/1' }, mine), directoryId: 'dir_x' },
      {
        ...service.ports,
        authorize: () => service.ports.authorize(mine.directoryId, mine.authorization),
        directory: (...asked) => {
          reached.push(asked);
          return service.ports.directory(...asked);
        },
      },
    );
    expect([answer, reached, service.exchanges]).toStrictEqual([refusedAnswer, [], []]);
  });

  test('an exchange is recorded with its begin and its duration in milliseconds', async () => {
    const times = [1000, 1250];
    const service = serviceInProcess(store);
    const { directoryId, authorization } = await service.open();
    const request = scimRequest({ method: 'OPTIONS', path: '/Users' }, { directoryId, authorization });
    await serveScim(request, { ...service.ports, now: () => times.shift() ?? Number.NaN });
    expect(service.exchanges).toStrictEqual([
      {
        directoryId: directoryId satisfies DirectoryId,
        at: 1000,
        durationMilliseconds: 250,
        method: 'OPTIONS',
        target: '/Users',
        status: 204,
        probe: false,
      },
    ]);
  });

  test('a body is read up to the bound of its endpoint (T12)', async () => {
    const service = serviceInProcess(store);
    const directory = await service.open();
    const bounds: number[] = [];
    for (const [method, path] of [
      ['POST', '/Users'],
      ['POST', '/.search'],
      ['POST', '/Bulk'],
      ['PATCH', '/Users/1'],
    ] as const) {
      await serveScim(
        {
          ...scimRequest({ method, path }, directory),
          body: async (bytesMax) => {
            bounds.push(bytesMax);
            return '{}';
          },
        },
        service.ports,
      );
    }
    const { bodyBytesMax, bulkBodyBytesMax } = limits;
    expect(bounds).toEqual([bodyBytesMax, bodyBytesMax, bulkBodyBytesMax, bodyBytesMax]);
  });
});
