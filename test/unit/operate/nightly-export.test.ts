import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, expect, test } from '@jest/globals';
import { wired } from '../../../functions/wiring.ts';
import { blobArchive, openExports } from '../../../shared/storage/archive.ts';
import { exportsIn } from '../../../shared/storage/restore-tables.ts';
import { openTable } from '../../../shared/storage/tables.ts';

const value = process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '';
const connection = { kind: 'connection-string' as const, value };
const before = { ...process.env };
Object.assign(process.env, { DirectoryStorage: value, PUBLIC_ORIGIN: 'https://rookery.example' });
afterAll(() => {
  for (const name of ['DirectoryStorage', 'PUBLIC_ORIGIN']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

test('the nightly export copies every table that is there to the container `exports`, and says how much', async () => {
  const container = openExports(connection);
  await container.createIfNotExists();
  const table = openTable(connection, 'audit');
  await table.createTable();
  await table.createEntity({ partitionKey: 'p', rowKey: 'r', text: 'kept' });
  const { name, entities } = await wired().exportAll();
  expect(entities['audit']).toBe(1);
  expect(await exportsIn(blobArchive(container))).toContain(name);
  const blobs = BlobServiceClient.fromConnectionString(value).getContainerClient('exports');
  const manifest = await blobs.getBlobClient(`${name}/manifest.json`).downloadToBuffer();
  expect(JSON.parse(manifest.toString())).toMatchObject({
    format: 1,
    tables: expect.arrayContaining([expect.objectContaining({ table: 'audit', entities: 1 })]),
  });
});
