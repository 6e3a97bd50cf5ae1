const readsMax = 32;

/** Maps over items with at most 32 reads under way; results in the order of the items. */
export async function sideBySide<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += readsMax) {
    results.push(...(await Promise.all(items.slice(from, from + readsMax).map(read))));
  }
  return results;
}
