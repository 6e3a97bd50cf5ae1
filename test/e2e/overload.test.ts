import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
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
  // More than can be open at once, whatever the machine: none is whole before the first are refused.
  const burst = await Promise.all(numbers(1500).map((n) => almostSent(noisy, newUser(`burst-${n}`))));
  await settled(burst);
  const others = await Promise.all(
    numbers(10).map((n) => quiet.call('POST', '/Users', newUser(`quiet-${n}`))),
  );
  expect(others.map(({ status }) => status)).toEqual(numbers(10).map(() => 201));
  const answers = await Promise.all(burst.map(({ finish }) => finish()));
  const putOff = answers.filter(({ status }) => status === 429);
  const done = answers.filter(({ status }) => status === 201);
  expect([putOff.length + done.length, putOff.length > 0]).toEqual([1500, true]);
  expect(new Set(putOff.map(({ retryAfter }) => retryAfter))).toEqual(new Set(['1']));
  expect(await totalOf(noisy)).toBe(done.length);
  let left = numbers(1500).filter((n) => answers[n]?.status === 429);
  for (let round = 0; left.length > 0 && round < 20; round++) {
    const now = left.slice(0, 500);
    const again = await Promise.all(now.map((n) => noisy.call('POST', '/Users', newUser(`burst-${n}`))));
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

async function halfSent(client: ScimClient): Promise<Socket> {
  const socket = await begun(client, 500);
  socket.write('{"userName":');
  return socket;
}

/** A connection with the head of a POST /Users on it. */
async function begun({ baseUrl, key }: ScimClient, length: number): Promise<Socket> {
  const { hostname, port, pathname } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const head = [
    `POST ${pathname}/Users HTTP/1.1`,
    'Host: slow',
    `Authorization: Bearer ${key}`,
    'Content-Type: application/scim+json',
    `Content-Length: ${length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  return socket;
}

interface AlmostSent {
  readonly isAnswered: () => boolean;
  /** Sends what is missing, unless there is an answer already, and waits for the answer. */
  readonly finish: () => Promise<{ readonly status: number; readonly retryAfter: string | undefined }>;
}

/** A request of which only the last byte is missing. */
async function almostSent(client: ScimClient, content: object): Promise<AlmostSent> {
  const body = Buffer.from(JSON.stringify(content));
  const socket = await begun(client, body.length);
  let text = '';
  const answer = new Promise<void>((resolve) => {
    socket.on('data', (part) => {
      text += part;
      if (text.includes('\r\n\r\n')) resolve();
    });
    socket.on('close', () => resolve());
  });
  socket.write(body.subarray(0, -1));
  return {
    isAnswered: () => text !== '',
    finish: async () => {
      if (text === '') socket.write(body.subarray(-1));
      await answer;
      socket.destroy();
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
      return { status, retryAfter: /^retry-after: (.+)$/im.exec(text)?.[1]?.trim() };
    },
  };
}

/** Waits until some are answered, and no more for half a second. */
async function settled(burst: readonly AlmostSent[]): Promise<void> {
  const answered = () => burst.filter(({ isAnswered }) => isAnswered()).length;
  for (let before = 0, now = answered(); now === 0 || now > before; before = now, now = answered()) {
    await pause(500);
  }
}
