import { app } from '@azure/functions';
import { runStep } from '../shared/sync/run-step.ts';
import { SyncMessage } from '../shared/sync/sync-ports.ts';
import { writeLine } from './log-line.ts';
import { connectionOfMessage } from './nested-directory.ts';
import { wired } from './wiring.ts';

/** One bounded step of a run for one message; the next message is sent by the step itself. */
app.storageQueue('sync-step', {
  queueName: 'sync',
  connection: 'DirectoryStorage',
  handler: async (entry, context) => {
    const message = SyncMessage.parse(entry);
    const wiring = wired();
    const connection = await connectionOfMessage(message, wiring.registry);
    // The directory is gone, and the message with it.
    if (connection === undefined) return;
    const outcome = await runStep(wiring.syncPorts(connection), message);
    const { directory: directoryId, run: runId, step } = message;
    writeLine(context, 'debug', { event: 'sync-step', outcome, directoryId, runId, step });
  },
});
