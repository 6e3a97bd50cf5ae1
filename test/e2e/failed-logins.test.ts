import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { answerOf, type Served, serve } from '../support/served.ts';

let served: Served;

beforeAll(async () => {
  served = await serve('--port', '0');
});
afterAll(() => served?.end());

test('tokens that open nothing are refused as ever, then put off with RateLimit headers, and the admin who was in stays in (T14, T15)', async () => {
  const call = async (key: string) =>
    await answerOf(
      await fetch(`${served.origin}/api/v1/orgs`, { headers: { authorization: `Bearer ${key}` } }),
    );
  expect((await call(served.adminKey)).status).toBe(200);
  const answers = await Promise.all(
    Array.from({ length: 600 }, (_, n) => call(`guessed-key-that-opens-nothing-${n}`)),
  );
  const refused = answers.filter(({ status }) => status === 401);
  const putOff = answers.filter(({ status }) => status === 429);
  expect(refused.length + putOff.length).toBe(600);
  expect(refused.length).toBeGreaterThanOrEqual(300);
  const { headers, json } = putOff[0] ?? (await call('none'));
  expect([
    headers.get('ratelimit-policy'),
    headers.get('ratelimit-remaining'),
    headers.get('retry-after'),
  ]).toEqual(['"failed-logins";q=300;w=30', '0', '1']);
  expect([json.code, json.reason, headers.get('content-type')]).toEqual([
    'busy',
    'too_many_failed_logins',
    'application/problem+json',
  ]);
  expect((await call(served.adminKey)).status).toBe(200);
}, 60_000);
