/** `items` in their order, `size` at a time. */
export function* partsOf<T>(items: Iterable<T>, size: number): Iterable<T[]> {
  let part: T[] = [];
  for (const item of items) {
    part.push(item);
    if (part.length < size) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
