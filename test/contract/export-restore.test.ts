import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type Archive, blobArchive, folderArchive } from '../../shared/storage/archive.ts';
import { exportTables, type NamedTable } from '../../shared/storage/export-tables.ts';
import { exportsIn, restoreTables } from '../../shared/storage/restore-tables.ts';
import { openTable } from '../../shared/storage/tables.ts';

const connection = process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '';
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const archives: [string, () => Promise<Archive>][] = [
  [
    'a folder',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'rookery-export-'));
      folders.push(folder);
      return folderArchive(folder);
    },
  ],
  [
    'a blob container',
    async () => {
      const container = BlobServiceClient.fromConnectionString(connection).getContainerClient(
        `exports-${Date.now()}`,
      );
      await container.create();
      return blobArchive(container);
    },
  ],
];

let prefixes = 0;
/** Tables of the product's names, each call in an account of its own as far as names tell. */
async function freshTables(): Promise<NamedTable[]> {
  const prefix = `export${Date.now()}x${prefixes++}x`;
  const tables = (['registry', 'directory'] as const).map((name) => ({
    name,
    client: openTable({ kind: 'connection-string', value: connection }, name, { prefix }),
  }));
  await Promise.all(tables.map(({ client }) => client.createTable()));
  return tables;
}

async function rowsOf({ client }: NamedTable): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const { etag: _etag, timestamp: _timestamp, ...row } of client.listEntities({
    disableTypeConversion: true,
  })) {
    rows.push(row);
  }
  return rows;
}

const everyType = {
  text: 'Grüße, 漢字 🪺 "\\ \n',
  empty: '',
  whole: 42,
  fraction: 0.1,
  wholeDouble: { type: 'Double', value: '4' },
  long: { type: 'Int64', value: '9007199254740993' },
  yes: true,
  no: false,
  bytes: new Uint8Array([0, 255, 128]),
  when: { type: 'DateTime', value: '2026-11-23T06:33:00.1234567Z' },
  guid: { type: 'Guid', value: '11111111-1111-4111-8111-111111111111' },
};

async function fill(tables: readonly NamedTable[]): Promise<void> {
  const [registry, directory] = tables;
  await registry?.client.createEntity({ partitionKey: 'a', rowKey: '1', ...everyType });
  for (const partitionKey of ['p1', 'p2', 'p3']) {
    for (let page = 0; page < 2; page++) {
      const rows = Array.from({ length: 90 }, (_, index) => ({
        partitionKey,
        rowKey: `${page}-${index}`,
        n: index,
      }));
      await directory?.client.submitTransaction(rows.map((row) => ['create', row]));
    }
  }
}

describe.each(archives)('with %s as archive', (_name, open) => {
  test('an export restored into empty tables gives back every entity, type for type', async () => {
    const [archive, source, target] = await Promise.all([open(), freshTables(), freshTables()]);
    await fill(source);
    const { name, manifest } = await exportTables(source, { archive, at: new Date('2026-11-23T02:00:00Z') });
    expect(manifest.tables.map(({ table, entities }) => [table, entities])).toEqual([
      ['registry', 1],
      ['directory', 540],
    ]);
    expect(await exportsIn(archive)).toEqual([name]);
    await restoreTables(target, { archive, name, resume: false });
    for (const [index, table] of source.entries()) {
      const restoredTable = target[index];
      if (restoredTable === undefined) throw new Error('a table is missing');
      expect(await rowsOf(restoredTable)).toEqual(await rowsOf(table));
    }
  });

  test('a table that is not empty is left alone, unless the restore is resumed', async () => {
    const [archive, source, target] = await Promise.all([open(), freshTables(), freshTables()]);
    await fill(source);
    const { name } = await exportTables(source, { archive, at: new Date() });
    await target[1]?.client.createEntity({ partitionKey: 'p1', rowKey: '0-0', stale: true });
    await expect(restoreTables(target, { archive, name, resume: false })).rejects.toThrow('is not empty');
    expect(await Promise.all(target.map(rowsOf))).toEqual([
      [],
      [{ partitionKey: 'p1', rowKey: '0-0', stale: { type: 'Boolean', value: 'true' } }],
    ]);
    await restoreTables(target, { archive, name, resume: true });
    expect(await Promise.all(target.map(rowsOf))).toEqual(await Promise.all(source.map(rowsOf)));
  });

  test('a damaged or missing part stops the restore before the first row', async () => {
    const [archive, source, target] = await Promise.all([open(), freshTables(), freshTables()]);
    await fill(source);
    const { name, manifest } = await exportTables(source, { archive, at: new Date() });
    const part = manifest.tables[1]?.parts[0]?.name ?? '';
    const damaged: Archive = {
      ...archive,
      read: async (wanted) => {
        const bytes = await archive.read(wanted);
        return wanted === part ? bytes?.map((byte, index) => (index === 20 ? byte ^ 1 : byte)) : bytes;
      },
    };
    await expect(restoreTables(target, { archive: damaged, name, resume: false })).rejects.toThrow(
      'changed or damaged',
    );
    const missing = {
      ...archive,
      read: (wanted: string) => (wanted === part ? Promise.resolve(undefined) : archive.read(wanted)),
    };
    await expect(restoreTables(target, { archive: missing, name, resume: false })).rejects.toThrow('misses');
    expect(await Promise.all(target.map(rowsOf))).toEqual([[], []]);
  });

  test('an export whose manifest was never written is none', async () => {
    const [archive, source] = await Promise.all([open(), freshTables()]);
    await fill(source);
    const dying: Archive = {
      ...archive,
      write: (name, bytes) =>
        name.endsWith('manifest.json') ? Promise.reject(new Error('died')) : archive.write(name, bytes),
    };
    await expect(exportTables(source, { archive: dying, at: new Date() })).rejects.toThrow('died');
    expect(await exportsIn(archive)).toEqual([]);
  });
});
