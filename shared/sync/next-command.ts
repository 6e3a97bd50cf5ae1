import { askAtHand } from './asking.ts';
import { listingCommand } from './listing.ts';
import type { SyncCommand } from './run-events.ts';
import type { SyncRun } from './run-records.ts';

/** What a run in this state has to do: a resumed run asks nothing else. */
export function nextCommand(run: SyncRun): SyncCommand {
  if (run.status === 'awaiting-approval') return { kind: 'rest' };
  if (run.status !== 'running') return run.phase === 'done' ? { kind: 'rest' } : { kind: 'abandon' };
  switch (run.phase) {
    case 'check':
      return { kind: run.settling === true ? 'settle' : 'check' };
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
      return run.auditDue === undefined ? { kind: 'finish' } : { kind: 'audit' };
    case 'done':
      return { kind: 'rest' };
  }
}

/** The page at hand of the read phase, or the look at all of them. */
export function readCommand(run: SyncRun): SyncCommand {
  if (run.listing !== undefined) return listingCommand(run, run.listing);
  const inTurn = run.lastRead === 'users' ? (['groups', 'users'] as const) : (['users', 'groups'] as const);
  for (const stream of inTurn) {
    const { delta, next } = run[stream];
    if (delta === undefined)
      return { kind: 'read-page', stream, ...(next === undefined ? {} : { link: next }) };
  }
  return { kind: 'examine' };
}

/** The list or the question at hand of the fold phase, or the plan. */
export function listCommand(run: SyncRun): SyncCommand {
  const reread = run.rereads[run.rereadsDone];
  if (reread === undefined) {
    const asked = askAtHand(run);
    return asked === undefined ? { kind: 'plan' } : { kind: 'ask-groups', ...asked };
  }
  const { next } = run.reread;
  return { kind: 'read-list', group: reread.group, ...(next === undefined ? {} : { link: next }) };
}
