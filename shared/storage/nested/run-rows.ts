import type { DirectoryId, RunId } from '../../model/ids.ts';
import type { Fence, OldRuns } from '../../sync/nested-store.ts';
import { sendFenced, underLease } from './fenced-commit.ts';
import type { leases } from './lease.ts';
import { nestedPrefix } from './nested-keys.ts';
import type { NestedTable } from './nested-table.ts';
import { deletedRowsMax, deletions, firstKeys, keysOfRun } from './run-keys.ts';

interface Under {
  readonly directory: DirectoryId;
  readonly fence: Fence;
}

/** Deletes a transaction's worth of a run's rows; false while there may be more. */
export async function discarded(
  shared: NestedTable,
  lease: ReturnType<typeof leases>,
  { directory, fence, run }: Under & { readonly run: RunId },
): Promise<boolean> {
  return await underLease(lease, { directory, fence }, async () => {
    const keys = await keysOfRun(shared, directory, run);
    if (keys.length > 0) await sendFenced(shared, lease, { directory, fence, rows: deletions(keys) });
    return keys.length < deletedRowsMax;
  });
}

/** Deletes a transaction's worth of checkpoints, or of orders to stop, of old runs; false while there may be more. */
export async function forgottenRuns(
  shared: NestedTable,
  lease: ReturnType<typeof leases>,
  { directory, fence, ...runs }: Under & OldRuns,
): Promise<boolean> {
  return await underLease(lease, { directory, fence }, async () => {
    const keys = await oldKeys(shared, directory, runs);
    if (keys.length > 0) await sendFenced(shared, lease, { directory, fence, rows: deletions(keys) });
    return keys.length === 0;
  });
}

async function oldKeys(
  shared: NestedTable,
  directory: DirectoryId,
  { before, keep }: OldRuns,
): Promise<readonly string[]> {
  for (const prefix of [nestedPrefix.run, nestedPrefix.cancel]) {
    const kept = new Set(keep.map((run) => prefix + run));
    const filter = `RowKey lt '${prefix}${before}'`;
    const keys = (await firstKeys(shared, directory, { prefix, filter })).filter((key) => !kept.has(key));
    if (keys.length > 0) return keys;
  }
  return [];
}
