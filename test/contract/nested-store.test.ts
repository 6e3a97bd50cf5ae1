import { tableNestedStore } from '../../shared/storage/table-nested-store.ts';
import { openTable } from '../../shared/storage/tables.ts';
import { rowLimits } from '../support/row-limits.ts';
import { memoryNestedStore } from '../support/sync/memory-nested-store.ts';
import { describeNestedStore } from './nested-store-contract.ts';

const connection = {
  kind: 'connection-string' as const,
  value: process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '',
};
const options = { prefix: `nested${Date.now()}`, policies: [rowLimits] };
let created: Promise<unknown> | undefined;

describeNestedStore('nested directories in Table Storage', async () => {
  const table = openTable(connection, 'directory', options);
  created ??= table.createTable();
  await created;
  return tableNestedStore(table);
});

describeNestedStore('nested directories in memory', () => Promise.resolve(memoryNestedStore()));
