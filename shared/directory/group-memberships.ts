import type { GroupId, MemberRef, UserId } from '../model/ids.ts';
import type { JsonObject } from '../model/json.ts';
import { limits } from '../model/limits.ts';
import type { DirectoryContext } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';
import { memberElement } from './resources.ts';

/** Every direct member of a group, in id order. */
export async function allMembers(
  store: DirectoryStore,
  context: DirectoryContext,
  group: GroupId,
): Promise<readonly MemberRef[]> {
  const members: MemberRef[] = [];
  let after: string | undefined;
  do {
    const page = await store.members(context.directory, group, {
      ...(after === undefined ? {} : { after }),
      limit: limits.pageSizeMax,
    });
    for (const member of page.members) members.push(member);
    after = page.next;
  } while (after !== undefined);
  return members;
}

export const memberElements = (members: readonly MemberRef[]): readonly JsonObject[] =>
  members.map(memberElement);

/** Which groups hold which: read once for a request, and only of a directory that nests. */
export type Parents = ReadonlyMap<string, readonly GroupId[]>;

export async function parentsOf(store: DirectoryStore, context: DirectoryContext): Promise<Parents> {
  const { nesting } = await context.settings();
  const parents = new Map<string, GroupId[]>();
  if (!nesting) return parents;
  for (const { group, member } of await store.nestingEdges(context.directory)) {
    const known = parents.get(member.id);
    if (known) known.push(group);
    else parents.set(member.id, [group]);
  }
  return parents;
}

/** `groups` of a user, RFC 7643 §4.1.2: direct ones, then those that hold one of these through any depth. */
export async function groupsOfUser(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: { readonly user: UserId; readonly parents: Promise<Parents> },
): Promise<readonly JsonObject[]> {
  const [direct, parents] = await Promise.all([
    store.groupsOf(context.directory, { kind: 'user', id: asked.user }),
    asked.parents,
  ]);
  // Groups may nest in a circle: a Set also iterates over what is added meanwhile, each once.
  const reached = new Set(direct);
  for (const group of reached) for (const parent of parents.get(group) ?? []) reached.add(parent);
  const isDirect = new Set(direct);
  return [...reached].map((group) => ({ value: group, type: isDirect.has(group) ? 'direct' : 'indirect' }));
}
