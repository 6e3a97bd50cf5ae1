// The entry of the app: the settings of all functions, and every trigger.
import { app } from '@azure/functions';
import './admin.ts';
import './graph-consent.ts';
import './fsck.ts';
import './health.ts';
import './maintenance.ts';
import './nightly-export.ts';
import './notices.ts';
import './scim.ts';
import './sync-poison.ts';
import './sync-step.ts';
import './sync-timer.ts';
import { knowItsCall } from './current-call.ts';
import { writeLogsFrom } from './log-level.ts';
import { lastMetrics, sendTelemetryBy } from './metrics-line.ts';
import { readSettings } from './settings.ts';
import { wiredAlready } from './wiring.ts';

// Without it a chunked body, as .NET clients send it, arrives empty (platform rules §1.3). Every handler is `answering`.
app.setup({ enableHttpStream: true });

app.hook.preInvocation(knowItsCall);

app.hook.appStart(() => {
  // A wrong setting ends the start with its name instead of failing each request.
  const settings = readSettings();
  writeLogsFrom(settings.LOG_LEVEL);
  sendTelemetryBy(settings);
});

app.hook.appTerminate(async () => {
  await Promise.all([wiredAlready()?.flush(), lastMetrics()]);
});
