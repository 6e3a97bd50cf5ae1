import { app } from '@azure/functions';
import { directoryOf } from '../shared/admin/carry-run.ts';
import { failSteps } from '../shared/admin/failed-steps.ts';
import { SyncMessage } from '../shared/sync/sync-ports.ts';
import { writeLine } from './log-line.ts';
import { wired } from './wiring.ts';

/** A message whose step failed again and again: its run fails, visibly. */
app.storageQueue('sync-poison', {
  queueName: 'sync-poison',
  connection: 'DirectoryStorage',
  handler: async (entry, context) => {
    const parsed = SyncMessage.safeParse(entry);
    const wiring = wired();
    const message = parsed.success ? parsed.data : undefined;
    const directory = message && (await directoryOf(message, wiring.registry));
    let detail: string | undefined;
    if (message !== undefined && directory !== undefined) {
      ({ detail } = await failSteps({ nested: wiring.nested, random: wiring }, message));
    }
    writeLine(context, 'error', {
      event: 'message-poisoned',
      known: directory !== undefined,
      directoryId: message?.directory,
      runId: message?.run,
      step: message?.step,
      detail,
    });
  },
});
