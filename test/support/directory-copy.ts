import type { TableClient } from '@azure/data-tables';
import type { DirectoryId } from '../../shared/model/ids.ts';
import { type Property, type RowChange, submitBatch } from '../../shared/storage/batch.ts';

/** All rows of a directory at rest, to be written into other partitions: quicker than making them anew. */
export async function rowsOf(table: TableClient, directory: DirectoryId): Promise<readonly RowChange[]> {
  const rows: RowChange[] = [];
  const filter = `PartitionKey eq '${directory}'`;
  for await (const entity of table.listEntities<Record<string, Property>>({ queryOptions: { filter } })) {
    const { partitionKey: _, rowKey = '', etag: __, timestamp: ___, ...row } = entity;
    const own = Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('odata.')));
    rows.push({ action: 'insert', rowKey, row: own as Record<string, Property> });
  }
  return rows;
}

export async function writeRows(
  table: TableClient,
  directory: DirectoryId,
  rows: readonly RowChange[],
): Promise<void> {
  const starts = Array.from({ length: Math.ceil(rows.length / 100) }, (_, batch) => batch * 100);
  await Promise.all(starts.map((start) => submitBatch(table, directory, rows.slice(start, start + 100))));
}
