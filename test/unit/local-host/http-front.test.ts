import { once } from 'node:events';
import { request as openRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { InvocationResponse, RegisteredFunction } from '../../../tools/local-host/core-module.ts';
import {
  type HttpFront,
  openHttpFront,
  type SenderPatience,
  senderPatience,
} from '../../../tools/local-host/http-front.ts';
import { httpRoutes } from '../../../tools/local-host/http-routes.ts';
import type { Trigger } from '../../../tools/local-host/invocation.ts';

const fronts: HttpFront[] = [];

afterEach(async () => {
  await Promise.all(fronts.splice(0).map((front) => front.close(100)));
});

const everything: RegisteredFunction = {
  name: 'all',
  callback: () => undefined,
  bindings: {
    request: {
      type: 'httpTrigger',
      direction: 'in',
      authLevel: 'anonymous',
      methods: ['GET', 'POST'],
      route: 'it/{*rest}',
    },
  },
};

/** A host in front of a function without `enableHttpStream`, which tells what reached it. */
async function front(
  answer: () => InvocationResponse | Promise<InvocationResponse> = () => ({
    returnValue: { http: { statusCode: '200' } },
  }),
  patience?: SenderPatience,
) {
  const seen: Trigger[] = [];
  const opened = await openHttpFront(0, {
    routes: httpRoutes([everything], ''),
    log: () => undefined,
    invoke: async (_, trigger) => {
      seen.push(trigger);
      return await answer();
    },
    ...(patience && { patience }),
  });
  fronts.push(opened);
  const send = (path: string, options: { headers?: object; method?: string; body?: string } = {}) =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(opened.origin);
      const { method = 'GET', body, headers = {} } = options;
      const outgoing = openRequest({ hostname, port, path, method, headers: { ...headers } }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      });
      outgoing.on('error', reject).end(body);
    });
  return { seen, send, origin: opened.origin };
}

test('§1.3 a body arrives when its length is announced, and is empty when it is chunked', async () => {
  const { seen, send } = await front();
  await send('/it', { method: 'POST', body: 'abc', headers: { 'content-length': '3' } });
  await send('/it', { method: 'POST', body: 'abc', headers: { 'transfer-encoding': 'chunked' } });
  const bodies = seen.map(({ data }) => (data.http?.body?.bytes ?? '').toString());
  expect(bodies).toEqual(['abc', '']);
});

test('§1.3 header names are in lower case, repeated headers are joined by a comma, the URL has scheme and host', async () => {
  const { seen, send } = await front();
  await send('/it/a%2Fb?x=1&X=2', { headers: { 'X-Twice': ['a', 'b'], host: 'rookery.example:8080' } });
  expect(seen[0]?.data.http).toMatchObject({
    method: 'GET',
    url: 'http://rookery.example:8080/it/a%2Fb?x=1&X=2',
    nullableHeaders: { 'x-twice': { value: 'a,b' }, host: { value: 'rookery.example:8080' } },
    nullableParams: { rest: { value: 'a%2Fb' } },
  });
});

test('§1.3 a function that throws gives an empty 500, one that returns nothing an empty 204', async () => {
  const throwing = await front(() => {
    throw new Error('no');
  });
  const silent = await front(() => ({}));
  expect([await throwing.send('/it'), await silent.send('/it')]).toEqual([500, 204]);
});

test.each([
  ['a path without a route', '/other', {}, 404],
  ['a method that is not listed', '/it', { method: 'PUT' }, 404],
  ['a request line above 8 KB', `/it?${'x'.repeat(8_192)}`, {}, 414],
  ['headers above 32 KB', '/it', { headers: { long: 'x'.repeat(33_000) } }, 431],
  [
    'more than 100 headers',
    '/it',
    { headers: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`h${n}`, '1'])) },
    431,
  ],
  [
    'a body that is announced as larger than 100 MiB',
    '/it',
    { method: 'POST', headers: { 'content-length': '104857601' } },
    413,
  ],
  ['a host with a user part', '/it', { headers: { host: 'a@b' } }, 400],
  ['a NUL in the path', '/it/%00', {}, 400],
])('§1.5 %s never reaches a function', async (_, path, options, status) => {
  const { seen, send } = await front();
  expect([await send(path, options).catch(() => status), seen.length]).toEqual([status, 0]);
});

test('§1.4 dot segments are resolved before a route is looked for', async () => {
  const { seen, send } = await front();
  expect([await send('/it/../other'), await send('/x/%2e%2e/it/y')]).toEqual([404, 200]);
  expect(seen[0]?.data.http).toMatchObject({ nullableParams: { rest: { value: 'y' } } });
});

test('half-sent requests are ended, in their head or in their body, and the host says when at the latest (T29)', async () => {
  const patience = { headersTimeout: 200, requestTimeout: 300, connectionsCheckingInterval: 50 };
  const { origin, send } = await front(undefined, patience);
  const { hostname, port } = new URL(origin);
  const ends = Array.from({ length: 20 }, async (_, n) => {
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    await once(socket, 'connect');
    const head = 'POST /it HTTP/1.1\r\nHost: x\r\n';
    socket.write(n % 2 === 0 ? head : `${head}Content-Length: 100\r\n\r\n{"a"`);
    await once(socket.resume(), 'close');
    return 'ended';
  });
  expect(await send('/it')).toBe(200);
  expect(await Promise.all(ends)).toEqual(ends.map(() => 'ended'));
  const { requestTimeout, connectionsCheckingInterval } = senderPatience;
  expect(requestTimeout + connectionsCheckingInterval).toBeLessThan(40_000);
});
