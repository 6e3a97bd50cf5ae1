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
  const staged = await firstKeys(shared, directory, { prefix: stagedOf(run) });
  const room = deletedRowsMax - staged.length;
  const journal =
    room === 0 ? [] : await firstKeys(shared, directory, { prefix: journalOf(run), pageRows: room });
  const isLast = staged.length + journal.length < deletedRowsMax;
  const order = isLast && (await shared.row(directory, cancelKey(run))) !== undefined ? [cancelKey(run)] : [];
  const keys = [...staged, ...journal, ...order];
  if (keys.length > 0) await sendFenced(shared, lease, { directory, fence, rows: deletions(keys) });
  return isLast;
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

interface Keys {
  readonly prefix: string;
  readonly filter?: string;
  readonly pageRows?: number;
}

/** The first keys, as many as a transaction takes besides the fence; fewer only when there are no more. */
async function firstKeys(
  shared: NestedTable,
  directory: DirectoryId,
  { prefix, filter, pageRows = deletedRowsMax }: Keys,
): Promise<readonly string[]> {
  const only = { select: ['schema'], pageRows, ...(filter === undefined ? {} : { filter }) };
  const keys: string[] = [];
  for await (const page of shared.pages(directory, prefix, only)) {
    keys.push(...page.map(({ rowKey }) => rowKey));
    if (keys.length >= pageRows) break;
  }
  return keys.slice(0, pageRows);
}

const deletions = (keys: readonly string[]) =>
  keys.map((rowKey): RowChange => ({ action: 'delete', rowKey }));

const deletedRowsMax = 99;
