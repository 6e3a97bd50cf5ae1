import { app } from '@azure/functions';
import { writeLine } from './log-line.ts';
import { metrics } from './metrics.ts';
import { writeMetricsWhenDue } from './metrics-line.ts';
import { watchRuns } from './run-watch.ts';
import { tend } from './tend.ts';
import { wired } from './wiring.ts';

/** Once a minute: what a process that died left half done is carried to its end, and what has had its time is removed. */
app.timer('maintenance', {
  schedule: '0 * * * * *',
  handler: async (_timer, context) => {
    const done = await tend(wired());
    metrics.gauge('outbox.oldest.seconds', done.outboxSeconds);
    if (done.completed > 0)
      writeLine(context, 'warning', { event: 'interrupted-work-completed', completed: done.completed });
    await watchRuns(wired(), context);
    writeMetricsWhenDue(context);
  },
});
