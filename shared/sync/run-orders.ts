import type { DirectoryId, RunId } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import { idAfter } from './id-after.ts';
import { lookingAgain } from './look-again.ts';
import type { Fence } from './nested-store.ts';
import { newRun, type RunOrder } from './new-run.ts';
import type { SyncRun } from './run-records.ts';
import { mustHaveTerms, type RunTerms } from './run-terms.ts';
import type { SyncPorts } from './sync-ports.ts';

export interface OrderPorts extends Pick<SyncPorts, 'store' | 'queue' | 'log' | 'now' | 'holder'> {
  /**
   * Writes down who gave the order, when nothing stands in its way any more and before it takes effect, so that whoever dies on the way
   * leaves no effect that nobody knows the cause of. Absent where nobody gave it.
   */
  readonly note?: (run: RunId) => Promise<void>;
}

/**
 * Starts a run. Refusal `conflict` with the running run's id when there is one (XA-16); when that waits for a Graph that was not there, and
 * a person asks, it looks again at once.
 */
export async function startRun(ports: OrderPorts, order: RunOrder): Promise<SyncRun> {
  return await withLease(ports, order.directory, async (fence) => {
    const state = await ports.store.state(order.directory);
    if (state.activeRun !== undefined) {
      if (order.trigger === 'manual') await hurry(ports, fence, { ...order, id: state.activeRun });
      throw inProgress(state.activeRun);
    }
    const run = newRun({ ...order, id: idAfter(state.lastRun, order.id) }, state);
    const lastSync = order.mode === 'sync' ? { lastSync: run.id } : {};
    await ports.note?.(run.id);
    await ports.store.commit(order.directory, fence, [
      { kind: 'state', state: { ...state, activeRun: run.id, lastRun: run.id, ...lastSync } },
      { kind: 'checkpoint', run },
    ]);
    await tell(ports, run);
    return run;
  });
}

/** Ends a wait that nobody asked for, and sends on a run that has lost its message. What Graph asked for is kept. */
async function hurry(ports: OrderPorts, fence: Fence, of: Pick<SyncRun, 'directory' | 'id'>): Promise<void> {
  const run = await ports.store.run(of.directory, of.id);
  if (run === undefined || run.waits?.asked === true || run.status === 'awaiting-approval') return;
  const { waits, ...hurried } = run;
  if (waits !== undefined)
    await ports.store.commit(of.directory, fence, [{ kind: 'checkpoint', run: hurried }]);
  await tell(ports, hurried);
}

export interface Decision {
  readonly directory: DirectoryId;
  readonly run: RunId;
  /** The hash of the plan that was looked at. */
  readonly hash: string;
  readonly by: string;
  readonly approve: boolean;
  /** Those of today, which an approved run has to have; absent where nobody changes any. */
  readonly terms?: RunTerms;
}

/**
 * Approves or rejects the plan of a run that waits for it. An approved run reads on first, and waits again when what it would
 * do now is another thing. Deciding twice alike is harmless.
 */
export async function decideRun(ports: OrderPorts, decision: Decision): Promise<SyncRun> {
  return await withLease(ports, decision.directory, async (fence) => {
    const run = await ports.store.run(decision.directory, decision.run);
    if (run === undefined) throw new Refusal('not-found', `no run ${decision.run}`);
    const isAgain = wasDecided(run, decision);
    if (!isAgain) mustBeDecidable(run, decision);
    await ports.note?.(run.id);
    if (isAgain) return await toldAgain(ports, run);
    const approval = { by: decision.by, at: new Date(ports.now()).toISOString() };
    const decided: SyncRun = decision.approve
      ? { ...lookingAgain(run), approval, status: 'running' }
      : { ...run, approval, status: 'rejected' };
    await ports.store.commit(decision.directory, fence, [{ kind: 'checkpoint', run: decided }]);
    await tell(ports, decided);
    return decided;
  });
}

/** Whoever decided may have died before he told anybody. */
async function toldAgain(ports: OrderPorts, run: SyncRun): Promise<SyncRun> {
  if (run.finishedAt === undefined) await tell(ports, run);
  return run;
}

