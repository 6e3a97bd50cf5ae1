import type { JsonObject } from '../model/json.ts';
import { groupsAbove } from '../nesting/effective.ts';
import { countsAfter } from './counting-users.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import { isFirst } from './fold-round.ts';
import { GroupNames } from './group-names.ts';
import type { LimitedChange } from './held-groups.ts';
import type { NestedUser } from './nested-store.ts';
import { partsOf } from './parts-of.ts';
import { numberOf, userIds } from './round-ids.ts';
import type { ExternalUser } from './run-log.ts';
import { factsOf, type UserFacts } from './scope.ts';
import { stagedPages } from './staged-pages.ts';
import { scopeReach } from './user-decisions.ts';
import { mergedFields, toUserAttributes } from './user-mapping.ts';

interface Decided {
  readonly derivation: Derivation;
  readonly limited: LimitedChange;
}

/**
 * Guests and members of other tenants who would be in the directory after the round, with the groups they would be effective members
 * of, some at a time (XA-44). In memory is what the round said of such users and the names of groups.
 */
export async function* externalUsers(
  sources: DeriveSources,
  decided: Decided,
): AsyncIterable<readonly ExternalUser[]> {
  const { store, run, round } = sources;
  const names = new GroupNames(sources);
  await names.readStaged();
  const said = await saidOfExternals(sources);
  const reaches = scopeReach(sources, decided.derivation);
  const ofRound = round.users.entries().flatMap(([user, { facts }]) => (isExternal(facts) ? [user] : []));
  for (const users of partsOf(ofRound, usersAtOnce)) {
    const rows = isFirst(sources) ? [] : await store.users(run.directory, userIds(round.memberIds, users));
    const known = new Map(rows.map(({ id, fields }) => [numberOf(round.memberIds, id), fields]));
    const counting = users.filter((user) => countsAfter(sources, user));
    const fieldsOf = (user: number) => mergedFields(known.get(user) ?? {}, said.get(user) ?? {});
    yield await shown(sources, { ...decided, names, reaches }, { users: counting, fieldsOf });
  }
  if (isFirst(sources)) return;
  for await (const rows of store.userPages(run.directory)) {
    const others = new Map(rows.flatMap((row) => unspoken(sources, row)));
    const fieldsOf = (user: number) => others.get(user) ?? {};
    yield await shown(sources, { ...decided, names, reaches }, { users: [...others.keys()], fieldsOf });
  }
}

interface Asked {
  readonly names: GroupNames;
  readonly reaches: ReturnType<typeof scopeReach>;
}

const usersAtOnce = 1000;

const isExternal = ({ guest, foreign }: UserFacts) => guest || foreign;

/** Stored users the round did not speak of. */
function unspoken({ round }: DeriveSources, { id, fields, standing }: NestedUser): [number, JsonObject][] {
  if (!standing.counts || !isExternal(factsOf(fields))) return [];
  const user = numberOf(round.memberIds, id);
  return round.users.has(user) ? [] : [[user, fields]];
}

/** What is shown of a user, merged over the pages of the round. */
async function saidOfExternals({ store, run, round }: DeriveSources) {
  const said = new Map<number, JsonObject>();
  for await (const page of stagedPages(store, run, 'users')) {
    if (page.kind !== 'users') continue;
    for (const entry of page.items) {
      const user = numberOf(round.memberIds, entry.id);
      const facts = round.users.get(user)?.facts;
      if (entry.kind !== 'present' || facts === undefined || !isExternal(facts)) continue;
      const fields = Object.entries(entry.fields).filter(([name]) => shownFields.has(name));
      said.set(user, { ...said.get(user), ...Object.fromEntries(fields) });
    }
  }
  return said;
}

const shownFields: ReadonlySet<string> = new Set([
  'mail',
  'userPrincipalName',
  'otherMails',
  'accountEnabled',
]);

async function shown(
  sources: DeriveSources,
  { derivation, limited, names, reaches }: Decided & Asked,
  { users, fieldsOf }: { users: readonly number[]; fieldsOf: (user: number) => JsonObject },
): Promise<readonly ExternalUser[]> {
  await sources.stored.loadGroupsOf(users);
  const kept = new Map(limited.groups.flatMap((group) => (group.held ? [[group.group, group.kept]] : [])));
  const { after } = derivation;
  const inScope = users.filter(reaches).map((user) => {
    const groups = groupsAbove(after, user).filter((group) => {
      const isKept = !kept.has(group) || kept.get(group)?.includes(user) === true;
      return after.told[group] === 1 && isKept;
    });
    return { user, groups: [...groups] };
  });
  await names.load(inScope.flatMap(({ groups }) => groups));
  const ids = userIds(
    sources.round.memberIds,
    inScope.map(({ user }) => user),
  );
  return inScope.flatMap(({ user, groups }, index) => {
    const id = ids[index];
    if (id === undefined) return [];
    const { active, emails } = toUserAttributes(id, fieldsOf(user));
    const [mail] = (emails ?? []) as readonly { readonly value: string }[];
    const listed = groups.map((group) => names.of(group)).sort();
    return [{ id, mail: mail?.value ?? '', active: active !== false, groups: listed }];
  });
}
