import { askingLeft, askSkipped } from './asking.ts';
import type { GraphFault } from './graph-port.ts';
import { listCommand } from './next-command.ts';
import { nextList } from './rereading.ts';
import { begunAgain, restarted } from './restarted-step.ts';
import { counted, outageWaits, retried, throttled, timesOf } from './retried-step.ts';
import type { Step } from './run-events.ts';
import type { SyncRun } from './run-records.ts';
import { failed, goOn } from './step-results.ts';

const unansweredMax = 3;

/** What Graph could not answer: wait, ask another way, do without, or give up. */
export function faulted(run: SyncRun, fault: GraphFault): Step {
  const isAsking = run.phase === 'fold' && listCommand(run).kind === 'ask-groups';
  return isAsking ? unanswered(run, fault) : readFailed(run, fault);
}

/** The same of lists of members: where one has a link that dies again and again, all lists are given up. */
export function membersFailed(run: SyncRun, fault: GraphFault): Step {
  return fault.kind === 'token-dead' || fault.kind === 'not-found'
    ? begunAgain(run, fault)
    : faulted(run, fault);
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
