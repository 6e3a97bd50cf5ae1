import type { RowProperties } from './batch.ts';

const idBytes = 16;
/** Ids of one binary property; the service takes 64 KiB. */
const idsPerProperty = 4000;

/** Ids that one row can hold: 800 KB of the mebibyte a row may have. */
export const packedIdsMax = 50_000;

/** UUIDs as binary properties `b0`, `b1`, …, 16 bytes each, in their order. */
export function packIds(ids: readonly string[]): RowProperties {
  const properties: Record<string, Uint8Array> = {};
  for (let start = 0; start < ids.length; start += idsPerProperty) {
    const digits = ids.slice(start, start + idsPerProperty).join('');
    properties[`b${start / idsPerProperty}`] = Buffer.from(digits.replaceAll('-', ''), 'hex');
  }
  return properties;
}

/** The ids that `packIds` packed; throws when there are not `count`. */
export function unpackIds(row: Readonly<Record<string, unknown>>, count: number): readonly string[] {
  const ids: string[] = [];
  for (let property = 0; ids.length < count; property++) {
    const bytes = row[`b${property}`];
    if (!(bytes instanceof Uint8Array)) throw new Error(`packed ids end at ${ids.length} of ${count}`);
    const digits = Buffer.from(bytes).toString('hex');
    for (let at = 0; at < digits.length; at += 2 * idBytes)
      ids.push(dashed(digits.slice(at, at + 2 * idBytes)));
  }
  return ids;
}

const dashed = (digits: string) => digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
