import type { DirectoryId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { submitBatch } from './batch.ts';
import type { DirectoryTable, RangeRow } from './directory-table.ts';
import { available, ifThere } from './storage-busy.ts';

/** Rows that one call removes. */
const erasedRowsMax = 1000;

/** Removes a page of the directory's rows; false while some are left. Nobody writes to the directory any more. */
export async function eraseDirectory(shared: DirectoryTable, directory: DirectoryId): Promise<boolean> {
  const range = { from: '', to: '~', limit: erasedRowsMax + 1, keysOnly: true };
  const rows = await shared.range(directory, range);
  const batches: RangeRow[][] = [];
  for (let start = 0; start < Math.min(rows.length, erasedRowsMax); start += limits.transactionRowsMax) {
    batches.push(rows.slice(start, Math.min(start + limits.transactionRowsMax, erasedRowsMax)));
  }
  await Promise.all(batches.map((batch) => erase(shared, directory, batch)));
  return rows.length <= erasedRowsMax;
}

async function erase(
  shared: DirectoryTable,
  directory: DirectoryId,
  rows: readonly RangeRow[],
): Promise<void> {
  const changes = rows.map(({ rowKey }) => ({ action: 'delete' as const, rowKey }));
  const done = await ifThere(available(submitBatch(shared.table, directory, changes)));
  if (done !== undefined) return;
  // Another eraser, or a lost answer: some rows are gone already, which is what was asked for.
  for (const { rowKey } of rows) await ifThere(shared.table.deleteEntity(directory, rowKey));
}
