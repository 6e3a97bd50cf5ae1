import type { Exchange } from './client.ts';

/** Each step with its status and milliseconds, in the order it was taken. */
export function latencyTable(exchanges: readonly Exchange[]): string {
  const width = Math.max(4, ...exchanges.map(({ step }) => step.length));
  const lines = exchanges.map(
    ({ step, status, milliseconds }) =>
      `${step.padEnd(width)}  ${String(status).padStart(6)}  ${milliseconds.toFixed(1).padStart(8)}`,
  );
  return [`${'step'.padEnd(width)}  status        ms`, ...lines].join('\n');
}
