import { blobArchive, openExports } from '../../shared/storage/archive.ts';
import { exportTables } from '../../shared/storage/export-tables.ts';
import { openTable, type TableConnection, tableNames } from '../../shared/storage/tables.ts';
import type { Settings } from '../settings.ts';

/** Copies every table to the container of exports. */
export async function exportAll(settings: Settings, connection: TableConnection) {
  const blobServiceUri = settings.DirectoryStorage__blobServiceUri ?? '';
  const container = openExports(
    connection.kind === 'connection-string'
      ? connection
      : { kind: 'identity', blobServiceUri, credential: connection.credential },
  );
  const tables = tableNames.map((name) => ({
    name,
    client: openTable(connection, name, { patience: 'sync' }),
  }));
  const { name, manifest } = await exportTables(tables, { archive: blobArchive(container), at: new Date() });
  return {
    name,
    entities: Object.fromEntries(manifest.tables.map(({ table, entities }) => [table, entities])),
  };
}
