import { askingLeft, askSkipped } from './asking.ts';
import type { GraphFault } from './graph-port.ts';
import { newStream } from './new-run.ts';
import { listCommand, readCommand } from './next-command.ts';
import { nextList } from './rereading.ts';
import type { Step, StreamName } from './run-events.ts';
import type { SyncRun } from './run-records.ts';
import { failed, goOn } from './step-results.ts';

/** Attempts at one thing that failed in a passing way, and waits for a throttling Graph, before a run gives up. */
const attemptsMax = 8;
const throttledMax = 300;
/** Waits for a Graph that is not there, twice as long each time: about four hours, for hours of reading may be lost with a run. */
const outageWaitsMax = 32;
const outageSecondsMax = 600;
const unansweredMax = 3;
const resyncsMax = 4;
const restartsMax = 3;

/** What Graph could not answer: wait, ask another way, do without, or give up. */
export function faulted(run: SyncRun, fault: GraphFault): Step {
  const isAsking = run.phase === 'fold' && listCommand(run).kind === 'ask-groups';
  return isAsking ? unanswered(run, fault) : readFailed(run, fault);
}

/** What was never shown can wait a run longer; nothing is removed for want of it. */
function unanswered(run: SyncRun, fault: GraphFault): Step {
  switch (fault.kind) {
    case 'throttled':
    case 'unauthorized':
      return readFailed(run, fault);
    case 'forbidden':
      return goOn(askingLeft(run, 'forbidden'));
    case 'not-found':
      return goOn(askSkipped(run, 'not-found'));
    case 'transient':
      return unreachable(run, fault);
    default:
      return goOn(askSkipped(run, 'unanswered'));
  }
}

/** A few objects may not be answered; when several in a row are not, Graph is not there. */
function unreachable(run: SyncRun, fault: GraphFault): Step {
  const { faults = {} } = counted(run, fault);
  if (timesOf({ faults }, fault) >= unansweredMax) return goOn(askingLeft(run, 'unanswered'));
  const { run: moved, command } = goOn(askSkipped(run, 'unanswered'));
  return { run: { ...moved, faults }, command };
}

function readFailed(run: SyncRun, fault: GraphFault): Step {
  switch (fault.kind) {
    case 'throttled':
      return throttled(run, fault);
    case 'resync-required':
      return begunAgain(run, fault);
    case 'token-dead':
      return restarted(run, fault);
    case 'not-found':
      return run.phase === 'fold' ? nextList(run, undefined) : restarted(run, fault);
    case 'unauthorized':
      return failed(run, fault.code ?? 'consent_revoked', fault.detail);
    case 'forbidden':
      if (run.phase === 'fold') return nextList(run, undefined);
      return retried(run, fault, { code: 'permission_missing' });
    case 'transient':
      return retried(run, fault, { code: 'graph_unavailable', most: outageWaits(run) });
    case 'malformed':
      return retried(run, fault, { code: 'graph_malformed' });
  }
}

function retried(run: SyncRun, fault: GraphFault, { code, most = attemptsMax }: Retrying): Step {
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
const outageWaits = ({ mode, trigger, users, groups }: SyncRun): number => {
  const isShort = mode === 'dry-run' || users.pages + groups.pages < pagesWorthWaiting;
  return trigger === 'manual' && isShort ? attemptsMax : outageWaitsMax;
};

/** About a minute of reading. */
const pagesWorthWaiting = 200;

/** Graph's own wait; a longer one is asked about again once a day. */
function throttled(run: SyncRun, fault: GraphFault): Step {
  const why = { code: 'graph_throttled', detail: fault.detail };
  if (timesOf(run, fault) >= throttledMax) return failed(run, why.code, why.detail);
  const seconds = Math.min(Math.max(1, fault.retryAfterSeconds ?? 30), askedSecondsMax);
  return { run: counted(run, fault), command: { kind: 'wait', seconds, asked: true, why } };
}

const timesOf = ({ faults }: Pick<SyncRun, 'faults'>, { kind }: GraphFault): number => faults?.[kind] ?? 0;

const counted = (run: SyncRun, fault: GraphFault): SyncRun => ({
  ...run,
  attempts: run.attempts + 1,
  faults: { ...run.faults, [fault.kind]: timesOf(run, fault) + 1 },
});

const askedSecondsMax = 24 * 60 * 60;

/** The stream at hand; in other phases none. */
function streamAtHand(run: SyncRun): StreamName | undefined {
  const command = run.phase === 'read' ? readCommand(run) : undefined;
  return command?.kind === 'read-page' ? command.stream : undefined;
}

/** A page within a list of members is dead: the list is read from its first page, a few times; then nothing is concluded from it. */
function listAnew(run: SyncRun, fault: GraphFault): Step {
  const code = 'graph_unavailable';
  if (run.phase !== 'fold') return retried(run, fault, { code });
  const restarts = (run.reread.restarts ?? 0) + 1;
  if (restarts > restartsMax) return nextList(run, undefined);
  return retried({ ...run, reread: { pages: 0, restarts } }, fault, { code });
}

/** 410: the stream is read from nothing, and becomes a complete enumeration whose removals wait for its end. */
function begunAgain(run: SyncRun, fault: GraphFault): Step {
  const stream = streamAtHand(run);
  const { listing, ...unlisted } = run;
  if (stream === undefined && listing === undefined) return listAnew(run, fault);
  if (run.resyncs >= resyncsMax)
    return failed(run, 'resync_loop', 'Graph asked for a new baseline again and again');
  const resyncs = run.resyncs + 1;
  if (stream === undefined) {
    // Lists that break are not mended: the deltas from the beginning tell the same.
    return goOn({ ...unlisted, resyncs, users: newStream(undefined), groups: newStream(undefined) });
  }
  return goOn({ ...run, resyncs, [stream]: newStream(undefined) });
}

/** A link within the round is dead: once more from the committed deltaLink, and from nothing when that is dead too. */
function restarted(run: SyncRun, fault: GraphFault): Step {
  if (run.listing !== undefined) return begunAgain(run, fault);
  const stream = streamAtHand(run);
  if (stream === undefined) return listAnew(run, fault);
  const cursor = run[stream];
  if (cursor.next === undefined) return retried(run, fault, { code: 'graph_unavailable' });
  if (cursor.listed === true || cursor.restarts >= restartsMax || cursor.next === cursor.start)
    return begunAgain(run, fault);
  return goOn({ ...run, [stream]: newStream(cursor.start, cursor.restarts + 1) });
}
