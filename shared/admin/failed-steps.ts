import { failRun } from '../sync/fail-run.ts';
import { type FailedStep, stepCause } from '../sync/step-cause.ts';
import type { SyncMessage } from '../sync/sync-ports.ts';
import type { NestedPorts } from './nested-ports.ts';
import type { AdminPorts } from './ports.ts';

interface StepPorts {
  readonly nested: Pick<NestedPorts, 'store' | 'history' | 'holder'>;
  readonly random: Pick<AdminPorts['random'], 'now'>;
}

/** One entry for each run: that of the step that failed last. */
const entryKey = '9/step-error';

/** Tells the run's readers what its step threw. The storage that failed the step may refuse this as well: the step's own failure goes on. */
export async function noteFailedStep(
  { nested, random }: StepPorts,
  { directory, run: id }: SyncMessage,
  failed: FailedStep,
): Promise<void> {
  const at = new Date(random.now()).toISOString();
  const message = `${stepCause(failed)} It is tried again.`;
  const entry = { key: entryKey, at, level: 'warning', code: 'step-error', message } as const;
  await nested.history.write(directory, id, [entry]).catch(() => undefined);
}

/** Ends a run whose step failed again and again, in the words of the last failure; what was told of it. */
export async function failSteps(
  { nested, random }: StepPorts,
  message: SyncMessage,
): Promise<{ readonly outcome: Awaited<ReturnType<typeof failRun>>; readonly detail: string }> {
  const last = await nested.history.entry(message.directory, message.run, entryKey).catch(() => undefined);
  const cause = last === undefined ? '' : ` ${last.message.replace(/ It is tried again\.$/, '')}`;
  const detail = `A step of the run failed again and again; the log of the service says more.${cause}`;
  const ports = { store: nested.store, log: nested.history, now: random.now, holder: nested.holder() };
  return { outcome: await failRun(ports, message, { code: 'step_failed', detail }), detail };
}
