import { app } from '@azure/functions';
import type { Failure } from '../shared/admin/apart.ts';
import { tellExpiring } from '../shared/admin/expiry-notices.ts';
import { writeLine } from './log-line.ts';
import { metrics } from './metrics.ts';
import { writeMetrics } from './metrics-line.ts';
import { tellFailures } from './tell-failures.ts';
import { wired } from './wiring.ts';

/** Once an hour: keys and Graph secrets that end in 30, 14, 7 or 1 days are told of, once each, in the audit and to the alert `key-expiring` (XA-30). */
app.timer('notices', {
  schedule: '0 15 * * * *',
  handler: async (_timer, context) => {
    const { registry, notices, nested, now, randomBytes } = wired();
    const failures: Failure[] = [];
    const ports = { registry, notices, secret: nested.secret, random: { now, randomBytes }, failures };
    let least = Number.POSITIVE_INFINITY;
    const seen = (daysLeft: number) => {
      least = Math.min(least, daysLeft);
    };
    for await (const notice of tellExpiring({ ...ports, seen })) {
      metrics.count('keys.expiring', 1);
      writeLine(context, 'warning', { event: 'key-expiring', ...notice });
    }
    if (least < Number.POSITIVE_INFINITY) metrics.gauge('keys.days-left', least);
    try {
      tellFailures(context, failures);
    } finally {
      writeMetrics(context);
    }
  },
});
