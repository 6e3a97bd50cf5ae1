import { guidBytes, guidText, packGuids, unpackGuids } from '../nesting/guid.ts';
import { GuidTable } from '../nesting/guid-table.ts';

/** Ids in order, of which few may be needed. */
export interface Ids {
  readonly length: number;
  readonly slice: (start: number, end: number) => readonly string[];
}

/** Each of these packed ids once, packed in the order of their texts. */
export function orderedIds(parts: Iterable<Uint8Array>): Uint8Array {
  const ids = new GuidTable();
  for (const packed of parts) internAll(ids, packed);
  return packGuids(Array.from({ length: ids.count }, (_, number) => ids.textOf(number)).sort());
}

export function internAll(ids: GuidTable, packed: Uint8Array): void {
  for (let offset = 0; offset < packed.length; offset += guidBytes) ids.internPacked(packed, offset);
}

/** Those of ordered ids that come after one, which need not be among them. */
export function idsAfter(ordered: Uint8Array, after: string): Ids {
  const rest = ordered.subarray(placeAfter(ordered, after) * guidBytes);
  return {
    length: rest.length / guidBytes,
    slice: (start, end) => unpackGuids(rest.subarray(start * guidBytes, end * guidBytes)),
  };
}

function placeAfter(ordered: Uint8Array, after: string): number {
  let low = 0;
  let high = ordered.length / guidBytes;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (guidText(ordered, middle * guidBytes) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
