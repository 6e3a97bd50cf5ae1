import { answerRead, askAtHand, askingForbidden, askSkipped } from './asking.ts';
import type { GraphFault } from './graph-port.ts';
import { listedOn, listingCommand, membersListed, withToken } from './listing.ts';
import { newStream } from './new-run.ts';
import type { PageSummary, Step, StreamName, SyncCommand, SyncEvent } from './run-events.ts';
import type { StreamCursor, SyncRun } from './run-records.ts';

/** Attempts at one thing that failed in a passing way, and waits for a throttling Graph, before a run gives up. */
const attemptsMax = 8;
const throttledMax = 300;
const resyncsMax = 4;
const restartsMax = 3;

/** The state machine of a run: decides and does nothing. */
export function step(run: SyncRun, event: SyncEvent): Step {
  if (mayCancel(run)) return ended(run, { status: 'cancelled' });
  switch (event.kind) {
    case 'resumed':
      return { run, command: commandOf(run) };
    case 'checked':
      return goOn({ ...run, phase: 'read', checked: event.checked });
    case 'refused':
      return failed(run, event.code, event.detail);
    case 'page-read':
      return pageRead(run, event.stream, event.page);
    case 'token-read':
      return tokenRead(run, event);
    case 'members-listed':
      return goOn(membersListed(run, event));
    case 'examined':
      return goOn({
        ...run,
        phase: 'fold',
        rereads: [...event.rereads],
        ...(event.asking === undefined ? {} : { asking: event.asking }),
        ...(event.tooMany ? { enumerateNext: true } : {}),
      });
    case 'list-read':
      return listRead(run, event.next);
    case 'answer-read':
      return goOn(answerRead(run, event.next));
    case 'planned':
      return planned(run, event);
    case 'applied':
      return goOn({ ...run, applied: run.applied + event.units, phase: event.last ? 'cleanup' : 'apply' });
    case 'finished':
      return { run: { ...run, phase: 'done', status: 'done' }, command: { kind: 'rest' } };
    case 'fault':
      return faulted(run, event.fault);
  }
}

const goOn = (run: SyncRun): Step => {
  const moved = { ...run, attempts: 0 };
  return { run: moved, command: commandOf(moved) };
};

/** What a run in this state has to do: a resumed run asks nothing else. */
function commandOf(run: SyncRun): SyncCommand {
  if (run.status === 'awaiting-approval') return { kind: 'rest' };
  if (run.status !== 'running') return run.phase === 'done' ? { kind: 'rest' } : { kind: 'abandon' };
  switch (run.phase) {
    case 'check':
      return { kind: 'check' };
    case 'read':
      return readCommand(run);
    case 'fold':
      return listCommand(run);
    case 'derive':
    case 'safeguard':
      return { kind: 'plan' };
    case 'apply':
      return { kind: 'apply' };
    case 'cleanup':
      return { kind: 'finish' };
    case 'done':
      return { kind: 'rest' };
  }
}

function readCommand(run: SyncRun): SyncCommand {
  if (run.listing !== undefined) return listingCommand(run, run.listing);
  const inTurn = run.lastRead === 'users' ? (['groups', 'users'] as const) : (['users', 'groups'] as const);
  for (const stream of inTurn) {
    const { delta, next } = run[stream];
    if (delta === undefined)
      return { kind: 'read-page', stream, ...(next === undefined ? {} : { link: next }) };
  }
  return { kind: 'examine' };
}

function listCommand(run: SyncRun): SyncCommand {
  const reread = run.rereads[run.rereadsDone];
  if (reread === undefined) {
    const asked = askAtHand(run);
    return asked === undefined ? { kind: 'plan' } : { kind: 'ask-groups', ...asked };
  }
  const { next } = run.reread;
  return { kind: 'read-list', group: reread.group, ...(next === undefined ? {} : { link: next }) };
}

