/** Point reads of one request that are on their way at once. */
const readsAtOnceMax = 32;

/** Like `Promise.all` over a map, with at most 32 under way. */
export async function sideBySide<T, R>(
  items: readonly T[],
  read: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const pending = items.entries();
  const worker = async () => {
    for (const [place, item] of pending) results[place] = await read(item);
  };
  await Promise.all(Array.from({ length: Math.min(readsAtOnceMax, items.length) }, worker));
  return results;
}
