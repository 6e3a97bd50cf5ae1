/** What this process did since the last time it was asked: counts, latencies and the newest values of gauges. */
export interface Metrics {
  /** One answered request; `operation` is a route, never a path with ids in it. */
  readonly request: (
    operation: string,
    answer: { readonly status: number; readonly milliseconds: number },
  ) => void;
  readonly count: (name: string, by: number) => void;
  readonly gauge: (name: string, value: number) => void;
  /** Everything since the last call, and begins anew; undefined when nothing happened. */
  readonly take: () => MetricsTaken | undefined;
}

export interface MetricsTaken {
  readonly requests: Readonly<Record<string, OperationMetrics>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
}

export interface OperationMetrics {
  readonly count: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  /** Upper bounds of the bucket that holds the quantile, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function newMetrics(): Metrics {
  let requests = new Map<string, Operation>();
  let counts = new Map<string, number>();
  let gauges = new Map<string, number>();
  return {
    request(operation, { status, milliseconds }) {
      const known = requests.get(operation) ?? newOperation();
      requests.set(operation, known);
      known.count++;
      if (status >= 500) known.serverErrors++;
      else if (status >= 400) known.clientErrors++;
      known.max = Math.max(known.max, milliseconds);
      const bucket = bucketOf(milliseconds);
      known.buckets[bucket] = (known.buckets[bucket] ?? 0) + 1;
    },
    count: (name, by) => void counts.set(name, (counts.get(name) ?? 0) + by),
    gauge: (name, value) => void gauges.set(name, value),
    take() {
      if (requests.size + counts.size + gauges.size === 0) return undefined;
      const taken = {
        requests: Object.fromEntries([...requests].map(([name, operation]) => [name, shown(operation)])),
        counts: Object.fromEntries(counts),
        gauges: Object.fromEntries(gauges),
      };
      [requests, counts, gauges] = [new Map(), new Map(), new Map()];
      return taken;
    },
  };
}

/** Of this process. */
export const metrics = newMetrics();

interface Operation {
  count: number;
  clientErrors: number;
  serverErrors: number;
  max: number;
  readonly buckets: number[];
}

const newOperation = (): Operation => ({ count: 0, clientErrors: 0, serverErrors: 0, max: 0, buckets: [] });

const shown = (operation: Operation): OperationMetrics => ({
  count: operation.count,
  clientErrors: operation.clientErrors,
  serverErrors: operation.serverErrors,
  p50: quantile(operation, 0.5),
  p99: quantile(operation, 0.99),
  max: rounded(operation.max),
});

/** Buckets grow by a quarter, so that a quantile is at most a quarter too high; memory does not grow with requests. */
const growth = 1.25;
const bucketOf = (milliseconds: number): number =>
  Math.max(0, Math.ceil(Math.log(Math.max(1, milliseconds)) / Math.log(growth)));

function quantile({ count, buckets, max }: Operation, share: number): number {
  let seen = 0;
  for (const [bucket, held] of buckets.entries()) {
    seen += held ?? 0;
    if (seen >= count * share) return rounded(Math.min(max, growth ** bucket));
  }
  return rounded(max);
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** The route of a request, without ids, directories or queries: few names whatever is called. */
export function operationOf(functionName: string, method: string, path: string): string {
  if (functionName !== 'scim') return `${functionName} ${method}`;
  const [, , , , type = '', id] = path.split('/');
  const known = scimTypes.find((name) => name.toLowerCase() === type.toLowerCase());
  return `scim ${method} ${known ?? 'other'}${id === undefined || id === '' ? '' : id.startsWith('.') ? '/.search' : '/{id}'}`;
}

const scimTypes = [
  'Users',
  'Groups',
  'Bulk',
  'Schemas',
  'ResourceTypes',
  'ServiceProviderConfig',
  'Me',
  '.search',
];
