import { app } from '@azure/functions';
import { tellExpiring } from '../shared/admin/expiry-notices.ts';
import { writeLine } from './log-line.ts';
import { metrics } from './metrics.ts';
import { wired } from './wiring.ts';

/** Once an hour: keys that end in 30, 14, 7 or 1 days are told of, once each, in the audit and to the alert `key-expiring` (XA-30). */
app.timer('notices', {
  schedule: '0 15 * * * *',
  handler: async (_timer, context) => {
    const { registry, notices, now, randomBytes } = wired();
    for await (const notice of tellExpiring({ registry, notices, random: { now, randomBytes } })) {
      metrics.count('keys.expiring', 1);
      writeLine(context, 'warning', { event: 'key-expiring', ...notice });
    }
  },
});
