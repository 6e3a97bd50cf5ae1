import { RestError, type TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { Archive } from './archive.ts';
import {
  type ExportedEntity,
  type ExportManifest,
  manifestName,
  packPart,
  sha256Of,
} from './export-format.ts';
import type { TableName } from './tables.ts';

/** A table by its name in the product, whatever the account calls it. */
export interface NamedTable {
  readonly name: TableName;
  readonly client: TableClient;
}

export interface ExportProgress {
  readonly table: string;
  readonly entities: number;
}

/**
 * Copies every entity of `tables` into the archive, as gzip of NDJSON parts and a manifest with their hashes.
 * Tables have neither soft delete nor versions, so this is what a restore starts from. Memory is bounded by one part.
 * Rows written meanwhile may or may not be in it; `fsck` after a restore mends what a write in between tore apart.
 * A table that is not there is left out: a newer version's code may know more tables than the account has.
 */
export async function exportTables(
  tables: readonly NamedTable[],
  to: {
    readonly archive: Archive;
    readonly at: Date;
    readonly onProgress?: (progress: ExportProgress) => void;
  },
): Promise<{ readonly name: string; readonly manifest: ExportManifest }> {
  const name = exportName(to.at);
  const copied: ExportManifest['tables'] = [];
  for (const { name: table, client } of tables) {
    if (!(await isThere(client))) continue;
    const parts: ExportManifest['tables'][number]['parts'] = [];
    let entities = 0;
    for await (const batch of partsOf(client)) {
      const part = {
        name: `${name}/${table}/${String(parts.length).padStart(6, '0')}.ndjson.gz`,
        entities: batch.length,
      };
      const bytes = packPart(batch);
      await to.archive.write(part.name, bytes);
      parts.push({ ...part, sha256: sha256Of(bytes) });
      entities += batch.length;
      to.onProgress?.({ table, entities });
    }
    copied.push({ table, entities, parts });
  }
  const manifest: ExportManifest = { format: 1, at: to.at.toISOString(), tables: copied };
  await to.archive.write(manifestName(name), new TextEncoder().encode(JSON.stringify(manifest, null, 2)));
  return { name, manifest };
}

async function isThere(table: TableClient): Promise<boolean> {
  try {
    await table
      .listEntities({ queryOptions: { select: ['RowKey'] } })
      .byPage({ maxPageSize: 1 })
      .next();
    return true;
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return false;
    throw error;
  }
}

/** Names sort by time. */
const exportName = (at: Date): string =>
  `export-${at.toISOString().replaceAll(/[-:]/g, '').replace('.', '')}`;

const entitiesPerPart = 10_000;

async function* partsOf(table: TableClient): AsyncGenerator<readonly ExportedEntity[]> {
  let batch: ExportedEntity[] = [];
  const pages = table.listEntities({ disableTypeConversion: true }).byPage({ maxPageSize: 1000 });
  for await (const page of pages) {
    for (const entity of page) batch.push(exported(entity));
    if (batch.length >= entitiesPerPart) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

const TypedProperty = z.object({ type: z.string(), value: z.string() });

function exported(entity: Readonly<Record<string, unknown>>): ExportedEntity {
  const properties: Record<string, z.infer<typeof TypedProperty>> = {};
  for (const [name, property] of Object.entries(entity)) {
    // The keys, the etag and the timestamp come as plain text: the service makes the last two anew.
    if (typeof property !== 'string') properties[name] = TypedProperty.parse(property);
  }
  return { partitionKey: String(entity['partitionKey']), rowKey: String(entity['rowKey']), properties };
}
