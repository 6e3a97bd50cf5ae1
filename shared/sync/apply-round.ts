import type { JsonObject } from '../model/json.ts';
import { stagedPage } from './fold-round.ts';
import type { GroupEntry, UserEntry } from './graph-port.ts';
import type {
  Life,
  NestedDirectoryStore,
  NestedGroup,
  NestedUser,
  NestedWrite,
  OutReason,
  Standing,
} from './nested-store.ts';
import type { JournalPart, NestedOutboxEntry } from './round-records.ts';
import type { SyncRun } from './run-records.ts';
import { mergedFields, sameJson, toGroupAttributes, toUserAttributes } from './user-mapping.ts';

/** Units of an apply phase: pages of users, pages of groups, then journal parts. */
export const unitsOf = (run: SyncRun) => run.users.pages + run.groups.pages + (run.plan?.parts ?? 0);

/**
 * Writes that make one unit true. Repeating a unit is harmless: what is true already is not written again. An outbox
 * entry goes before its row, so that a death between two commits tells it again rather than not at all.
 */
export async function writesOfUnit(
  store: NestedDirectoryStore,
  run: SyncRun,
): Promise<readonly NestedWrite[]> {
  const { applied } = run;
  const pages = run.users.pages + run.groups.pages;
  if (applied < run.users.pages) {
    const page = await stagedPage(store, run, { stream: 'users', page: applied });
    return page.kind === 'users' ? await userWrites(store, run, page.items) : [];
  }
  if (applied < pages) {
    const page = await stagedPage(store, run, { stream: 'groups', page: applied - run.users.pages });
    return page.kind === 'groups' ? await groupWrites(store, run, page.items) : [];
  }
  const part = await store.journal(run.directory, run.id, (run.plan?.firstPart ?? 0) + applied - pages);
  if (part === undefined) throw new Error(`run ${run.id} lost journal part ${applied - pages}`);
  return await partWrites(store, run, part);
}

/** Attributes only: life, standing and memberships come from the journal. */
async function userWrites(store: NestedDirectoryStore, run: SyncRun, items: readonly UserEntry[]) {
  const said = saidLast(items);
  const rows = await store.users(run.directory, [...said.keys()]);
  const stored = new Map(rows.map((row) => [row.id, row]));
  return [...said].flatMap(([id, fields]): readonly NestedWrite[] => {
    const before = stored.get(id);
    const renewed = renewedBy(run, before, { fields, toAttributes: (all) => toUserAttributes(id, all) });
    if (renewed === undefined) return [];
    const user: NestedUser = { ...(before ?? newUser(id, run)), ...renewed };
    const visible = before?.standing.inScope === true && !sameJson(before.attributes, user.attributes);
    return [
      ...(visible ? [outbox(run, { kind: 'user-changed', user: id, version: user.version })] : []),
      { kind: 'user', user },
    ];
  });
}

const newUser = (id: UserEntry['id'], run: SyncRun): NestedUser => ({
  id,
  version: 0,
  created: run.startedAt,
  lastModified: run.startedAt,
  life: 'live',
  lifeSince: '',
  standing: { counts: false, inScope: false },
  fields: {},
  attributes: {},
});

async function groupWrites(store: NestedDirectoryStore, run: SyncRun, items: readonly GroupEntry[]) {
  const said = saidLast(items);
  const rows = await store.groups(run.directory, [...said.keys()]);
  const stored = new Map(rows.map((row) => [row.id, row]));
  return [...said].flatMap(([id, fields]): readonly NestedWrite[] => {
    const before = stored.get(id);
    const renewed = renewedBy(run, before, { fields, toAttributes: (all) => toGroupAttributes(id, all) });
    if (renewed === undefined) return [];
    const group: NestedGroup = { ...(before ?? newGroup(id, run)), ...renewed };
    const visible = before?.told === true && !sameJson(before.attributes, group.attributes);
    return [
      ...(visible ? [outbox(run, { kind: 'group-changed', group: id, version: group.version })] : []),
      { kind: 'group', group },
    ];
  });
}

const newGroup = (id: GroupEntry['id'], run: SyncRun): NestedGroup => ({
  id,
  version: 0,
  created: run.startedAt,
  lastModified: run.startedAt,
  life: 'live',
  lifeSince: '',
  told: false,
  held: false,
  fields: {},
  attributes: {},
});

