import { z } from 'zod';
import { limits } from '../model/limits.ts';
import type { RowProperties } from './batch.ts';
import type { FoundRow } from './registry-rows.ts';

/** A record as a row: its version beside it, so that rows are compared without reading into them. */
export function recordRow(record: { readonly version: number }): RowProperties {
  const json = JSON.stringify(record);
  if (json.length > limits.recordUnitsMax)
    throw new Error(`a record of ${json.length} units does not fit a row`);
  const parts = Array.from({ length: Math.ceil(json.length / propertyUnitsMax) }, (_, index) =>
    json.slice(index * propertyUnitsMax, (index + 1) * propertyUnitsMax),
  );
  const more = parts.slice(1).map((part, index) => [`json${index + 1}`, part]);
  // An older, longer version that is merged over keeps parts, so that their number is said.
  return {
    schema: 1,
    version: record.version,
    json: parts[0] ?? '',
    parts: parts.length,
    ...Object.fromEntries(more),
  };
}

/** Rows outlive the code that wrote them, so they are parsed like any other input. */
export const parseRecord = <T>(schema: z.ZodType<T>, found: FoundRow): T =>
  schema.parse(JSON.parse(jsonOf(found)));

function jsonOf(found: FoundRow): string {
  const { json, parts } = RecordRow.parse(found.row);
  const more = Array.from({ length: parts - 1 }, (_, index) =>
    z.string().parse(found.row[`json${index + 1}`]),
  );
  return [json, ...more].join('');
}

export const versionOf = (found: FoundRow): number => RecordRow.parse(found.row).version;

const RecordRow = z.object({
  schema: z.literal(1),
  version: z.int().positive(),
  json: z.string(),
  parts: z.int().positive().default(1),
});
const propertyUnitsMax = 30_000;
