import type { InvocationContext } from '@azure/functions';
import { apart, type Failure } from '../shared/admin/apart.ts';
import { writeLine } from './log-line.ts';
import { metrics } from './metrics.ts';
import { watchRuns } from './run-watch.ts';
import { tellFailures } from './tell-failures.ts';
import { type Tended, tend } from './tend.ts';

/** What is due each minute beside runs. What wakes people up does not fall silent with what failed before it. */
export async function maintain(wiring: Tended, context: InvocationContext): Promise<void> {
  const failed: Failure[] = [];
  await apart(failed, {}, async () => {
    const { outboxSeconds, completed, failures = [] } = await tend(wiring);
    metrics.gauge('outbox.oldest.seconds', outboxSeconds);
    if (completed > 0) writeLine(context, 'warning', { event: 'interrupted-work-completed', completed });
    failed.push(...failures);
  });
  await apart(failed, {}, async () => failed.push(...(await watchRuns(wiring, context))));
  tellFailures(context, failed);
}
