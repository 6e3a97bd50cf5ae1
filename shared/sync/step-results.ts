import { nextCommand } from './next-command.ts';
import type { Step } from './run-events.ts';
import type { SyncRun } from './run-records.ts';

/** The run moved: what it does next is what its new state says. */
export const goOn = (run: SyncRun): Step => {
  const moved = { ...run, attempts: 0 };
  return { run: moved, command: nextCommand(moved) };
};

/** A run that cannot go on; from the apply phase on it can only go forward. */
export function failed(run: SyncRun, code: string, detail: string): Step {
  return ended({ ...run, failure: { code, detail } }, { status: 'failed' });
}

export const ended = (run: SyncRun, { status }: Pick<SyncRun, 'status'>): Step => ({
  run: { ...run, status },
  command: { kind: 'abandon' },
});
