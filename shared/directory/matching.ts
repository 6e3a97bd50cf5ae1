import type { GroupId, MemberRef, UserId } from '../model/ids.ts';
import { memberOf } from '../model/new-ids.ts';
import type { Filter } from '../scim/filter.ts';
import { compileFilter, wantedByFilter } from '../scim/filter-match.ts';
import { allOf, type FilterPlan, type Lookup } from '../scim/filter-plan.ts';
import type { Resource, ResourceKind } from '../scim/scim-directory.ts';
import type { DirectoryContext } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';
import { type Extras, withExtras } from './extras.ts';
import { groupResource, userResource } from './resources.ts';
import { sideBySide } from './side-by-side.ts';

/** The resources that a filter finds through an index or a point read; undefined when only a scan can answer it. */
export async function foundByIndex(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: {
    readonly kind: ResourceKind;
    readonly plan: FilterPlan;
    readonly extras: Extras;
    readonly baseUrl: string;
  },
): Promise<readonly Resource[] | undefined> {
  const { kind, plan, extras, baseUrl } = asked;
  const first = plan.lookups.find(({ by }) => by !== 'manager');
  if (!first) return undefined;
  // Terms about members are answered by point reads of memberships, beside the first look-up where it names the group.
  const members = plan.lookups.filter((lookup) => lookup.by === 'member' && lookup !== first);
  const named = first.by === 'id' ? memberOf(first.key) : undefined;
  const early = named?.kind === 'group' ? holdsAll(store, context, { group: named.id, members }) : undefined;
  const [candidates] = await Promise.all([candidatesOf(store, context, { kind, lookup: first }), early]);
  const holding = await filtered(candidates, (group) =>
    members.length === 0
      ? true
      : (early ?? holdsAll(store, context, { group: group.id as GroupId, members })),
  );
  return matching(holding, extras, restOf(plan, kind, baseUrl));
}

/** What of a filter is left to test once point reads have answered its terms about members. */
function restOf(plan: FilterPlan, kind: ResourceKind, baseUrl: string): Test | undefined {
  const others = plan.lookups.filter(({ by, exact }) => !(by === 'member' && exact)).map(({ term }) => term);
  const filter = allOf(plan.residual ? [...others, plan.residual] : others);
  return filter && testOf(kind, filter, baseUrl);
}

/** A filter made ready, with what it needs read. */
export interface Test {
  readonly matches: (resource: Resource) => boolean;
  readonly wanted: ReturnType<typeof wantedByFilter>;
}

export const testOf = (kind: ResourceKind, filter: Filter, baseUrl: string): Test => ({
  matches: compileFilter(kind, filter, baseUrl),
  wanted: wantedByFilter(kind, filter),
});

export async function matching(
  resources: readonly Resource[],
  extras: Extras,
  test: Test | undefined,
): Promise<readonly Resource[]> {
  if (!test) return resources;
  const whole = await withExtras(resources, extras, test.wanted);
  return resources.filter((_, index) => {
    const resource = whole[index];
    return resource !== undefined && test.matches(resource);
  });
}

async function candidatesOf(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: { readonly kind: ResourceKind; readonly lookup: Lookup },
): Promise<readonly Resource[]> {
  const { kind, lookup } = asked;
  if (lookup.by === 'id') return byId(store, context, { kind, ids: [lookup.key] });
  if (lookup.by === 'member') {
    const member = memberOf(lookup.key);
    const groups = member && kind === 'Group' ? await store.groupsOf(context.directory, member) : [];
    return byId(store, context, { kind, ids: groups });
  }
  return kind === 'User' ? usersBy(store, context, lookup) : groupsBy(store, context, lookup);
}

async function usersBy(store: DirectoryStore, context: DirectoryContext, { by, key }: Lookup) {
  if (by !== 'userName' && by !== 'externalId' && by !== 'email') return [];
  return (await store.usersBy(context.directory, by, key)).map(userResource);
}

async function groupsBy(store: DirectoryStore, context: DirectoryContext, { by, key }: Lookup) {
  if (by !== 'displayName' && by !== 'externalId') return [];
  return (await store.groupsBy(context.directory, by, key)).map(groupResource);
}

async function byId(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: { readonly kind: ResourceKind; readonly ids: readonly string[] },
): Promise<readonly Resource[]> {
  const found = await sideBySide(asked.ids, async (id) => {
    const member = memberOf(id);
    if (member?.kind === 'user' && asked.kind === 'User') return userFound(store, context, member.id);
    if (member?.kind === 'group' && asked.kind === 'Group') return groupFound(store, context, member.id);
    return [];
  });
  return found.flat();
}

async function userFound(store: DirectoryStore, context: DirectoryContext, id: UserId) {
  const user = await store.user(context.directory, id);
  return user ? [userResource(user)] : [];
}

async function groupFound(store: DirectoryStore, context: DirectoryContext, id: GroupId) {
  const group = await store.group(context.directory, id);
  return group ? [groupResource(group)] : [];
}

/** Whether a group holds each of these members directly. */
async function holdsAll(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: { readonly group: GroupId; readonly members: readonly Lookup[] },
): Promise<boolean> {
  const members = asked.members.map(({ key }) => memberOf(key));
  const known = members.filter((member): member is MemberRef => member !== undefined);
  if (known.length < members.length) return false;
  if (known.length === 0) return true;
  const wanted = new Set(known.map(({ id }) => id as string)).size;
  return (await store.membersAmong(context.directory, asked.group, known)).length === wanted;
}

async function filtered<T>(items: readonly T[], test: (item: T) => boolean | Promise<boolean>): Promise<T[]> {
  const passed = await sideBySide(items, async (item) => test(item));
  return items.filter((_, index) => passed[index]);
}
