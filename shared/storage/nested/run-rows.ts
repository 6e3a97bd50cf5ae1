import type { DirectoryId, RunId } from '../../model/ids.ts';
import type { Fence, OldRuns } from '../../sync/nested-store.ts';
import type { RowChange } from '../batch.ts';
import { sendFenced } from './fenced-commit.ts';
import type { leases } from './lease.ts';
import { cancelKey, journalOf, nestedPrefix, stagedOf } from './nested-keys.ts';
import type { NestedTable } from './nested-table.ts';

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
  for (const prefix of [stagedOf(run), journalOf(run)]) {
    const keys = await firstKeys(shared, directory, { prefix });
    if (keys.length === 0) continue;
    await sendFenced(shared, lease, { directory, fence, rows: deletions(keys) });
    return false;
  }
  const order = cancelKey(run);
  if ((await shared.row(directory, order)) === undefined) return true;
  await sendFenced(shared, lease, { directory, fence, rows: deletions([order]) });
  return true;
}

/** Deletes a transaction's worth of checkpoints, or of orders to stop, of old runs; false while there may be more. */
export async function forgottenRuns(
  shared: NestedTable,
  lease: ReturnType<typeof leases>,
  { directory, fence, before, keep }: Under & OldRuns,
): Promise<boolean> {
  for (const prefix of [nestedPrefix.run, nestedPrefix.cancel]) {
    const kept = new Set(keep.map((run) => prefix + run));
    const filter = `RowKey lt '${prefix}${before}'`;
    const keys = (await firstKeys(shared, directory, { prefix, filter })).filter((key) => !kept.has(key));
    if (keys.length === 0) continue;
    await sendFenced(shared, lease, { directory, fence, rows: deletions(keys) });
    return false;
  }
  return true;
}

/** The first keys, as many as a transaction takes besides the fence. */
async function firstKeys(
  shared: NestedTable,
  directory: DirectoryId,
  { prefix, filter }: { readonly prefix: string; readonly filter?: string },
) {
  const only = { select: ['schema'], pageRows: deletedRowsMax, ...(filter === undefined ? {} : { filter }) };
  for await (const page of shared.pages(directory, prefix, only)) {
    if (page.length > 0) return page.map(({ rowKey }) => rowKey);
  }
  return [];
}

const deletions = (keys: readonly string[]) =>
  keys.map((rowKey): RowChange => ({ action: 'delete', rowKey }));

const deletedRowsMax = 99;
