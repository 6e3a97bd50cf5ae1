import type { TableClient, TableEntity, TransactionAction } from '@azure/data-tables';
import { z } from 'zod';
import type { Archive } from './archive.ts';
import { type ExportedEntity, ExportManifest, manifestName, unpackPart } from './export-format.ts';
import type { NamedTable } from './export-tables.ts';
import { withoutRunInProgress } from './restore-run-state.ts';

export interface RestoreRequest {
  readonly archive: Archive;
  /** Name of the export, as `exportTables` returned it and `exportsIn` lists it. */
  readonly name: string;
  /** Go on with a restore that was cut off: rows that are there already are written again. */
  readonly resume: boolean;
  readonly onProgress?: (progress: {
    readonly table: string;
    readonly entities: number;
    readonly of: number;
  }) => void;
}

/**
 * Writes an export into empty tables of the same names. Everything is verified before the first row is written:
 * the manifest, each part's hash, that every table is known and empty. Safe to repeat with `resume`.
 * Every entity comes back as it was, but for what a run of a nested directory had in its hands: see `withoutRunInProgress`.
 */
export async function restoreTables(
  tables: readonly NamedTable[],
  request: RestoreRequest,
): Promise<ExportManifest> {
  const manifest = await manifestOf(request.archive, request.name);
  const targets = targetsOf(manifest, tables);
  for (const { parts } of manifest.tables) for (const part of parts) await entitiesOf(request.archive, part);
  if (!request.resume) await assertEmpty(tables);
  for (const { table, client, parts, entities: of } of targets) {
    let written = 0;
    for (const part of parts) {
      const entities = await entitiesOf(request.archive, part);
      await writeEntities(client, table === 'directory' ? withoutRunInProgress(entities) : entities);
      written += part.entities;
      request.onProgress?.({ table, entities: written, of });
    }
  }
  return manifest;
}

/** The tables of the manifest, each with its client; throws when the account lacks one. */
function targetsOf(manifest: ExportManifest, tables: readonly NamedTable[]) {
  const clients = new Map<string, TableClient>(tables.map(({ name, client }) => [name, client]));
  const missing = manifest.tables.filter(({ table }) => !clients.has(table)).map(({ table }) => table);
  if (missing.length > 0) {
    throw new Error(`the export has tables that this account has not: ${missing.join(', ')}`);
  }
  return manifest.tables.flatMap((exported) => {
    const client = clients.get(exported.table);
    return client === undefined ? [] : [{ ...exported, client }];
  });
}

/** Names of the complete exports in an archive, oldest first. */
export async function exportsIn(archive: Archive): Promise<readonly string[]> {
  const names = await archive.list('export-');
  return names
    .filter((name) => name.endsWith('/manifest.json'))
    .map((name) => name.slice(0, -'/manifest.json'.length));
}

async function manifestOf(archive: Archive, name: string): Promise<ExportManifest> {
  const bytes = await archive.read(manifestName(name));
  if (bytes === undefined) throw new Error(`there is no complete export named ${name}`);
  return ExportManifest.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

async function entitiesOf(
  archive: Archive,
  part: { readonly name: string; readonly sha256: string; readonly entities: number },
): Promise<readonly ExportedEntity[]> {
  const bytes = await archive.read(part.name);
  if (bytes === undefined) throw new Error(`the export misses ${part.name}`);
  const entities = unpackPart(bytes, part.sha256);
  if (entities.length !== part.entities) throw new Error(`${part.name} holds another number of entities`);
  return entities;
}

async function assertEmpty(tables: readonly NamedTable[]): Promise<void> {
  for (const { name, client } of tables) {
    for await (const _entity of client.listEntities({ queryOptions: { select: ['RowKey'] } })) {
      throw new Error(`the table ${name} is not empty; nothing was written`);
    }
  }
}

/** Rows arrive in key order, so that neighbours share a partition and fill transactions. */
async function writeEntities(table: TableClient, entities: readonly ExportedEntity[]): Promise<void> {
  let batch: TransactionAction[] = [];
  let partition: string | undefined;
  let bytes = 0;
  const flush = async () => {
    if (batch.length > 0) await table.submitTransaction(batch);
    batch = [];
    bytes = 0;
  };
  for (const entity of entities) {
    const size = sizeOf(entity);
    const full = batch.length === transactionRowsMax || bytes + size > transactionBytesMax;
    if (full || entity.partitionKey !== partition) await flush();
    partition = entity.partitionKey;
    batch.push(['upsert', restored(entity), 'Replace']);
    bytes += size;
  }
  await flush();
}

const transactionRowsMax = 100;
/** Under 4 MiB, the limit of a transaction, by what JSON adds to it. */
const transactionBytesMax = 2 * 1024 * 1024;

const sizeOf = (entity: ExportedEntity): number =>
  Object.values(entity.properties).reduce((sum, property) => sum + property.value.length * 2 + 64, 256);

function restored(entity: ExportedEntity): TableEntity {
  const properties = Object.entries(entity.properties).map(([name, property]) => [
    name,
    typedValue(property),
  ]);
  return { partitionKey: entity.partitionKey, rowKey: entity.rowKey, ...Object.fromEntries(properties) };
}

/** The client infers 32-bit numbers, texts, booleans and dates; the rest it must be told. */
function typedValue({ type, value }: { readonly type: string; readonly value: string }): unknown {
  switch (PropertyType.parse(type)) {
    case 'String':
      return value;
    case 'Int32':
      return Number(value);
    case 'Boolean':
      return value === 'true';
    case 'Binary':
      return Buffer.from(value, 'base64');
    case 'Double':
    case 'Int64':
    case 'DateTime':
    case 'Guid':
      return { type, value };
  }
}

const PropertyType = z.enum(['String', 'Int32', 'Boolean', 'Binary', 'Double', 'Int64', 'DateTime', 'Guid']);
