import { RestError } from '@azure/data-tables';
import type { DirectoryId } from '../../model/ids.ts';
import type { Fence, NestedWrite } from '../../sync/nested-store.ts';
import { type RowChange, submitBatch } from '../batch.ts';
import { available } from '../storage-busy.ts';
import type { leases } from './lease.ts';
import { leaseKey } from './nested-keys.ts';
import type { NestedTable } from './nested-table.ts';
import { plannedRows } from './planned-writes.ts';

/** Carries out writes in as few transactions as fit, each with the fence in it. */
export async function commitFenced(
  shared: NestedTable,
  lease: ReturnType<typeof leases>,
  commit: { readonly directory: DirectoryId; readonly fence: Fence; readonly writes: readonly NestedWrite[] },
): Promise<void> {
  const { directory, fence, writes } = commit;
  for (let attempt = 1; ; attempt++) {
    const planned = await Promise.all(writes.map((write) => plannedRows(shared, directory, write)));
    try {
      for (const rows of transactionsOf(planned.flat()))
        await sendFenced(shared, lease, { directory, fence, rows });
      return;
    } catch (error) {
      // Something a repeated send had done already, such as a delete: look again and send what is left.
      const isOutdated = error instanceof RestError && [404, 412].includes(error.statusCode ?? 0);
      if (!isOutdated || attempt === attemptsMax) throw error;
      await lease.renewedProof(directory, fence);
    }
  }
}

const attemptsMax = 5;

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

/** Rows in order, cut where a transaction is full: 100 rows and 4 MiB, less what the fence and the wrapping take. */
function transactionsOf(rows: readonly RowChange[]): readonly (readonly RowChange[])[] {
  const transactions: RowChange[][] = [];
  let current: RowChange[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = sizeOf(row);
    if (current.length === rowsMax || bytes + size > bytesMax) {
      transactions.push(current);
      current = [];
      bytes = 0;
    }
    current.push(row);
    bytes += size;
  }
  if (current.length > 0) transactions.push(current);
  return transactions.length === 0 ? [[]] : transactions;
}

const rowsMax = 99;
const bytesMax = 3_500_000;

function sizeOf(row: RowChange): number {
  if (row.action === 'delete') return 500;
  return Object.values(row.row).reduce<number>((sum, value) => {
    if (value instanceof Uint8Array) return sum + value.length * (4 / 3) + 100;
    return sum + (typeof value === 'string' ? Buffer.byteLength(value) * 1.2 : 20) + 30;
  }, 700);
}
