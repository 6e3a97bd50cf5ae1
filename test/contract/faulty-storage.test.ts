import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTable } from '../../shared/storage/tables.ts';
import { type FaultyStorage, startFaultyStorage } from '../../tools/embedded/faulty-storage.ts';

const connectionString = process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '';
const tableEndpoint = /TableEndpoint=([^;]+)/.exec(connectionString)?.[1] ?? '';
const prefix = `faulty${Date.now()}`;
let faulty: FaultyStorage;

beforeAll(async () => {
  await openTable({ kind: 'connection-string', value: connectionString }, 'registry', {
    prefix,
  }).createTable();
  const rates = { busy: 0.06, timedOut: 0.06, reset: 0.06, answerLost: 0.06, late: 0.06 };
  faulty = await startFaultyStorage({ connectionString, tableEndpoint }, { seed: 7, rates });
});
afterAll(() => faulty.stop());

test('upserts survive every kind of fault by quick retries, and each kind occurred', async () => {
  const table = openTable({ kind: 'connection-string', value: faulty.connectionString }, 'registry', {
    prefix,
  });
  for (let index = 0; index < 80; index++) {
    await table.upsertEntity({ partitionKey: 'p', rowKey: String(index).padStart(3, '0'), index }, 'Replace');
  }
  const met = Object.values(faulty.faults);
  expect(Math.min(...met)).toBeGreaterThan(0);
  faulty.heal();
  const rows: unknown[] = [];
  for await (const row of table.listEntities()) rows.push(row['index']);
  expect(rows).toEqual(Array.from({ length: 80 }, (_, index) => index));
});
