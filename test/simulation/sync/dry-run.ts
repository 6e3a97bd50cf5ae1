import { isDeepStrictEqual } from 'node:util';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { simulatedDirectory as directory, type SimulatedSync } from '../../support/sync/simulated-sync.ts';

/** A dry run writes nothing but its own row (I11). */
export async function previewed(
  sync: SimulatedSync,
  settings: Parameters<SimulatedSync['sync']>[0],
): Promise<SyncRun> {
  const before = await everythingIn(sync);
  const dry = await sync.sync(settings, 'dry-run', 'manual');
  const after = await everythingIn(sync);
  if (!isDeepStrictEqual(after, before)) throw new Error(`dry run ${dry.id} has written something`);
  return dry;
}

/** A run right after it has the same plan, or fails alike (I11). */
export function compareWith(dry: SyncRun, run: SyncRun): void {
  const shown = [dry.plan?.hash, dry.plan?.counts, dry.plan?.exceeded, dry.failure?.code];
  const planned = [run.plan?.hash, run.plan?.counts, run.plan?.exceeded, run.failure?.code];
  if (!isDeepStrictEqual(shown, planned))
    throw new Error(
      `dry run ${dry.id} shows ${JSON.stringify(shown)}, and ${run.id} plans ${JSON.stringify(planned)}`,
    );
}

async function everythingIn({ store }: SimulatedSync): Promise<readonly unknown[]> {
  const { activeRun: _, lastRun: __, ...state } = await store.state(directory);
  const rows: unknown[] = [];
  for await (const users of store.userPages(directory)) rows.push(...users);
  for await (const groups of store.groupPages(directory)) rows.push(...groups);
  const nesting = await store.nesting(directory);
  for (const { id } of nesting.groups)
    rows.push(await store.members(directory, id), await store.heldMembers(directory, id));
  const outbox = await store.outbox(directory, { limit: 1_000_000 });
  return [state, rows, nesting, outbox.map(({ key }) => key)];
}
