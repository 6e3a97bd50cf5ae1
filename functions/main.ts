// The entry of the app: the settings of all functions, and every trigger.
import { app } from '@azure/functions';
import './admin.ts';
import './health.ts';
import './maintenance.ts';
import './scim.ts';
import { writeLogsFrom } from './log-level.ts';
import { readSettings } from './settings.ts';
import { wiredAlready } from './wiring.ts';

// Without it a chunked body, as .NET clients send it, arrives empty (platform rules §1.3). Every handler is `answering`.
app.setup({ enableHttpStream: true });

app.hook.appStart(() => {
  // A wrong setting ends the start with its name instead of failing each request.
  writeLogsFrom(readSettings().LOG_LEVEL);
});

app.hook.appTerminate(async () => {
  await wiredAlready()?.flush();
});
