import { HttpRequest, InvocationContext } from '@azure/functions';
import { afterEach, expect, test } from '@jest/globals';
import { answering } from '../../../functions/answering.ts';
import { currentCall, knowItsCall } from '../../../functions/current-call.ts';
import { fetchFromGraph } from '../../../functions/graph-calls.ts';
import { writeLogsFrom } from '../../../functions/log-level.ts';
import { writeLine } from '../../../functions/log-line.ts';

const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const directory = `dir_${'a'.repeat(32)}`;
const realFetch = globalThis.fetch;

afterEach(() => {
  writeLogsFrom('information');
  globalThis.fetch = realFetch;
});

function call() {
  const lines: [string, unknown][] = [];
  const context = new InvocationContext({
    invocationId: 'call-1',
    functionName: 'scim',
    logHandler: (level, line) => void lines.push([level, JSON.parse(String(line))]),
    traceContext: { traceParent },
  });
  return { context, lines };
}

const about = { function: 'scim', invocationId: 'call-1', traceId: '0af7651916cd43dd8448eb211c80319c' };

test('a line is one JSON object with its event, call and trace, and LOG_LEVEL keeps the less important ones back', () => {
  const { context, lines } = call();
  for (const level of ['error', 'warning', 'information', 'debug'] as const)
    writeLine(context, level, { event: `e-${level}`, n: 1 });
  expect(lines).toEqual([
    ['error', { event: 'e-error', ...about, n: 1 }],
    ['warning', { event: 'e-warning', ...about, n: 1 }],
    ['information', { event: 'e-information', ...about, n: 1 }],
  ]);
  writeLogsFrom('error');
  writeLine(context, 'warning', { event: 'kept back' });
  expect(lines).toHaveLength(3);
});

test('at debug a request is one line with directory and route; above it nothing about it is written, and never its query (T14)', async () => {
  const { context, lines } = call();
  const url = `http://localhost/scim/v2/${directory}/Users?filter=userName%20eq%20%22ada%40example.com%22`;
  const handler = answering(async () => ({ status: 200 }));
  await handler(new HttpRequest({ method: 'GET', url }), context);
  expect(lines).toEqual([]);
  writeLogsFrom('debug');
  await handler(new HttpRequest({ method: 'GET', url }), context);
  const path = `/scim/v2/${directory}/Users`;
  expect(lines).toEqual([
    ['debug', { event: 'request', ...about, directoryId: directory, method: 'GET', path, status: 200 }],
  ]);
});

test('the trace of the call that caused it goes on to Graph, and a refusal is a line for its alert', async () => {
  const { context, lines } = call();
  const sent: (string | null)[] = [];
  globalThis.fetch = async (_url, init) => {
    sent.push(new Headers(init?.headers).get('traceparent'));
    return new Response('', { status: sent.length === 1 ? 200 : 429, headers: { 'retry-after': '7' } });
  };
  const hook = {
    functionHandler: async (url: string) => {
      await new Promise((resolve) => setImmediate(resolve));
      return [currentCall()?.invocationId, (await fetchFromGraph(url, {})).status];
    },
    invocationContext: context,
  };
  knowItsCall(hook as unknown as Parameters<typeof knowItsCall>[0]);
  expect(await hook.functionHandler('https://graph.example/v1.0/users')).toEqual(['call-1', 200]);
  expect(await hook.functionHandler('https://graph.example/v1.0/users')).toEqual(['call-1', 429]);
  expect([sent, currentCall()]).toEqual([[traceParent, traceParent], undefined]);
  expect(lines).toEqual([['warning', { event: 'graph-throttled', ...about, status: 429, retryAfter: '7' }]]);
});

test.each([
  ['2.5', '2.5'],
  ['Wed, 21 Oct 2015 07:28:00 GMT', 'Wed, 21 Oct 2015 07:28:00 GMT'],
  ['Bearer of-the-request', undefined],
])('Retry-After as %j is written as %j: a time or nothing', async (said, retryAfter) => {
  const { context, lines } = call();
  globalThis.fetch = async () => new Response('', { status: 429, headers: { 'retry-after': said } });
  const hook = {
    functionHandler: async (url: string) => (await fetchFromGraph(url, {})).status,
    invocationContext: context,
  };
  knowItsCall(hook as unknown as Parameters<typeof knowItsCall>[0]);
  expect(await hook.functionHandler('https://graph.example/v1.0/users')).toBe(429);
  const line = { event: 'graph-throttled', ...about, status: 429 };
  expect(lines).toEqual([['warning', retryAfter === undefined ? line : { ...line, retryAfter }]]);
});
