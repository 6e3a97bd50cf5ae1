import { nextCommand } from './next-command.ts';
import type { Step } from './run-events.ts';
import type { SyncRun } from './run-records.ts';

/** The run moved: what it does next is what its new state says. */
export const goOn = (run: SyncRun): Step => {
  const moved = answered(run);
  return { run: moved, command: nextCommand(moved) };
};

/** Graph has answered: what it did not answer before does not count any more. */
export const answered = ({ faults: _, ...run }: SyncRun): SyncRun => ({ ...run, attempts: 0 });

/** A run that cannot go on; from the apply phase on it can only go forward. */
export function failed(run: SyncRun, code: string, detail: string): Step {
  return ended({ ...run, failure: { code, detail } }, { status: 'failed' });
}

export const ended = (run: SyncRun, { status }: Pick<SyncRun, 'status'>): Step => ({
  run: { ...run, status },
  command: { kind: 'abandon' },
});