/** What new words of Graph make of a row; undefined when they make nothing of it. */
function renewedBy(
  run: SyncRun,
  before: NestedUser | NestedGroup | undefined,
  said: { readonly fields: JsonObject; readonly toAttributes: (fields: JsonObject) => JsonObject },
) {
  if (before?.life === 'gone') return undefined;
  const fields = mergedFields(before?.fields ?? {}, said.fields);
  if (before !== undefined && sameJson(before.fields, fields)) return undefined;
  const attributes = said.toAttributes(fields);
  return { fields, attributes, version: (before?.version ?? 0) + 1, lastModified: run.startedAt };
}

/** Fields of all entries of an object on a page, the later over the earlier; removals say nothing of fields. */
function saidLast<Id>(
  items: readonly (
    | { readonly kind: 'present'; readonly id: Id; readonly fields: JsonObject }
    | { readonly kind: 'removed'; readonly id: Id }
  )[],
): ReadonlyMap<Id, JsonObject> {
  const said = new Map<Id, JsonObject>();
  for (const entry of items) {
    if (entry.kind === 'present') said.set(entry.id, { ...said.get(entry.id), ...entry.fields });
  }
  return said;
}

async function partWrites(
  store: NestedDirectoryStore,
  run: SyncRun,
  part: JournalPart,
): Promise<readonly NestedWrite[]> {
  switch (part.kind) {
    case 'users':
      return await standingWrites(store, run, part.items);
    case 'groups':
      return await tellingWrites(store, run, part.items);
    case 'members':
      return part.items.map((item) => ({ kind: 'members', ...item }));
    case 'groups-of':
      return part.items.map((item) => ({ kind: 'groups-of', ...item }));
    case 'held':
      return [{ kind: 'held-members', group: part.group, members: part.members }];
    case 'outbox':
      return [{ kind: 'outbox', entry: part.entry }];
  }
}

type UserItems = Extract<JournalPart, { kind: 'users' }>['items'];
type GroupItems = Extract<JournalPart, { kind: 'groups' }>['items'];

async function standingWrites(store: NestedDirectoryStore, run: SyncRun, items: UserItems) {
  const ids = items.map(({ id }) => id);
  const stored = new Map((await store.users(run.directory, ids)).map((row) => [row.id, row]));
  return items.flatMap((item): readonly NestedWrite[] => {
    const before = stored.get(item.id);
    if (before === undefined) return [];
    const user: NestedUser = { ...before, ...livedOn(before, item.life, run), standing: standingOf(item) };
    if (before.life === user.life && sameJson({ ...before.standing }, { ...user.standing })) return [];
    if (before.standing.inScope === item.inScope) return [{ kind: 'user', user }];
    const kind = item.inScope ? 'user-created' : 'user-deleted';
    return [outbox(run, { kind, user: user.id, version: user.version }), { kind: 'user', user }];
  });
}

function standingOf({ counts, inScope, reason }: UserItems[number]): Standing {
  return { counts, inScope, ...(reason === undefined ? {} : { reason: reason as OutReason }) };
}

/** The next version, with since when an object is not live; an object that lives has no such time. */
function livedOn(before: NestedUser | NestedGroup, life: Life, run: SyncRun) {
  const lifeSince = life === 'live' ? '' : before.life === 'live' ? run.startedAt : before.lifeSince;
  return { life, lifeSince, version: before.version + 1, lastModified: run.startedAt };
}

async function tellingWrites(store: NestedDirectoryStore, run: SyncRun, items: GroupItems) {
  const ids = items.map(({ id }) => id);
  const stored = new Map((await store.groups(run.directory, ids)).map((row) => [row.id, row]));
  return items.flatMap((item): readonly NestedWrite[] => {
    const before = stored.get(item.id);
    if (before === undefined) return [];
    const { life, told, held } = item;
    if (before.life === life && before.told === told && before.held === held) return [];
    const group: NestedGroup = { ...before, ...livedOn(before, life, run), told, held };
    if (before.told === told) return [{ kind: 'group', group }];
    const kind = told ? 'group-created' : 'group-deleted';
    return [outbox(run, { kind, group: group.id, version: group.version }), { kind: 'group', group }];
  });
}

/** The key tells run, kind and object, so that a repeated unit tells nothing twice. */
function outbox(run: SyncRun, change: NestedOutboxEntry['change']): NestedWrite {
  const id = 'user' in change ? change.user : 'group' in change ? change.group : '';
  return { kind: 'outbox', entry: { key: `${run.id}/${change.kind}/${id}`, at: run.startedAt, change } };
}
