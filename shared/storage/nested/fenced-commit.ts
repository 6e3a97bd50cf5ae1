import { RestError } from '@azure/data-tables';
import type { DirectoryId, RunId } from '../../model/ids.ts';
import type { Fence, NestedWrite } from '../../sync/nested-store.ts';
import { type RowChange, submitBatch } from '../batch.ts';
import { available } from '../storage-busy.ts';
import type { leases } from './lease.ts';
import { leaseKey } from './nested-keys.ts';
import type { NestedTable } from './nested-table.ts';
import { plannedRows } from './planned-writes.ts';
import { deletions, keysOfRun } from './run-keys.ts';
import { TransactionRoom } from './transaction-room.ts';

interface Commit {
  readonly directory: DirectoryId;
  readonly fence: Fence;
  readonly writes: readonly NestedWrite[];
}

/** Carries out writes in as few transactions as fit, each with the fence in it. */
export async function commitFenced(
  shared: NestedTable,
  lease: ReturnType<typeof leases>,
  commit: Commit,
): Promise<void> {
  await sendPlanned(shared, lease, { ...commit, transactionsMax: Number.POSITIVE_INFINITY });
}

/** The same in one transaction, with the end of what a run kept; false, and nothing is sent, when it takes more. */
export async function commitWhole(
  shared: NestedTable,
  lease: ReturnType<typeof leases>,
  commit: Commit & { readonly discards?: RunId | undefined },
): Promise<boolean> {
  return await sendPlanned(shared, lease, { ...commit, transactionsMax: 1 });
}

async function sendPlanned(
  shared: NestedTable,
  lease: ReturnType<typeof leases>,
  commit: Commit & { readonly transactionsMax: number; readonly discards?: RunId | undefined },
): Promise<boolean> {
  const { directory, fence, transactionsMax } = commit;
  return await underLease(lease, commit, async () => {
    const transactions = await plannedTransactions(shared, commit);
    if (transactions.length > transactionsMax) return false;
    for (const rows of transactions) await sendFenced(shared, lease, { directory, fence, rows });
    return true;
  });
}

/**
 * Reads and sends under the lease, and looks again when a heartbeat changed its tag in between, or when a repeated send had done
 * something already, such as a delete. Throws `FenceLost` when the lease went on.
 */
export async function underLease<T>(
  lease: ReturnType<typeof leases>,
  { directory, fence }: Pick<Commit, 'directory' | 'fence'>,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isOutdated(error) || attempt === attemptsMax) throw error;
      await lease.renewedProof(directory, fence);
    }
  }
}

const isOutdated = (error: unknown) =>
  error instanceof RestError && [404, 412].includes(error.statusCode ?? 0);

async function plannedTransactions(
  shared: NestedTable,
  { directory, writes, discards }: Commit & { readonly discards?: RunId | undefined },
) {
  const [kept, before, last] = await Promise.all([
    discards === undefined ? [] : keysOfRun(shared, directory, discards),
    plannedRows(
      shared,
      directory,
      writes.filter((write) => !isLast(write)),
    ),
    plannedRows(shared, directory, writes.filter(isLast)),
  ]);
  return transactionsOf([...lastOfEach(before), ...deletions(kept)], lastOfEach(last));
}

const attemptsMax = 5;

/** What says that all the others are written: together, and after them. */
const isLast = ({ kind }: NestedWrite) => kind === 'checkpoint' || kind === 'state';

/** A transaction takes each row once. */
const lastOfEach = (rows: readonly RowChange[]): readonly RowChange[] => {
  const byKey = new Map<string, RowChange>();
  for (const row of rows) {
    byKey.delete(row.rowKey);
    byKey.set(row.rowKey, row);
  }
  return [...byKey.values()];
};

export async function sendFenced(
  { table }: NestedTable,
  lease: ReturnType<typeof leases>,
  {
    directory,
    fence,
    rows,
  }: { readonly directory: DirectoryId; readonly fence: Fence; readonly rows: readonly RowChange[] },
): Promise<void> {
  const etag = await lease.proof(directory, fence);
  const proof: RowChange = { action: 'merge', rowKey: leaseKey, row: { epoch: fence.epoch }, etag };
  try {
    const [renewed] = await available(submitBatch(table, directory, [proof, ...rows]));
    lease.remember(directory, fence, renewed);
  } catch (error) {
    lease.remember(directory, fence, undefined);
    throw error;
  }
}

/** Rows in order, cut where a transaction is full. The rows of `last` stay together, with those before them where there is room. */
export function transactionsOf(
  rows: readonly RowChange[],
  last: readonly RowChange[],
): readonly (readonly RowChange[])[] {
  const transactions: (readonly RowChange[])[] = [];
  let room = new TransactionRoom();
  for (const together of [...rows.map((row) => [row]), last]) {
    if (room.take(together)) continue;
    transactions.push(room.rows);
    room = new TransactionRoom();
    room.take(together);
  }
  return transactions.length > 0 && room.isEmpty ? transactions : [...transactions, room.rows];
}
