import { z } from 'zod';
import type { RowProperties } from './batch.ts';
import type { FoundRow } from './registry-rows.ts';

/** A record as a row: its version beside it, so that rows are compared without reading into them. */
export function recordRow(record: { readonly version: number }): RowProperties {
  const json = JSON.stringify(record);
  if (json.length > propertyUnitsMax)
    throw new Error(`a record of ${json.length} units does not fit a property`);
  return { schema: 1, version: record.version, json };
}

/** Rows outlive the code that wrote them, so they are parsed like any other input. */
export const parseRecord = <T>(schema: z.ZodType<T>, found: FoundRow): T =>
  schema.parse(JSON.parse(RecordRow.parse(found.row).json));

export const versionOf = (found: FoundRow): number => RecordRow.parse(found.row).version;

const RecordRow = z.object({ schema: z.literal(1), version: z.int().positive(), json: z.string() });
const propertyUnitsMax = 30_000;
