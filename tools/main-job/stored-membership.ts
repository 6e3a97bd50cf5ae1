import type { GroupId } from '../../shared/model/ids.ts';
import { effectiveMembers } from '../../shared/nesting/effective.ts';
import { unpackGuids } from '../../shared/nesting/guid.ts';
import { membershipsOf } from '../../shared/nesting/memberships.ts';
import type { NestedDirectoryStore } from '../../shared/sync/nested-store.ts';
import type { NestedDirectory } from './nested-calls.ts';

/** Effective members of every group that a nested directory tells, derived from the rows that it stored. */
export async function storedMembership(
  store: NestedDirectoryStore,
  { id }: Pick<NestedDirectory, 'id'>,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { groups, edges } = await store.nesting(id);
  const groupIds = numbering(groups.map((group) => group.id));
  const userIds = numbering([]);
  const counting = new Set<number>();
  for await (const page of store.countingUsers(id)) {
    for (const user of unpackGuids(page)) counting.add(userIds.numberOf(user));
  }
  const direct = await directMembers(
    store,
    { id },
    groups.filter(({ users }) => users > 0).map((group) => group.id),
  );
  const pairs = direct.flatMap(({ group, users }) =>
    users.map((user) => [groupIds.numberOf(group), userIds.numberOf(user)] as const),
  );
  const nested = edges.map(
    ({ parent, child }) => [groupIds.numberOf(parent), groupIds.numberOf(child)] as const,
  );
  const facts = new Map(groups.map((group) => [groupIds.numberOf(group.id), group]));
  const memberships = membershipsOf({
    userEdges: edgeList(pairs),
    nestingEdges: edgeList(nested),
    liveUsers: Uint8Array.from({ length: userIds.names.length }, (_, user) => Number(counting.has(user))),
    liveGroups: Uint8Array.from({ length: groupIds.names.length }, (_, group) =>
      Number(facts.get(group)?.life === 'live'),
    ),
  });
  return new Map(
    groups
      .filter(({ told }) => told)
      .map((group) => {
        const users = effectiveMembers(memberships, groupIds.numberOf(group.id));
        return [group.id, new Set(Array.from(users, (user) => userIds.names[user] ?? ''))];
      }),
  );
}

const readsAtOnce = 8;

async function directMembers(
  store: NestedDirectoryStore,
  { id }: Pick<NestedDirectory, 'id'>,
  groups: readonly GroupId[],
) {
  const direct: { group: GroupId; users: readonly string[] }[] = [];
  for (let start = 0; start < groups.length; start += readsAtOnce) {
    const some = groups.slice(start, start + readsAtOnce).map(async (group) => {
      const { user = new Uint8Array(0) } = await store.members(id, group);
      return { group, users: unpackGuids(user) };
    });
    direct.push(...(await Promise.all(some)));
  }
  return direct;
}

const edgeList = (pairs: readonly (readonly [number, number])[]) => ({
  from: Uint32Array.from(pairs, ([from]) => from),
  to: Uint32Array.from(pairs, ([, to]) => to),
});

/** Numbers for names, in the order in which they are first asked for. */
function numbering(first: readonly string[]) {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    names.push(name);
    numbers.set(name, names.length - 1);
    return names.length - 1;
  };
  for (const name of first) numberOf(name);
  return { names, numberOf };
}