function mustBeDecidable(run: SyncRun, { hash, approve, terms }: Decision): void {
  if (run.status !== 'awaiting-approval') {
    throw new Refusal('conflict', `run ${run.id} does not wait for an approval`, {
      reason: 'not_awaiting_approval',
    });
  }
  if (run.plan?.hash !== hash) {
    throw new Refusal('precondition-failed', 'the plan is not the one that was shown', {
      reason: 'plan_changed',
    });
  }
  if (approve && terms !== undefined) mustHaveTerms(run, terms);
}

/** The same was decided of the same plan before. */
function wasDecided(run: SyncRun, { approve, hash }: Decision): boolean {
  if (run.approval === undefined || run.plan?.hash !== hash || run.status === 'awaiting-approval')
    return false;
  return approve === (run.status !== 'rejected');
}

export interface Abandonment {
  readonly directory: DirectoryId;
  readonly run: RunId;
  readonly by: string;
  readonly reason: string;
}

/**
 * Ends a run in the middle of what it applies, when nothing else helps. What it made true stays, what it did not is not: the next run
 * first makes what is stored fit together, reads everything anew, and tells consumers to do so too. Refusal `conflict` for a run that is
 * not stuck.
 */
export async function abandonRun(ports: OrderPorts, order: Abandonment): Promise<SyncRun> {
  const { directory, run: id, by, reason } = order;
  return await withLease(ports, directory, async (fence) => {
    const [state, run] = await Promise.all([ports.store.state(directory), ports.store.run(directory, id)]);
    if (run === undefined) throw new Refusal('not-found', `no run ${id}`);
    const isAgain = run.failure?.code === runAbandoned;
    if (!isAgain && (state.activeRun !== id || run.stuck === undefined)) {
      throw new Refusal('conflict', `run ${id} is not stuck`, { reason: 'run_not_stuck' });
    }
    await ports.note?.(id);
    if (isAgain) return await toldAgain(ports, run);
    const { tokens: _, ...kept } = state;
    const { waits: __, ...ended } = run;
    const failure = { code: runAbandoned, detail: `${by} ended it half-way: ${reason}` };
    const abandoned: SyncRun = { ...ended, status: 'failed', failure };
    await ports.store.commit(directory, fence, [
      { kind: 'state', state: { ...kept, unsettled: kept.unsettled ?? 'abandoned' } },
      { kind: 'checkpoint', run: abandoned },
    ]);
    await tell(ports, abandoned);
    return abandoned;
  });
}

const runAbandoned = 'run_abandoned';

/** Asks the active run to stop at its next checkpoint (XA-15). A decided plan is carried to its end. */
export async function cancelRun(ports: OrderPorts, directory: DirectoryId, id: RunId): Promise<void> {
  const run = await ports.store.run(directory, id);
  if (run === undefined) throw new Refusal('not-found', `no run ${id}`);
  await ports.note?.(id);
  await ports.store.orderCancel(directory, id);
  await wake(ports, run);
}

/** Sends the message of an unfinished run again: what the timer does for messages that were lost. */
export async function wakeActiveRun(ports: OrderPorts, directory: DirectoryId): Promise<RunId | undefined> {
  const { activeRun } = await ports.store.state(directory);
  const run = activeRun === undefined ? undefined : await ports.store.run(directory, activeRun);
  if (run !== undefined && run.status !== 'awaiting-approval') await wake(ports, run);
  return activeRun;
}

/** People by the run's row, and whoever carries it on by a message: after its checkpoint, which says what is true. */
async function tell(ports: OrderPorts, run: SyncRun): Promise<void> {
  await ports.log.saveRun(run);
  await wake(ports, run);
}

const wake = (ports: OrderPorts, { directory, id, step }: SyncRun) =>
  ports.queue.send({ directory, run: id, step }, 0);

async function withLease<T>(
  ports: OrderPorts,
  directory: DirectoryId,
  work: (fence: Fence) => Promise<T>,
): Promise<T> {
  const fence = await ports.store.acquire(directory, { holder: ports.holder, now: ports.now(), seconds: 60 });
  if (fence === undefined) {
    const { activeRun } = await ports.store.state(directory);
    throw activeRun === undefined
      ? new Refusal('busy', 'the directory is being worked on', { headers: { 'retry-after': '5' } })
      : inProgress(activeRun);
  }
  try {
    return await work(fence);
  } finally {
    await ports.store.release(directory, fence);
  }
}

const inProgress = (run: RunId) =>
  new Refusal('conflict', `run ${run} is in progress`, { reason: 'run_in_progress', about: { run } });
