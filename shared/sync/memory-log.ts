import type { SyncRun } from './run-records.ts';
import type { SyncPorts } from './sync-ports.ts';

/** Objects read between two entries. */
const objectsPerEntry = 10_000;

/** Called at every decision of a run, and at the end of a message. */
export type MemoryLog = (run: SyncRun, moment?: 'end') => Promise<void>;

/**
 * Memory in use, in the run's log (S3-69, S3-70): when a message begins, at each new phase, every 10,000 objects and in the end. Each
 * entry is written at once, for what uses too much does not live to write it later.
 */
export function memoryLog({ log, memory, now }: Pick<SyncPorts, 'log' | 'memory' | 'now'>): MemoryLog {
  let phase: SyncRun['phase'] | undefined;
  let logged = 0;
  let number = 0;
  return async (run, moment) => {
    if (!run.settings.logFreeMemory || memory === undefined) return;
    const objects = run.users.items + run.groups.items;
    if (moment !== 'end' && run.phase === phase && objects - logged < objectsPerEntry) return;
    phase = run.phase;
    logged = objects;
    const when = moment === 'end' ? 'end' : number === 0 ? 'start' : 'middle';
    await log.write(run.directory, run.id, [
      {
        key: `0/memory/${padded(run.step)}/${padded(number++)}`,
        ...{ at: new Date(now()).toISOString(), level: 'info', code: 'memory' },
        message: `Memory in use at the ${when} of step ${run.step}, phase ${run.phase}`,
        counts: { ...memory(), objects },
      },
    ]);
  };
}

const padded = (number: number): string => String(number).padStart(6, '0');
