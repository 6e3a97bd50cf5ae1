import { app } from '@azure/functions';
import { carryRun } from '../shared/admin/carry-run.ts';
import { SyncMessage } from '../shared/sync/sync-ports.ts';
import { writeLine } from './log-line.ts';
import { wired } from './wiring.ts';

/** One bounded step of a run for one message; the next message is sent by the step itself. */
app.storageQueue('sync-step', {
  queueName: 'sync',
  connection: 'DirectoryStorage',
  handler: async (entry, context) => {
    const message = SyncMessage.parse(entry);
    const { registry, nested, syncPorts, now } = wired();
    const outcome = await carryRun({ registry, nested, syncPorts, random: { now } }, message);
    const { directory: directoryId, run: runId, step } = message;
    writeLine(context, 'debug', { event: 'sync-step', outcome, directoryId, runId, step });
  },
});
