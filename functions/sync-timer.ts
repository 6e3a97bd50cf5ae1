import { app } from '@azure/functions';
import { startDueRuns } from '../shared/admin/due-runs.ts';
import { writeLine } from './log-line.ts';
import { tellFailures } from './tell-failures.ts';
import { wired } from './wiring.ts';

/** Every minute: starts the runs that are due and sends on those that went quiet. Fired twice or late it does no harm. */
app.timer('sync-timer', {
  schedule: '20 * * * * *',
  handler: async (_timer, context) => {
    const wiring = wired();
    const { failures, ...done } = await startDueRuns({
      ...{ registry: wiring.registry, nested: wiring.nested, random: wiring },
    });
    if (done.woken > 0) writeLine(context, 'warning', { event: 'quiet-runs-woken', ...done });
    else if (done.started > 0) writeLine(context, 'information', { event: 'runs-started', ...done });
    tellFailures(context, failures);
  },
});