function pageRead(run: SyncRun, name: StreamName, page: PageSummary): Step {
  const { next: _, ...stream } = run[name];
  const read: StreamCursor = {
    ...stream,
    pages: stream.pages + (page.pages ?? (page.items > 0 ? 1 : 0)),
    items: stream.items + page.items,
    fingerprint: page.fingerprint,
    repeats: page.fingerprint === stream.fingerprint ? stream.repeats + 1 : 0,
    links: [...stream.links, ...(page.next === undefined ? [] : [linkHash(page.next)])].slice(-linksKept),
    ...(page.next === undefined ? {} : { next: page.next }),
    ...(page.delta === undefined ? {} : { delta: page.delta }),
  };
  const endless = endlessReason(stream.links, read, page);
  if (endless !== undefined) return failed(run, 'endless_round', `${name}: ${endless}`);
  return goOn(listedOn({ ...run, [name]: read, lastRead: name }, name, page));
}

/** What replicas have not heard of yet when the lists begin, the delta will not tell either: the lists wait a while. */
function tokenRead(run: SyncRun, token: { stream: StreamName; link: string }): Step {
  if (run.listing === undefined) return goOn(run);
  const read = withToken(run, run.listing, token);
  const seconds = run.settings.baselineWaitSeconds;
  const isFirst = token.stream === 'users';
  return isFirst || seconds === 0
    ? goOn(read)
    : { run: { ...read, attempts: 0 }, command: { kind: 'wait', seconds } };
}

/** Links remembered, equal pages in a row, and pages of a round, before it is taken for endless (graph.md §1.2). */
const linksKept = 64;
const repeatsMax = 20;
const emptyPagesMax = 2000;
const pagesMax = 200_000;

function endlessReason(links: readonly string[], read: StreamCursor, page: PageSummary): string | undefined {
  // An empty page may send back to itself until there is something; with items, a link seen before is a circle.
  if (page.items > 0 && page.next !== undefined && links.includes(linkHash(page.next)))
    return 'a link leads back to an earlier page';
  const most = page.items > 0 ? repeatsMax : emptyPagesMax;
  if (read.repeats >= most) return `${most} pages in a row were the same`;
  return read.pages > pagesMax ? `more than ${pagesMax} pages` : undefined;
}

function linkHash(link: string): string {
  let one = 0x811c9dc5;
  let two = 0x9e3779b9;
  for (let index = 0; index < link.length; index++) {
    one = Math.imul(one ^ link.charCodeAt(index), 0x01000193);
    two = Math.imul(two ^ link.charCodeAt(index), 0x85ebca6b);
  }
  return `${link.length}.${(one >>> 0).toString(36)}${(two >>> 0).toString(36)}`;
}

function listRead(run: SyncRun, next: string | undefined): Step {
  const pages = run.reread.pages + 1;
  if (next !== undefined) return goOn({ ...run, reread: { next, pages } });
  return nextList(run, pages);
}

/** Undefined pages: Graph gave no complete list, and nothing is concluded from it. */
function nextList(run: SyncRun, pages: number | undefined): Step {
  const group = run.rereads[run.rereadsDone]?.group;
  const rereadPages = pages === undefined || group === undefined ? {} : { [group]: pages };
  return goOn({
    ...run,
    rereadsDone: run.rereadsDone + 1,
    reread: { pages: 0 },
    rereadPages: { ...run.rereadPages, ...rereadPages },
  });
}

/** Above a threshold nothing is applied, neither removals nor additions, until a person has approved this very plan. */
function planned(
  run: SyncRun,
  { plan, rejectedBefore, isApproved, warnings }: Extract<SyncEvent, { kind: 'planned' }>,
): Step {
  const decided: SyncRun = { ...run, plan, warnings, attempts: 0 };
  if (run.mode === 'dry-run') return ended({ ...decided, phase: 'safeguard' }, { status: 'done' });
  if (rejectedBefore) return ended({ ...decided, phase: 'safeguard' }, { status: 'rejected' });
  if (plan.exceeded.length > 0 && !isApproved) {
    const { approval: _, ...unapproved } = decided;
    return {
      run: { ...unapproved, phase: 'safeguard', status: 'awaiting-approval' },
      command: { kind: 'rest' },
    };
  }
  return goOn({ ...decided, phase: 'apply' });
}

