import { answerRead } from './asking.ts';
import { followed, growsEndlessly } from './endless-round.ts';
import { faulted, membersFailed } from './faulted-step.ts';
import { listedOn, membersListed, withToken } from './listing.ts';
import { nextCommand } from './next-command.ts';
import { listRead, listUnanswered } from './rereading.ts';
import type { MembersListed, PageSummary, Step, StreamName, SyncEvent } from './run-events.ts';
import type { Checked, StreamCursor, SyncRun } from './run-records.ts';
import { answered, ended, failed, goOn } from './step-results.ts';

/** The state machine of a run: decides and does nothing. */
export function step(before: SyncRun, event: SyncEvent): Step {
  const run = event.kind === 'resumed' ? before : gettingOn(before);
  if (mayCancel(run)) return ended(run, { status: 'cancelled' });
  switch (event.kind) {
    case 'resumed':
      return { run, command: nextCommand(run) };
    case 'settled':
      return goOn(settled(run));
    case 'checked':
      return goOn({ ...run, phase: 'read', checked: checkedAgain(run, event.checked) });
    case 'refused':
      return failed(run, event.code, event.detail);
    case 'page-read':
      return pageRead(run, event.stream, event.page);
    case 'token-read':
      return tokenRead(run, event);
    case 'members-listed':
      return membersRead(run, event);
    case 'examined':
      return goOn({
        ...run,
        phase: 'fold',
        rereads: [...event.rereads],
        ...(event.asking === undefined ? {} : { asking: event.asking }),
        ...(event.tooMany ? { enumerateNext: true } : {}),
      });
    case 'list-read':
      return listRead(run, event.page);
    case 'list-unanswered':
      return listUnanswered(run);
    case 'answer-read':
      return goOn(answerRead(run, event.page));
    case 'planned':
      return planned(run, event);
    case 'applied':
      return goOn({
        ...run,
        applied: run.applied + event.units,
        ...(event.decisions === undefined ? {} : { decisions: event.decisions }),
        phase: event.last ? 'cleanup' : 'apply',
      });
    case 'audited':
      return goOn(audited(run, event));
    case 'finished':
      return { run: { ...run, phase: 'done', status: 'done' }, command: { kind: 'rest' } };
    case 'fault':
      return faulted(run, event.fault);
  }
}

const gettingOn = ({ stuck: _, ...run }: SyncRun): SyncRun => run;
const settled = ({ settling: _, ...run }: SyncRun): SyncRun => run;

/** What an approved run had read before is no more than it was allowed to see then. */
const checkedAgain = ({ checked: before }: SyncRun, now: Checked): Checked => ({
  ...now,
  hiddenMembers: now.hiddenMembers && before?.hiddenMembers !== false,
});

function audited(
  { auditDue: _, ...run }: SyncRun,
  { audit, warnings }: Extract<SyncEvent, { kind: 'audited' }>,
): SyncRun {
  return { ...run, warnings: run.warnings + warnings, ...(audit === undefined ? {} : { audit }) };
}

const mayCancel = (run: SyncRun) => run.cancelRequested && isStoppable(run);

/** A decided plan is carried out to its end. */
export const isStoppable = (run: SyncRun): boolean =>
  (run.status === 'running' || run.status === 'awaiting-approval') &&
  run.phase !== 'apply' &&
  run.phase !== 'cleanup' &&
  run.phase !== 'done';

function pageRead(run: SyncRun, name: StreamName, page: PageSummary): Step {
  const { next: _, ...stream } = run[name];
  const { trail, endless } = followed(stream, page);
  const read: StreamCursor = {
    ...stream,
    ...trail,
    pages: stream.pages + page.pages,
    items: stream.items + page.items,
    ...(page.next === undefined ? {} : { next: page.next }),
    ...(page.delta === undefined ? {} : { delta: page.delta }),
  };
  const reason =
    endless ?? growsEndlessly(read.items, page.next === undefined ? undefined : run.knownObjects);
  if (reason !== undefined) return failed(run, 'endless_round', `${name}: ${reason}`);
  return goOn(listedOn({ ...run, [name]: read, lastRead: name }, name, page));
}

/** More groups without a list than this, and the deltas from the beginning tell all of it sooner. */
const unlistedMax = 1000;
const tooManyUnlisted = { kind: 'not-found', detail: 'Graph does not answer lists of members' } as const;

/** What was listed is kept, also when some list was not answered. */
function membersRead(run: SyncRun, listed: MembersListed): Step {
  const { fault, endless, pagesRead } = listed;
  if (endless !== undefined) return failed(run, 'endless_round', endless);
  const read = membersListed(run, listed);
  if ((read.listing?.unlisted ?? []).length > unlistedMax) return membersFailed(read, tooManyUnlisted);
  if (fault === undefined) return goOn(read);
  return membersFailed(pagesRead > 0 ? answered(read) : read, fault);
}

/** What replicas have not heard of yet when the lists begin, the delta will not tell either: the lists wait a while. */
function tokenRead(run: SyncRun, token: { stream: StreamName; link: string }): Step {
  if (run.listing === undefined) return goOn(run);
  const read = withToken(run, run.listing, token);
  const seconds = run.settings.baselineWaitSeconds;
  const isFirst = token.stream === 'users';
  return isFirst || seconds === 0 ? goOn(read) : { run: answered(read), command: { kind: 'wait', seconds } };
}

/** Above a threshold nothing is applied, neither removals nor additions, until a person has approved this very plan. */
function planned(
  run: SyncRun,
  { plan, rejectedBefore, isApproved, warnings }: Extract<SyncEvent, { kind: 'planned' }>,
): Step {
  const decided: SyncRun = { ...answered(run), plan, warnings };
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
