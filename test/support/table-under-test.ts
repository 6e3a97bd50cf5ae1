import type { TableClient } from '@azure/data-tables';
import { type StorageMeter, storageMeter } from '../../shared/storage/storage-meter.ts';
import { createTables, openTable, type TableConnection } from '../../shared/storage/tables.ts';
import { type FaultyWire, faultyWire } from './fault-policy.ts';
import { rowLimits } from './row-limits.ts';

const connection = (): TableConnection => ({
  kind: 'connection-string',
  value: process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '',
});

/** The directory table of a suite on the emulator, with the service's limits, over a wire that can be broken and whose calls are counted. */
export interface TableUnderTest {
  readonly table: TableClient;
  readonly meter: StorageMeter;
  readonly wire: FaultyWire;
}

export function tableUnderTest(prefix: string): TableUnderTest {
  const meter = storageMeter();
  const wire = faultyWire();
  return {
    table: openTable(connection(), 'directory', { prefix, meter, policies: [rowLimits, wire.policy] }),
    meter,
    wire,
  };
}

export const makeTable = (prefix: string) => createTables(connection(), { prefix, names: ['directory'] });
