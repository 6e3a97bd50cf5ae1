import { app } from '@azure/functions';
import { writeLine } from './log-line.ts';
import { writeMetrics } from './metrics-line.ts';
import { scheduleOf } from './settings.ts';
import { wired } from './wiring.ts';

/** Once a night: every table, whole, to the blob container `exports`, whose lifecycle rule removes old ones. */
app.timer('nightly-export', {
  schedule: scheduleOf('EXPORT_SCHEDULE'),
  handler: async (_timer, context) => {
    const begun = performance.now();
    const { name, entities } = await wired().exportAll();
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    writeLine(context, 'information', { event: 'exported', name, entities, seconds });
    writeMetrics(context);
  },
});
