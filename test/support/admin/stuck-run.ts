import type { AdminPorts } from '../../../shared/admin/ports.ts';
import type { DirectoryId, RunId } from '../../../shared/model/ids.ts';
import { failRun } from '../../../shared/sync/fail-run.ts';

interface Stack {
  readonly nested: Pick<AdminPorts['nested'], 'store' | 'history'>;
  readonly clock: { readonly now: number };
}

/** A run that has just begun is in the middle of what it applies, and its step has failed for good. */
export async function stickRun(
  { nested: { store, history }, clock }: Stack,
  directory: DirectoryId,
  run: RunId,
): Promise<void> {
  const now = () => clock.now;
  const fence = await store.acquire(directory, { holder: 'test', now: now(), seconds: 60 });
  const begun = await store.run(directory, run);
  if (fence === undefined || begun === undefined) throw new Error('the run has not begun');
  // It has nothing to apply: a step would fail here, too, but it is not tried again in a test.
  const waits = { until: now() + 86_400_000, asked: true };
  await store.commit(directory, fence, [{ kind: 'checkpoint', run: { ...begun, phase: 'apply', waits } }]);
  await store.release(directory, fence);
  const failure = { code: 'step_failed', detail: 'again and again' };
  await failRun(
    { store, log: history, now, holder: 'poison' },
    { directory, run, step: begun.step },
    failure,
  );
}
