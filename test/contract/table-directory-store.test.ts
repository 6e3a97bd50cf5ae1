import { afterEach, beforeAll, expect } from '@jest/globals';
import { findInconsistencies } from '../../shared/storage/consistency.ts';
import { tableDirectoryStore } from '../../shared/storage/table-directory-store.ts';
import { createTables, openTable, type TableConnection } from '../../shared/storage/tables.ts';
import { realRandomness } from '../support/directory-objects.ts';
import { onePartitionPerRequest } from '../support/meter-partitions.ts';
import { rowLimits } from '../support/row-limits.ts';
import { directoryStoreContract } from './directory-store.contract.ts';

const connection: TableConnection = {
  kind: 'connection-string',
  value: process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '',
};
const prefix = 'contract';
const partitions = onePartitionPerRequest();
const table = openTable(connection, 'directory', { prefix, policies: [rowLimits, partitions.policy] });

beforeAll(() => createTables(connection, { prefix, names: ['directory'] }));

afterEach(() => {
  // Every request names one partition, and it is a directory's (T03, I7).
  expect(partitions.violations()).toEqual([]);
});

directoryStoreContract('tables', () => ({
  store: tableDirectoryStore(table, realRandomness),
  other: tableDirectoryStore(table, realRandomness),
  inconsistencies: (directory) => findInconsistencies(table, directory),
}));
