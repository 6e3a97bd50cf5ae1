import type { RunLog, RunLogEntry } from '../../../shared/sync/run-log.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';

/** A log whose entries are kept by run and key, as it is written again and again. */
export const keptLog = (entries: Map<string, RunLogEntry>, onSavedRun: (run: SyncRun) => void): RunLog => ({
  write: async (_directory, run, some) => {
    for (const entry of some) entries.set(`${run}/${entry.key}`, entry);
  },
  keepPlan: async (_directory, run, kept) => {
    for (const [key, { plan = kept }] of entries)
      if (key.startsWith(run) && plan !== kept) entries.delete(key);
  },
  saveRun: async (run) => onSavedRun(run),
});
