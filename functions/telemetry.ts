import type { LogLevel } from './log-line.ts';
import type { MetricsTaken } from './metrics.ts';

/** Sends log lines and metrics to an OpenTelemetry collector, OTLP/HTTP in JSON. */
export interface Telemetry {
  /** Kept until the next `send`; the oldest go when too many are kept. */
  readonly line: (level: LogLevel, line: string) => void;
  /** Rejects when the collector does not take it; what was to be sent is then gone. */
  readonly send: (taken: MetricsTaken | undefined) => Promise<void>;
}

export interface Collector {
  /** OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** OTEL_EXPORTER_OTLP_HEADERS, parsed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
}

export function otlpTelemetry({ endpoint, headers, fetch, now }: Collector): Telemetry {
  let lines: { readonly at: number; readonly level: LogLevel; readonly line: string }[] = [];
  let since = now();

  async function post(signal: 'logs' | 'metrics', body: object): Promise<void> {
    const answer = await fetch(`${endpoint.replace(/\/$/, '')}/v1/${signal}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(sendMilliseconds),
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`the collector answered ${signal} with ${answer.status}`);
  }

  return {
    line(level, line) {
      if (lines.length === linesMax) lines.shift();
      lines.push({ at: now(), level, line });
    },
    async send(taken) {
      const [records, span] = [lines, { from: since, to: now() }];
      [lines, since] = [[], span.to];
      await Promise.all([
        records.length === 0 ? undefined : post('logs', logsBody(records)),
        taken === undefined ? undefined : post('metrics', metricsBody(taken, span)),
      ]);
    },
  };
}

const linesMax = 1000;
const sendMilliseconds = 5000;

/** `a=b,c=d`, values percent-encoded, as the OpenTelemetry specification has it for OTEL_EXPORTER_OTLP_HEADERS. */
export function parseOtlpHeaders(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at <= 0
      ? []
      : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())] as const];
  });
  return Object.fromEntries(pairs);
}

const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'rookery' } }] };
const scope = { name: 'rookery' };
/** Nanoseconds since 1970 as text: more than a number holds. */
const nanoseconds = (milliseconds: number): string => `${Math.round(milliseconds)}000000`;

const severities: Readonly<Record<LogLevel, number>> = { debug: 5, information: 9, warning: 13, error: 17 };

const logsBody = (
  records: readonly { readonly at: number; readonly level: LogLevel; readonly line: string }[],
) => ({
  resourceLogs: [
    {
      resource,
      scopeLogs: [
        {
          scope,
          logRecords: records.map(({ at, level, line }) => {
            const traceId = /"traceId":"([0-9a-f]{32})"/.exec(line)?.[1];
            return {
              timeUnixNano: nanoseconds(at),
              severityNumber: severities[level],
              severityText: level,
              body: { stringValue: line },
              ...(traceId === undefined ? {} : { traceId }),
            };
          }),
        },
      ],
    },
  ],
});

interface Span {
  readonly from: number;
  readonly to: number;
}

function metricsBody({ requests, counts, gauges }: MetricsTaken, span: Span) {
  const perOperation = Object.entries(requests);
  const points = (value: (of: MetricsTaken['requests'][string]) => number) =>
    perOperation.map(([operation, of]) => pointOf(value(of), span, operation));
  return {
    resourceMetrics: [
      {
        resource,
        scopeMetrics: [
          {
            scope,
            metrics: [
              sum(
                'rookery.requests',
                points(({ count }) => count),
              ),
              sum(
                'rookery.requests.failed',
                points(({ serverErrors }) => serverErrors),
              ),
              gauge(
                'rookery.request.duration.p50',
                points(({ p50 }) => p50),
                'ms',
              ),
              gauge(
                'rookery.request.duration.p99',
                points(({ p99 }) => p99),
                'ms',
              ),
              ...Object.entries(counts).map(([name, value]) =>
                sum(`rookery.${name}`, [pointOf(value, span)]),
              ),
              ...Object.entries(gauges).map(([name, value]) =>
                gauge(`rookery.${name}`, [pointOf(value, span)]),
              ),
            ].filter((metric) => dataPointsOf(metric) > 0),
          },
        ],
      },
    ],
  };
}

type Point = ReturnType<typeof pointOf>;

const pointOf = (value: number, { from, to }: Span, operation?: string) => ({
  startTimeUnixNano: nanoseconds(from),
  timeUnixNano: nanoseconds(to),
  asDouble: value,
  attributes: operation === undefined ? [] : [{ key: 'operation', value: { stringValue: operation } }],
});

/** What happened since the last time: delta temporality, as each process tells its own part. */
const sum = (name: string, dataPoints: readonly Point[]) => ({
  name,
  sum: { dataPoints, aggregationTemporality: 1, isMonotonic: true },
});

const gauge = (name: string, dataPoints: readonly Point[], unit = '1') => ({
  name,
  unit,
  gauge: { dataPoints },
});

const dataPointsOf = (metric: ReturnType<typeof sum> | ReturnType<typeof gauge>): number =>
  'sum' in metric ? metric.sum.dataPoints.length : metric.gauge.dataPoints.length;
