/** Bytes of packed ids in one part of a journal: its row takes a mebibyte, and the emulator three quarters of that. */
export const partBytesMax = 400_000;

/** Items in their order, cut where there are as many as may be or where more would be too large; one that is too large itself is alone. */
export function* partsBySize<T>(
  items: Iterable<T>,
  itemsMax: number,
  sizeOf: (item: T) => number,
): Iterable<T[]> {
  let part: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (part.length > 0 && (part.length === itemsMax || bytes + size > partBytesMax)) {
      yield part;
      [part, bytes] = [[], 0];
    }
    part.push(item);
    bytes += size;
  }
  if (part.length > 0) yield part;
}
