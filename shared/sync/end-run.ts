import { forbiddenAfter } from './asking.ts';
import { auditedAfter } from './audit-after.ts';
import { selectFingerprint } from './graph-port.ts';
import { replayAfter } from './listing.ts';
import { refusedAfter } from './refused-tokens.ts';
import { removedLatelyAfter } from './removal-window.ts';
import type { RunLogEntry } from './run-log.ts';
import type { SyncRun } from './run-records.ts';
import { isFlattened, policyFingerprint } from './scope.ts';
import type { DirectoryCounts, SyncState } from './sync-state.ts';
import type { Done, Work } from './work.ts';

/** Tokens, counts and the end of the run are one commit, after everything else. */
export async function finish(work: Work, run: SyncRun): Promise<Done> {
  const { ports, fence, state } = work;
  while (!(await ports.store.discard(run.directory, fence, run.id))) {
    // Each call removes a page.
  }
  const finished: SyncRun = {
    ...run,
    phase: 'done',
    status: 'done',
    finishedAt: new Date(ports.now()).toISOString(),
  };
  await ports.store.commit(run.directory, fence, [
    { kind: 'state', state: await stateAfter(state, finished) },
    { kind: 'checkpoint', run: finished },
  ]);
  return { event: { kind: 'finished' }, writes: [] };
}

/** What a completed run leaves out of the state, unless it says it anew. */
const passing = [
  'activeRun',
  'asks',
  'asksForbiddenAt',
  'audit',
  'enumerateGroups',
  'enumerateUsers',
  'liveUsers',
  'refusedTokens',
  'rejectedPlan',
  'replay',
  'throttledUntil',
  'unsettled',
  'usersAgain',
  'usersBefore',
] as const;

async function stateAfter(state: SyncState, run: SyncRun): Promise<SyncState> {
  const lasting = { ...state };
  for (const name of passing) delete lasting[name];
  const replay = replayAfter(state, run);
  const { waiting = [], tooMany = false } = run.asking ?? {};
  const isTooMuch = tooMany || run.enumerateNext === true || run.plan?.enumerateNext === true;
  if (run.users.delta === undefined || run.groups.delta === undefined || run.checked === undefined) {
    throw new Error(`run ${run.id} finishes before its rounds are complete`);
  }
  return {
    ...lasting,
    tokens: {
      users: replay?.users ?? run.users.delta,
      groups: replay?.groups ?? run.groups.delta,
      select: selectFingerprint,
      ...ownerOf(run),
    },
    ...usersBefore(state, run),
    ...(replay === undefined ? {} : { replay }),
    counts: countsAfter(state, run),
    removedLately: removedLatelyAfter(state, run),
    checked: run.checked,
    ...auditedAfter(state, run),
    ...(waiting.length === 0 ? {} : { asks: waiting, ...forbiddenAfter(state, run) }),
    ...(isTooMuch ? { enumerateGroups: true } : {}),
    enumerated: run.groups.baseline,
    policy: await policyFingerprint(run.settings, run.checked),
    flattened: isFlattened(run.settings),
    lastRun: run.id,
    lastCompletedRun: run.id,
    lastCompletedAt: run.finishedAt ?? run.startedAt,
  };
}

/** Where what was new to the run began: of one that began at the older token once more that is the token of the run before it. */
function usersBefore({ tokens, usersAgain, usersBefore: older }: SyncState, { users }: SyncRun) {
  if (users.start === undefined) return {};
  const isAgain = usersAgain === true && tokens !== undefined && users.start === older;
  return { usersBefore: isAgain ? tokens.users : users.start };
}

const ownerOf = ({ readAs }: SyncRun) => (readAs === undefined ? {} : { readAs });

function countsAfter({ counts: published }: SyncState, run: SyncRun): DirectoryCounts {
  const { users, groups, memberships } = run.plan?.before ??
    published ?? { users: 0, groups: 0, memberships: 0 };
  const counts = run.plan?.counts;
  return {
    users: users + (counts?.usersCreated ?? 0) - (counts?.usersRemoved ?? 0),
    groups: groups + (counts?.groupsCreated ?? 0) - (counts?.groupsRemoved ?? 0),
    memberships: memberships + (counts?.membershipsAdded ?? 0) - (counts?.membershipsRemoved ?? 0),
    domains: run.checked?.verifiedDomains.length ?? 0,
  };
}

/** A run that ends while Graph wants nobody to ask leaves word of it to the next one. */
export const throttledUntil = ({ waits }: SyncRun): Pick<SyncState, 'throttledUntil'> =>
  waits?.asked === true ? { throttledUntil: waits.until } : {};

/** Ends a run that applies nothing: its staging goes, tokens and counts stay as they were. */
export async function abandon({ ports, fence, state, counted }: Work, run: SyncRun): Promise<void> {
  while (!(await ports.store.discard(run.directory, fence, run.id))) {
    // Each call removes a page.
  }
  // Before the end, as nobody comes back to a run that has ended.
  const refused = refusedAfter(state, run);
  await logFailure(ports, run, refused.log);
  const warnings = run.warnings + refused.log.length;
  const ended: SyncRun = { ...run, warnings, finishedAt: new Date(ports.now()).toISOString() };
  const { activeRun: _, ...kept } = { ...state, ...refused.state, ...throttledUntil(run) };
  const rejected = run.status === 'rejected' && run.plan !== undefined ? { rejectedPlan: run.plan.hash } : {};
  await ports.store.commit(run.directory, fence, [
    { kind: 'state', state: { ...kept, ...rejected, lastRun: run.id } },
    { kind: 'checkpoint', run: ended },
  ]);
  await ports.log.saveRun(counted(ended));
}

async function logFailure(
  { log }: Pick<Work['ports'], 'log'>,
  run: SyncRun,
  warnings: readonly RunLogEntry[],
): Promise<void> {
  if (run.failure === undefined) return;
  const { code, detail: message } = run.failure;
  const failure = { key: '9/failure', at: run.startedAt, level: 'error', code, message } as const;
  await log.write(run.directory, run.id, [failure, ...warnings]);
}
