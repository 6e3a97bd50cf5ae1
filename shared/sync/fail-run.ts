import { throttledUntil } from './end-run.ts';
import { FenceLost } from './nested-store.ts';
import type { OrderPorts } from './run-orders.ts';
import type { SyncRun } from './run-records.ts';
import type { SyncMessage } from './sync-ports.ts';

export interface Failure {
  readonly code: string;
  readonly detail: string;
}

/** It goes forward only, unless somebody ends it half-way. */
const isBeingApplied = ({ phase, status }: SyncRun) =>
  (phase === 'apply' || phase === 'cleanup') && status === 'running';

/**
 * Ends a run whose steps fail for a reason nobody foresaw: nothing of it is applied, and the next run begins from the last
 * committed tokens. From the apply phase on a run can only go forward, so there it is told, as one that is stuck, and left to be woken
 * again; only a person ends it (`abandonRun`). Old messages, finished runs and those that wait for a person are left alone.
 */
export async function failRun(
  ports: Pick<OrderPorts, 'store' | 'log' | 'now' | 'holder'>,
  { directory, run: id, step }: SyncMessage,
  failure: Failure,
): Promise<'failed' | 'told' | 'nothing'> {
  const { store, log } = ports;
  const fence = await store.acquire(directory, { holder: ports.holder, now: ports.now(), seconds: 300 });
  // Somebody works on it: what he cannot do comes here again.
  if (fence === undefined) return 'nothing';
  try {
    const [state, run] = await Promise.all([store.state(directory), store.run(directory, id)]);
    if (run === undefined || state.activeRun !== id || step < run.step) return 'nothing';
    if (run.status === 'awaiting-approval') return 'nothing';
    const at = new Date(ports.now()).toISOString();
    await log.write(directory, id, [
      { key: '9/step-failed', at, level: 'error', code: failure.code, message: failure.detail },
    ]);
    if (isBeingApplied(run)) {
      const stuck: SyncRun = { ...run, stuck: { since: at, ...run.stuck, ...failure } };
      await store.commit(directory, fence, [{ kind: 'checkpoint', run: stuck }]);
      await log.saveRun(stuck);
      return 'told';
    }
    while (!(await store.discard(directory, fence, id))) {
      // Each call removes a page.
    }
    const { activeRun: _, ...kept } = { ...state, ...throttledUntil(run) };
    const failed: SyncRun = { ...run, status: 'failed', finishedAt: at, failure: run.failure ?? failure };
    await store.commit(directory, fence, [
      { kind: 'state', state: { ...kept, lastRun: id } },
      { kind: 'checkpoint', run: failed },
    ]);
    await log.saveRun(failed);
    return 'failed';
  } catch (error) {
    if (error instanceof FenceLost) return 'nothing';
    throw error;
  } finally {
    await store.release(directory, fence);
  }
}
