import type { GraphFault } from './graph-port.ts';
import type { Step } from './run-events.ts';
import type { SyncRun } from './run-records.ts';
import { failed } from './step-results.ts';

/** Attempts at one thing that failed in a passing way, and waits for a throttling Graph, before a run gives up. */
const attemptsMax = 8;
const throttledMax = 300;
/** Waits for a Graph that is not there, twice as long each time: about four hours, for hours of reading may be lost with a run. */
const outageWaitsMax = 32;
const outageSecondsMax = 600;

/** The same is asked once more after a while, and given up when that did not help. */
export function retried(run: SyncRun, fault: GraphFault, { code, most = attemptsMax }: Retrying): Step {
  const times = timesOf(run, fault);
  if (times >= most) return failed(run, code, fault.detail);
  const seconds = Math.min(2 ** times, outageSecondsMax);
  const why = { code, detail: fault.detail };
  return { run: counted(run, fault), command: { kind: 'wait', seconds, why } };
}

interface Retrying {
  readonly code: string;
  readonly most?: number;
}

/** Somebody waits for a run that was started by hand, which says within five minutes that Graph is not there, unless much would be lost. */
export const outageWaits = ({ mode, trigger, users, groups }: SyncRun): number => {
  const isShort = mode === 'dry-run' || users.pages + groups.pages < pagesWorthWaiting;
  return trigger === 'manual' && isShort ? attemptsMax : outageWaitsMax;
};

/** About a minute of reading. */
const pagesWorthWaiting = 200;

/** Whether it is time to do without one list of members, of which Graph had no answer in an earlier run either, or does not have one for long. */
export const isListGivenUp = (run: SyncRun, fault: GraphFault): boolean =>
  isGivenUp(run, fault, isUnansweredList(run) ? attemptsAgain : attemptsMax);

/** What is not answered so often is done without, if Graph answers anything else. */
export const isGivenUp = (run: SyncRun, fault: GraphFault, attempts = attemptsMax): boolean =>
  (fault.kind === 'transient' || fault.kind === 'malformed') && timesOf(run, fault) + 1 >= attempts;

const attemptsAgain = 2;

const isUnansweredList = ({ rereads, rereadsDone }: SyncRun) => (rereads[rereadsDone]?.rounds ?? 0) > 0;

/** Graph's own wait; a longer one is asked about again once a day. */
export function throttled(run: SyncRun, fault: GraphFault): Step {
  const why = { code: 'graph_throttled', detail: fault.detail };
  if (timesOf(run, fault) >= throttledMax) return failed(run, why.code, why.detail);
  const seconds = Math.min(Math.max(1, fault.retryAfterSeconds ?? 30), askedSecondsMax);
  return { run: counted(run, fault), command: { kind: 'wait', seconds, asked: true, why } };
}

export const timesOf = ({ faults }: Pick<SyncRun, 'faults'>, { kind }: GraphFault): number =>
  faults?.[kind] ?? 0;

export const counted = (run: SyncRun, fault: GraphFault): SyncRun => ({
  ...run,
  attempts: run.attempts + 1,
  faults: { ...run.faults, [fault.kind]: timesOf(run, fault) + 1 },
});

const askedSecondsMax = 24 * 60 * 60;
