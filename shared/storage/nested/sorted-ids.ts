/** Packed 16-byte ids, ascending, without doubles: the form in which they rest. Bytes sort as their text does. */
const idBytes = 16;

export const idCount = (packed: Uint8Array): number => packed.length / idBytes;

/** `ids` with `added` and without `removed`, ascending; all three in any order, with doubles allowed. */
export function withChanges(ids: Uint8Array, added: Uint8Array, removed: Uint8Array): Uint8Array {
  const gone = new Set(hexIds(removed));
  const kept = new Set([...hexIds(ids), ...hexIds(added)].filter((id) => !gone.has(id)));
  return Buffer.from([...kept].sort().join(''), 'hex');
}

/** Ids as 32 hexadecimal digits each. */
export function hexIds(packed: Uint8Array): string[] {
  const digits = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength).toString('hex');
  const ids: string[] = [];
  for (let at = 0; at < digits.length; at += 2 * idBytes) ids.push(digits.slice(at, at + 2 * idBytes));
  return ids;
}

export const packedHex = (ids: readonly string[]): Uint8Array => Buffer.from(ids.join(''), 'hex');

export const hexOfGuid = (guid: string): string => guid.replaceAll('-', '');

export const guidOfHex = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
