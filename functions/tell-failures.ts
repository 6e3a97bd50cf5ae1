import type { InvocationContext } from '@azure/functions';
import type { Failure } from '../shared/admin/apart.ts';
import { faultOf } from './fault-line.ts';
import { writeLine } from './log-line.ts';
import { metrics } from './metrics.ts';

/**
 * The end of a timer's call that looked after many: a line for each that failed, and then the call fails as a whole, as it did not
 * do all that it is there for.
 */
export function tellFailures(context: InvocationContext, failures: readonly Failure[] = []): void {
  if (failures.length === 0) return;
  metrics.count('directories.failed', failures.length);
  for (const { at, error } of failures)
    writeLine(context, 'error', { event: 'directory-failed', ...at, ...faultOf(error) });
  const errors = failures.map(({ error }) => error);
  throw new AggregateError(
    errors,
    `${context.functionName} failed for ${errors.length} of those it looks after`,
  );
}
