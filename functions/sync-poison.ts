import { app } from '@azure/functions';
import { directoryOf } from '../shared/admin/carry-run.ts';
import { failRun } from '../shared/sync/fail-run.ts';
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
    if (message !== undefined && directory !== undefined) {
      const detail = 'A step of the run failed again and again; the log of the service says why.';
      await failRun(
        { ...wiring.nested, log: wiring.nested.history, now: wiring.now, holder: wiring.nested.holder() },
        message,
        {
          code: 'step_failed',
          detail,
        },
      );
    }
    writeLine(context, 'error', {
      event: 'message-poisoned',
      known: directory !== undefined,
      directoryId: message?.directory,
      runId: message?.run,
      step: message?.step,
    });
  },
});
