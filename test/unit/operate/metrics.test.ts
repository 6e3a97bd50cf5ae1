import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newMetrics, operationOf } from '../../../functions/metrics.ts';
import { otlpTelemetry, parseOtlpHeaders } from '../../../functions/telemetry.ts';

const dir = `dir_${'a'.repeat(32)}`;

test.each([
  ['scim', 'GET', `/scim/v2/${dir}/Users`, 'scim GET Users'],
  ['scim', 'PATCH', `/scim/v2/${dir}/groups/0193-id`, 'scim PATCH Groups/{id}'],
  ['scim', 'POST', `/scim/v2/${dir}/Users/.search`, 'scim POST Users/.search'],
  ['scim', 'POST', `/scim/v2/${dir}/.search`, 'scim POST .search'],
  ['scim', 'GET', `/scim/v2/${dir}/ada@example.com`, 'scim GET other'],
  ['admin', 'GET', '/api/v1/orgs/org_1', 'admin GET'],
])('an operation is a route without ids: %s %s %s', (name, method, path, operation) => {
  expect(operationOf(name, method, path)).toBe(operation);
});

test('what is taken is counted once: requests by operation with their errors, counts added up, gauges as they last were', () => {
  const metrics = newMetrics();
  expect(metrics.take()).toBeUndefined();
  for (const status of [200, 404, 503]) metrics.request('scim GET Users', { status, milliseconds: 8 });
  metrics.count('graph.units', 3);
  metrics.count('graph.units', 4);
  metrics.gauge('runs.active', 2);
  metrics.gauge('runs.active', 1);
  expect(metrics.take()).toEqual({
    requests: { 'scim GET Users': { count: 3, clientErrors: 1, serverErrors: 1, p50: 8, p99: 8, max: 8 } },
    counts: { 'graph.units': 7 },
    gauges: { 'runs.active': 1 },
  });
  expect(metrics.take()).toBeUndefined();
});

test('a quantile is never below the true one and at most a quarter above it', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 1, max: 100_000, noNaN: true }), { minLength: 1 }), (latencies) => {
      const metrics = newMetrics();
      for (const milliseconds of latencies) metrics.request('o', { status: 200, milliseconds });
      const sorted = [...latencies].sort((one, other) => one - other);
      const exact = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
      const { p50 = 0, p99 = 0 } = metrics.take()?.requests['o'] ?? {};
      for (const [told, due] of [
        [p50, exact(0.5)],
        [p99, exact(0.99)],
      ] as const) {
        expect(told).toBeGreaterThanOrEqual(due - 0.06);
        expect(told).toBeLessThanOrEqual(due * 1.25 + 0.06);
      }
    }),
  );
});

test('a collector gets lines and metrics as OTLP/HTTP JSON with its headers; what it refuses is told, not kept', async () => {
  const received: { url: string | undefined; key: unknown; body: unknown }[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    void request.toArray().then((parts) => {
      received.push({ url: request.url, key: request.headers['api-key'], body: JSON.parse(parts.join('')) });
      response.writeHead(status).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  let now = 1000;
  const telemetry = otlpTelemetry({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    headers: parseOtlpHeaders('api-key=a%20b, ,broken,x=y'),
    fetch,
    now: () => now,
  });
  const line = JSON.stringify({ event: 'e', traceId: '0af7651916cd43dd8448eb211c80319c' });
  telemetry.line('warning', line);
  now = 61_000;
  const taken = {
    requests: { 'scim GET Users': { count: 2, clientErrors: 0, serverErrors: 0, p50: 5, p99: 9, max: 9 } },
    counts: {},
    gauges: { 'runs.active': 1 },
  };
  await telemetry.send(taken);
  const [logs, metrics] = received.sort((one, other) => ((one.url ?? '') < (other.url ?? '') ? -1 : 1));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'rookery' } }] };
  expect(logs).toEqual({
    url: '/v1/logs',
    key: 'a b',
    body: {
      resourceLogs: [
        {
          resource,
          scopeLogs: [
            {
              scope: { name: 'rookery' },
              logRecords: [
                {
                  timeUnixNano: '1000000000',
                  ...{ severityNumber: 13, severityText: 'warning', body: { stringValue: line } },
                  traceId: '0af7651916cd43dd8448eb211c80319c',
                },
              ],
            },
          ],
        },
      ],
    },
  });
  expect([metrics?.url, JSON.stringify(metrics?.body).match(/"name":"rookery[.][^"]+"/g)]).toEqual([
    '/v1/metrics',
    ['requests', 'requests.failed', 'request.duration.p50', 'request.duration.p99', 'runs.active'].map(
      (name) => `"name":"rookery.${name}"`,
    ),
  ]);
  status = 401;
  await expect(telemetry.send(taken)).rejects.toThrow('answered metrics with 401');
  status = 200;
  received.length = 0;
  await telemetry.send(undefined);
  expect(received).toEqual([]);
  server.closeAllConnections();
  server.close();
});
