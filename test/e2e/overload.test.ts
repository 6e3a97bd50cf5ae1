import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newUser, type ScimClient, type Served, scimClient, serve } from '../support/served.ts';

let served: Served;

beforeAll(async () => {
  served = await serve('--port', '0', '--memory');
});
afterAll(() => served?.end());

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const totalOf = async ({ call }: ScimClient) => (await call('GET', '/Users?count=0')).json.totalResults;

test('1,500 creates at once: each is done or told when to come back, another directory is served meanwhile, and nothing is lost or half done (XE-23)', async () => {
  const [noisy, quiet] = [await scimClient(served, 'Noisy'), await scimClient(served, 'Quiet')];
  await Promise.all([totalOf(noisy), totalOf(quiet)]);
  const create = (n: number) => noisy.call('POST', '/Users', newUser(`burst-${n}`));
  const burst = Promise.all(numbers(1500).map(create));
  const others = await Promise.all(
    numbers(10).map((n) => quiet.call('POST', '/Users', newUser(`quiet-${n}`))),
  );
  expect(others.map(({ status }) => status)).toEqual(numbers(10).map(() => 201));
  const answers = await burst;
  const putOff = answers.filter(({ status }) => status === 429);
  const done = answers.filter(({ status }) => status === 201);
  expect([putOff.length + done.length, putOff.length > 0]).toEqual([1500, true]);
  expect(new Set(putOff.map(({ headers }) => headers.get('retry-after')))).toEqual(new Set(['1']));
  expect(await totalOf(noisy)).toBe(done.length);
  let left = numbers(1500).filter((n) => answers[n]?.status === 429);
  for (let round = 0; left.length > 0 && round < 10; round++) {
    const now = left.slice(0, 500);
    const again = await Promise.all(now.map(create));
    left = [...now.filter((_, index) => again[index]?.status === 429), ...left.slice(500)];
  }
  expect([left, await totalOf(noisy)]).toEqual([[], 1500]);
}, 60_000);

test('150 callers with its key that send half a body and stop do not hold their directory up (T29)', async () => {
  const client = await scimClient(served, 'Patient');
  await totalOf(client);
  const sockets = await Promise.all(numbers(150).map(() => halfSent(client)));
  let ended = 0;
  for (const socket of sockets) socket.once('close', () => ended++).resume();
  const answers = await Promise.all(
    numbers(20).map((n) => client.call('POST', '/Users', newUser(`whole-${n}`))),
  );
  expect([answers.every(({ status }) => status === 201), ended]).toEqual([true, 0]);
  for (const socket of sockets) socket.destroy();
  expect(await totalOf(client)).toBe(20);
}, 60_000);

async function halfSent({ baseUrl, key }: ScimClient): Promise<Socket> {
  const { hostname, port, pathname } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const head = [
    `POST ${pathname}/Users HTTP/1.1`,
    'Host: half',
    `Authorization: Bearer ${key}`,
    'Content-Type: application/scim+json',
    'Content-Length: 500',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n{"userName":`);
  return socket;
}