function faulted(run: SyncRun, fault: GraphFault): Step {
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
      return goOn(askingForbidden(run));
    case 'not-found':
      return goOn(askSkipped(run, 'not-found'));
    default:
      return goOn(askSkipped(run, 'unanswered'));
  }
}

function readFailed(run: SyncRun, fault: GraphFault): Step {
  switch (fault.kind) {
    case 'throttled':
      return run.attempts < throttledMax
        ? asked(run, Math.max(1, fault.retryAfterSeconds ?? 30))
        : failed(run, 'graph_throttled', fault.detail);
    case 'resync-required':
      return begunAgain(run, fault);
    case 'token-dead':
      return restarted(run, fault);
    case 'not-found':
      return run.phase === 'fold' ? nextList(run, undefined) : restarted(run, fault);
    case 'unauthorized':
      return failed(run, 'consent_revoked', fault.detail);
    case 'forbidden':
      if (run.phase === 'fold') return nextList(run, undefined);
      return retried(run, fault, 'permission_missing');
    case 'transient':
      return retried(run, fault, 'graph_unavailable');
    case 'malformed':
      return retried(run, fault, 'graph_malformed');
  }
}

function retried(run: SyncRun, fault: GraphFault, code: string): Step {
  return run.attempts < attemptsMax ? later(run, 2 ** run.attempts) : failed(run, code, fault.detail);
}

const later = (run: SyncRun, seconds: number): Step => ({
  run: { ...run, attempts: run.attempts + 1 },
  command: { kind: 'wait', seconds },
});

/** Graph's own wait; a longer one is asked about again once a day. */
const asked = (run: SyncRun, seconds: number): Step => ({
  run: { ...run, attempts: run.attempts + 1 },
  command: { kind: 'wait', seconds: Math.min(seconds, askedSecondsMax), asked: true },
});

const askedSecondsMax = 24 * 60 * 60;

/** The stream at hand; in other phases none. */
function streamAtHand(run: SyncRun): StreamName | undefined {
  const command = run.phase === 'read' ? readCommand(run) : undefined;
  return command?.kind === 'read-page' ? command.stream : undefined;
}

/** 410: the stream is read from nothing, and becomes a complete enumeration whose removals wait for its end. */
function begunAgain(run: SyncRun, fault: GraphFault): Step {
  const stream = streamAtHand(run);
  const { listing, ...unlisted } = run;
  if (stream === undefined && listing === undefined) return retried(run, fault, 'graph_unavailable');
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
  if (stream === undefined) return retried(run, fault, 'graph_unavailable');
  const cursor = run[stream];
  if (cursor.next === undefined) return retried(run, fault, 'graph_unavailable');
  if (cursor.listed === true || cursor.restarts >= restartsMax || cursor.next === cursor.start)
    return begunAgain(run, fault);
  return goOn({ ...run, [stream]: newStream(cursor.start, cursor.restarts + 1) });
}

/** A run that cannot go on; from the apply phase on it can only go forward. */
function failed(run: SyncRun, code: string, detail: string): Step {
  return ended({ ...run, failure: { code, detail } }, { status: 'failed' });
}

const ended = (run: SyncRun, { status }: Pick<SyncRun, 'status'>): Step => ({
  run: { ...run, status },
  command: { kind: 'abandon' },
});

/** A decided plan is carried out to its end. */
const mayCancel = (run: SyncRun) =>
  run.cancelRequested &&
  (run.status === 'running' || run.status === 'awaiting-approval') &&
  run.phase !== 'apply' &&
  run.phase !== 'cleanup' &&
  run.phase !== 'done';
