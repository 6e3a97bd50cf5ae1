import { gunzipSync, gzipSync } from 'node:zlib';
import type { RowProperties } from '../batch.ts';

/**
 * A value with packed ids in it as binary properties of one row: JSON, compressed, with the packed ids laid behind it as they
 * are. Throws when it does not fit a row; the parts of a run are cut so that they do.
 */
export function packValue(value: unknown): RowProperties {
  const blobs: Uint8Array[] = [];
  const json = gzipSync(JSON.stringify(withoutBytes(value, blobs)));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(json.length);
  const whole = Buffer.concat([head, json, ...blobs]);
  if (whole.length > rowBytesMax) throw new Error(`a value of ${whole.length} bytes does not fit a row`);
  const properties: Record<string, Uint8Array | number> = { bytes: whole.length };
  for (let start = 0; start < whole.length; start += propertyBytes) {
    properties[`b${start / propertyBytes}`] = whole.subarray(start, start + propertyBytes);
  }
  return properties;
}

/** The value that `packValue` packed; its shape is for a schema to check. */
export function unpackValue(row: Readonly<Record<string, unknown>>): unknown {
  const whole = bytesOf(row);
  const jsonEnd = 4 + whole.readUInt32BE(0);
  const json: unknown = JSON.parse(gunzipSync(whole.subarray(4, jsonEnd)).toString('utf8'));
  return withBytes(json, whole.subarray(jsonEnd));
}

/** The binary properties `b0`, `b1`, … of a row as one, as many bytes as the row says. */
function bytesOf(row: Readonly<Record<string, unknown>>): Buffer {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < Number(row['bytes'])) {
    const part = row[`b${parts.length}`];
    if (!(part instanceof Uint8Array))
      throw new Error(`a packed row ends at ${bytes} of ${row['bytes']} bytes`);
    parts.push(part);
    bytes += part.length;
  }
  return Buffer.concat(parts);
}

const propertyBytes = 64 * 1024;
/** 14 full properties: with keys and overhead under the mebibyte of a row. */
const rowBytesMax = 14 * propertyBytes;

/** Stands for packed ids in JSON; no value of ours has such a name. */
const bytesMark = '$bytes';

function withoutBytes(value: unknown, blobs: Uint8Array[]): unknown {
  if (value instanceof Uint8Array) {
    blobs.push(value);
    return { [bytesMark]: value.length };
  }
  if (Array.isArray(value)) return value.map((item) => withoutBytes(item, blobs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutBytes(inner, blobs)]));
}

/** Blobs lie in the order in which the value names them. */
function withBytes(value: unknown, blobs: Uint8Array): unknown {
  let at = 0;
  const restored = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(restored);
    if (typeof inner !== 'object' || inner === null) return inner;
    if (bytesMark in inner && typeof inner[bytesMark] === 'number') {
      at += inner[bytesMark];
      return new Uint8Array(blobs.subarray(at - inner[bytesMark], at));
    }
    return Object.fromEntries(Object.entries(inner).map(([name, deeper]) => [name, restored(deeper)]));
  };
  return restored(value);
}
