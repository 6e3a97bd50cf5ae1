import type { GraphFault } from './graph-port.ts';
import { listingCommand } from './listing.ts';
import { newStream } from './new-run.ts';
import { readCommand } from './next-command.ts';
import { nextList } from './rereading.ts';
import { retried } from './retried-step.ts';
import type { Step, StreamName } from './run-events.ts';
import type { Listing, SyncRun } from './run-records.ts';
import { failed, goOn } from './step-results.ts';

const resyncsMax = 4;
const restartsMax = 3;

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
export function begunAgain(run: SyncRun, fault: GraphFault): Step {
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
export function restarted(run: SyncRun, fault: GraphFault): Step {
  if (run.listing !== undefined) return relisted(run, run.listing) ?? begunAgain(run, fault);
  const stream = streamAtHand(run);
  if (stream === undefined) return listAnew(run, fault);
  const cursor = run[stream];
  if (cursor.next === undefined) return retried(run, fault, { code: 'graph_unavailable' });
  if (cursor.listed === true || cursor.restarts >= restartsMax || cursor.next === cursor.start)
    return begunAgain(run, fault);
  return goOn({ ...run, [stream]: newStream(cursor.start, cursor.restarts + 1) });
}

/** A link of a list of objects is dead: the list is read from its first page. What was read of users stays, as the delta tells what changed. */
function relisted(run: SyncRun, listing: Listing): Step | undefined {
  const command = listingCommand(run, listing);
  if (command.kind !== 'list-page' || command.link === undefined) return undefined;
  const { stream } = command;
  const restarts = run[stream].restarts + 1;
  if (restarts > restartsMax) return undefined;
  const anew = newStream(undefined, restarts);
  return goOn({ ...run, [stream]: stream === 'groups' ? anew : { ...anew, pages: run.users.pages } });
}
