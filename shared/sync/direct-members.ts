import type { GroupId, UserId } from '../model/ids.ts';
import { unpackGuids } from '../nesting/guid.ts';
import { type InDirectory, idOf, type NestingView, nestingViewOf, toldGroup } from './nesting-view.ts';
import { spareUsers, usersAtOnce } from './stored-members.ts';

export interface DirectMember {
  readonly type: string;
  readonly id: string;
}

/**
 * Direct members of a group of every type in id order, as Graph lists them: without the deleted, whose memberships are kept for
 * when they are restored, and without users and groups that no run has seen alive. Undefined for a group that is not known.
 */
export async function directMembersOf(
  at: InDirectory,
  group: GroupId,
  { after = '', limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<{ readonly items: readonly DirectMember[]; readonly next?: string } | undefined> {
  const [view, packed] = await Promise.all([nestingViewOf(at), at.store.members(at.directory, group)]);
  const told = toldGroup(view, group);
  if (told === undefined) return undefined;
  const others = Object.entries(packed).flatMap(([type, ids]) =>
    type === 'group' ? [] : unpackGuids(ids).map((id) => ({ type, id })),
  );
  const children = childrenOf(view, told.number).map((child) => ({
    type: 'group',
    id: idOf(view, child) as string,
  }));
  const members = [...others, ...children]
    .filter(({ id }) => id > after)
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  const living: DirectMember[] = [];
  for (let start = 0; start < members.length && living.length <= limit; ) {
    const wanted = Math.min(usersAtOnce, limit + 1 - living.length + spareUsers);
    living.push(...(await withoutLostUsers(at, members.slice(start, start + wanted))));
    start += wanted;
  }
  const items = living.slice(0, limit);
  const next = living.length > limit ? items.at(-1)?.id : undefined;
  return { items, ...(next === undefined ? {} : { next }) };
}

/** Live ones, whatever passes members on. */
function childrenOf({ edges, facts }: NestingView, parent: number): readonly number[] {
  const children: number[] = [];
  for (const [edge, from] of edges.from.entries()) {
    const child = edges.to[edge];
    if (from === parent && child !== undefined && facts.get(child)?.life === 'live') children.push(child);
  }
  return children;
}

/** Without users that are not known to be alive. */
async function withoutLostUsers({ store, directory }: InDirectory, members: readonly DirectMember[]) {
  const ids = members.flatMap(({ type, id }) => (type === 'user' ? [id as UserId] : []));
  const rows = await store.users(directory, ids);
  const live = new Set<string>(rows.flatMap(({ id, life }) => (life === 'live' ? [id] : [])));
  return members.filter(({ type, id }) => type !== 'user' || live.has(id));
}
