import type { DirectoryId } from '../../../shared/model/ids.ts';
import { unpackGuids } from '../../../shared/nesting/guid.ts';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';

export const pairsOf = (members: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> =>
  new Set([...members].flatMap(([group, users]) => [...users].map((user) => `${group} ${user}`)));

/** Effective membership as the stored rows have it: direct members, nesting and who counts, searched depth first. */
export async function effectivePairs(
  store: NestedDirectoryStore,
  directory: DirectoryId,
): Promise<ReadonlySet<string>> {
  const counting = new Set<string>();
  for await (const page of store.countingUsers(directory))
    for (const id of unpackGuids(page)) counting.add(id);
  const { groups, edges } = await store.nesting(directory);
  const live = new Set<string>(groups.filter(({ life }) => life === 'live').map(({ id }) => id));
  const direct = new Map<string, readonly string[]>();
  await Promise.all(
    groups.map(async ({ id }) => {
      const { user = new Uint8Array() } = await store.members(directory, id);
      direct.set(id, unpackGuids(user));
    }),
  );
  const children = new Map<string, string[]>();
  for (const { parent, child } of edges) children.set(parent, [...(children.get(parent) ?? []), child]);
  const below = (root: string): ReadonlySet<string> => {
    const seen = new Set([root]);
    for (const group of seen)
      for (const child of children.get(group) ?? []) if (live.has(child)) seen.add(child);
    return new Set(
      [...seen].flatMap((group) => (direct.get(group) ?? []).filter((user) => counting.has(user))),
    );
  };
  return pairsOf(new Map(groups.filter(({ told }) => told).map(({ id }) => [id, below(id)])));
}
