import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';

/** One entity as a line of an export: keys, and each property with its Table type, so that it comes back exactly. */
export const ExportedEntity = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  properties: z.record(z.string(), z.object({ type: z.string(), value: z.string() })),
});
export type ExportedEntity = z.infer<typeof ExportedEntity>;

/** Written last: an export without its manifest is not one. */
export const ExportManifest = z.object({
  format: z.literal(1),
  at: z.iso.datetime(),
  tables: z.array(
    z.object({
      table: z.string(),
      entities: z.int().nonnegative(),
      parts: z.array(z.object({ name: z.string(), entities: z.int(), sha256: z.string() })),
    }),
  ),
});
export type ExportManifest = z.infer<typeof ExportManifest>;

export const manifestName = (exportName: string): string => `${exportName}/manifest.json`;

/** Gzip of one JSON document per line; the same entities always give the same bytes. */
export function packPart(entities: readonly ExportedEntity[]): Uint8Array {
  return gzipSync(entities.map((entity) => `${JSON.stringify(entity)}\n`).join(''));
}

/** The entities of a part; throws when a byte differs from what the manifest vouches for. */
export function unpackPart(bytes: Uint8Array, sha256: string): readonly ExportedEntity[] {
  if (sha256Of(bytes) !== sha256) throw new Error('a part of the export was changed or damaged');
  const lines = gunzipSync(bytes).toString('utf8').split('\n').slice(0, -1);
  return lines.map((line) => ExportedEntity.parse(JSON.parse(line)));
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
