import { app } from '@azure/functions';
import { maintain } from './maintain.ts';
import { writeMetricsWhenDue } from './metrics-line.ts';
import { wired } from './wiring.ts';

/** Once a minute: what a process that died left half done is carried to its end, and what has had its time is removed. */
app.timer('maintenance', {
  schedule: '0 * * * * *',
  handler: async (_timer, context) => {
    try {
      await maintain(wired(), context);
    } finally {
      writeMetricsWhenDue(context);
    }
  },
});
