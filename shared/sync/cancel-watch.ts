import type { SyncRun } from './run-records.ts';
import { isStoppable } from './step.ts';
import type { SyncMessage, SyncPorts } from './sync-ports.ts';

/** Seconds between two looks: a point read each, none in a short run. */
const lookSeconds = 10;

/**
 * Hears in the middle of a message that somebody asks the run to stop, as long as it can be stopped; it was looked up when the
 * message began.
 */
export function cancelWatch(
  { store, now }: Pick<SyncPorts, 'store' | 'now'>,
  { directory, run: id }: SyncMessage,
): (run: SyncRun) => Promise<SyncRun> {
  let lookedAt = now();
  return async (run) => {
    if (run.cancelRequested || !isStoppable(run) || now() - lookedAt < lookSeconds * 1000) return run;
    lookedAt = now();
    return { ...run, cancelRequested: await store.isCancelOrdered(directory, id) };
  };
}
