import { InvocationContext } from '@azure/functions';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { metrics } from '../../../functions/metrics.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('a process writes what it did once a minute, at the end of a call, and nothing in between', async () => {
  const { writeMetricsWhenDue } = await import('../../../functions/metrics-line.ts');
  const lines: string[] = [];
  const context = new InvocationContext({
    ...{ invocationId: 'call-1', functionName: 'scim' },
    logHandler: (level, line) => void lines.push(`${level} ${line}`),
  });
  for (let second = 0; second < 150; second++) {
    metrics.request('scim GET Users', { status: second % 50 === 0 ? 503 : 200, milliseconds: 10 });
    writeMetricsWhenDue(context);
    jest.advanceTimersByTime(1000);
  }
  const written = lines.map(
    (line) => JSON.parse(line.slice('information '.length)) as Record<string, object>,
  );
  expect(written.map(({ event, requests, gauges }) => ({ event, requests, gauges }))).toEqual(
    [61, 60].map((count) => ({
      event: 'metrics',
      requests: {
        'scim GET Users': {
          count,
          clientErrors: 0,
          serverErrors: count === 61 ? 2 : 1,
          p50: 10,
          p99: 10,
          max: 10,
        },
      },
      gauges: { 'memory.rss.bytes': expect.any(Number), 'interval.seconds': 60 },
    })),
  );
});
