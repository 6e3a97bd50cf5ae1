import type { InvocationContext } from '@azure/functions';
import { faultOf } from './fault-line.ts';
import { onLine, writeLine } from './log-line.ts';
import { type MetricsTaken, metrics } from './metrics.ts';
import type { Settings } from './settings.ts';
import { otlpTelemetry, parseOtlpHeaders, type Telemetry } from './telemetry.ts';
import { wiredAlready } from './wiring.ts';

const everyMilliseconds = 60_000;

let writtenAt = performance.now();
let telemetry: Telemetry | undefined;

/**
 * Once a minute per process, at the end of the call that is first then: what this process did since the last time. Without a
 * timer of its own, so that an idle process does nothing.
 */
export function writeMetricsWhenDue(context: InvocationContext): void {
  if (performance.now() - writtenAt >= everyMilliseconds) writeMetrics(context);
}

/** At once: for a timer that fires seldom, because the platform may run it in a process that ends after it. */
export function writeMetrics(context: InvocationContext): void {
  const taken = takeMetrics();
  if (taken !== undefined) writeLine(context, 'information', { event: 'metrics', ...taken });
  // Not waited for: a collector that is slow or away must not make a caller wait, and its absence is told once a minute.
  telemetry?.send(taken).catch((error: unknown) => {
    writeLine(context, 'warning', { event: 'telemetry-lost', ...faultOf(error) });
  });
}

/** Before the process ends, to a collector; the host takes no lines outside of a call. */
export async function lastMetrics(): Promise<void> {
  await telemetry?.send(takeMetrics()).catch(() => undefined);
}

/** From the start on, when the settings name a collector. */
export function sendTelemetryBy(settings: Settings): void {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers = '' } = settings;
  if (endpoint === undefined) return;
  const made = otlpTelemetry({ endpoint, headers: parseOtlpHeaders(headers), fetch, now: Date.now });
  telemetry = made;
  onLine(made.line);
}

function takeMetrics(): MetricsTaken | undefined {
  const seconds = (performance.now() - writtenAt) / 1000;
  writtenAt = performance.now();
  const storage = wiredAlready()?.takeStorageOperations() ?? {};
  for (const [kind, count] of Object.entries(storage)) metrics.count(`storage.${kind}`, count);
  metrics.gauge('memory.rss.bytes', process.memoryUsage.rss());
  metrics.gauge('interval.seconds', Math.round(seconds));
  return metrics.take();
}
