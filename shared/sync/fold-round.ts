import type { GroupId, UserId } from '../model/ids.ts';
import type { JsonObject } from '../model/json.ts';
import { GuidTable } from '../nesting/guid-table.ts';
import { EdgeEvents } from './edge-events.ts';
import type { GroupEntry, MemberEntry, MemberType, RemovalReason, UserEntry } from './graph-port.ts';
import type { Life, NestedDirectoryStore, NestedGroup, NestedUser, Standing } from './nested-store.ts';
import type { StagedPage } from './round-records.ts';
import type { SyncRun } from './run-records.ts';
import { factsOf, type UserFacts } from './scope.ts';
import { mergedFields } from './user-mapping.ts';

/** A user the round spoke of, as the last word has him. */
export interface FoldedUser {
  readonly life: Life;
  /** What domain and guest rules need of his merged fields. */
  readonly facts: UserFacts;
  readonly enabled: boolean;
  readonly stored?: { readonly life: Life; readonly standing: Standing; readonly enabled: boolean };
  /** RFC 3339, where Graph says it, of users that were not live before. */
  readonly created?: string;
}

export interface FoldedGroup {
  readonly life: Life;
  readonly storedLife?: Life;
  readonly hidden: boolean;
  readonly dynamic: boolean;
  /** Some entry of the round had `members@delta`. */
  readonly toldMembers: boolean;
  /** RFC 3339, where Graph says it. */
  readonly created?: string;
}

/** A round as net statements: slices merged, replays and repeated entries fallen together, in numbers. */
export interface FoldedRound {
  readonly memberIds: GuidTable;
  readonly groupIds: GuidTable;
  /** Type of each member number; what no edge spoke of is a user. */
  readonly types: Map<number, MemberType>;
  readonly users: Map<number, FoldedUser>;
  /** On a first run a million users are of a few kinds, and each kind is one object. */
  readonly kinds: Map<string, FoldedUser>;
  readonly groups: Map<number, FoldedGroup>;
  /** What the lists of a fast baseline did not have, and the delta from before them has: made or restored meanwhile. */
  readonly appeared: { readonly users: Set<number>; readonly groups: Set<number> };
  /** Whatever the delta after those lists says is there, known to them or not: it may have been deleted while they were read. */
  readonly toldAfterLists: { readonly users: Set<number>; readonly groups: Set<number> };
  /** Group → member that is no group. */
  readonly memberEvents: EdgeEvents;
  /** Parent → child. */
  readonly nestingEvents: EdgeEvents;
}

/** Reads a run's staged pages in the order of their streams; stored rows are read beside each page, if there are any. */
export async function foldRound(
  store: NestedDirectoryStore,
  run: SyncRun,
  isFirst: boolean,
): Promise<FoldedRound> {
  const round: FoldedRound = {
    memberIds: new GuidTable(),
    groupIds: new GuidTable(),
    types: new Map(),
    users: new Map(),
    kinds: new Map(),
    groups: new Map(),
    appeared: { users: new Set(), groups: new Set() },
    toldAfterLists: { users: new Set(), groups: new Set() },
    memberEvents: new EdgeEvents(),
    nestingEvents: new EdgeEvents(),
  };
  let number = 0;
  for await (const page of stagedPages(store, run, 'users')) {
    if (page.kind !== 'users') continue;
    if (number++ >= (run.users.listedPages ?? run.users.pages))
      noteToldAfterLists(page.items, 'users', round);
    await foldUsers(round, { store, run, isFirst }, page.items);
  }
  number = 0;
  for await (const page of stagedPages(store, run, 'groups')) {
    if (page.kind !== 'groups') continue;
    if (number++ >= (run.groups.listedPages ?? run.groups.pages))
      noteToldAfterLists(page.items, 'groups', round);
    await foldGroups(round, { store, run, isFirst }, page.items);
  }
  return round;
}

function noteToldAfterLists(
  items: readonly (UserEntry | GroupEntry)[],
  kind: 'users' | 'groups',
  round: FoldedRound,
): void {
  const ids = kind === 'users' ? round.memberIds : round.groupIds;
  for (const { kind: is, id } of items) {
    if (is !== 'present') continue;
    const number = numberOf(ids, id);
    round.toldAfterLists[kind].add(number);
    if (!round[kind].has(number)) round.appeared[kind].add(number);
  }
}

/** A stream's pages as far as the checkpoint counts them; a page it counts and that is not there is a bug. */
export async function* stagedPages(
  store: NestedDirectoryStore,
  run: SyncRun,
  stream: 'users' | 'groups',
): AsyncIterable<StagedPage> {
  let page = 0;
  const range = { run: run.id, stream, from: 0, to: run[stream].pages };
  for await (const staged of store.stagedPages(run.directory, range)) {
    if (staged === undefined) throw new Error(`run ${run.id} lost page ${page} of ${stream}`);
    yield staged;
    page++;
  }
}

export async function stagedPage(
  store: NestedDirectoryStore,
  run: SyncRun,
  { stream, page }: { stream: string; page: number },
): Promise<StagedPage> {
  const staged = await store.staged(run.directory, { run: run.id, stream, page });
  if (staged === undefined) throw new Error(`run ${run.id} lost page ${page} of ${stream}`);
  return staged;
}

/** The number of a parsed id; a bug when it is none. */
export function numberOf(table: GuidTable, id: string): number {
  const number = table.intern(id);
  if (number === undefined) throw new Error(`not an object id: ${id.slice(0, 40)}`);
  return number;
}

export const lifeAfter = (reason: RemovalReason): Life => (reason === 'changed' ? 'soft-deleted' : 'gone');

interface Source {
  readonly store: NestedDirectoryStore;
  readonly run: SyncRun;
  /** Nothing is stored yet. */
  readonly isFirst: boolean;
}

async function foldUsers(round: FoldedRound, { store, run, isFirst }: Source, items: readonly UserEntry[]) {
  const unknown = items.filter(({ id }) => !round.users.has(numberOf(round.memberIds, id)));
  const rows = isFirst ? [] : await store.users(run.directory, [...new Set(unknown.map(({ id }) => id))]);
  const stored = new Map(rows.map((row) => [row.id, row]));
  for (const entry of items) {
    const number = numberOf(round.memberIds, entry.id);
    const folded = userAfter(round.users.get(number), stored.get(entry.id), entry);
    if (folded !== undefined)
      round.users.set(number, isFirst ? shared(round.kinds, folded) : { ...folded, ...createdAt(entry) });
  }
}

function shared(kinds: Map<string, FoldedUser>, user: FoldedUser): FoldedUser {
  const { life, enabled, facts } = user;
  const kind = `${life} ${enabled} ${facts.guest} ${facts.foreign} ${facts.domain}`;
  const known = kinds.get(kind);
  if (known !== undefined) return known;
  kinds.set(kind, user);
  return user;
}

function createdAt(entry: UserEntry | GroupEntry): { readonly created?: string } {
  const created = entry.kind === 'present' ? entry.fields['createdDateTime'] : undefined;
  return typeof created === 'string' ? { created } : {};
}

function userAfter(
  before: FoldedUser | undefined,
  row: NestedUser | undefined,
  entry: UserEntry,
): FoldedUser | undefined {
  const known = before ?? (row === undefined ? undefined : knownUser(row));
  // Object ids are never used again: whatever is said of a gone user is an old message.
  if (known?.stored?.life === 'gone') return undefined;
  if (entry.kind === 'removed') {
    return known === undefined ? undefined : { ...known, life: lifeAfter(entry.reason) };
  }
  const { fields } = entry;
  return {
    life: 'live',
    facts: saidAbout(known?.facts, fields, row?.fields),
    enabled:
      fields['accountEnabled'] === undefined ? (known?.enabled ?? true) : fields['accountEnabled'] !== false,
    ...(known?.stored === undefined ? {} : { stored: known.stored }),
    ...(known?.created === undefined ? {} : { created: known.created }),
  };
}

function knownUser(row: NestedUser): FoldedUser {
  const enabled = row.fields['accountEnabled'] !== false;
  return {
    life: row.life,
    facts: factsOf(row.fields),
    enabled,
    stored: { life: row.life, standing: row.standing, enabled },
  };
}

/** Facts after an entry that may speak of some fields only. */
function saidAbout(known: UserFacts | undefined, said: JsonObject, stored: JsonObject = {}): UserFacts {
  if (!('userPrincipalName' in said) && !('userType' in said) && known !== undefined) return known;
  const now = factsOf(mergedFields(stored, said));
  if (known === undefined) return now;
  return {
    domain: 'userPrincipalName' in said ? now.domain : known.domain,
    foreign: 'userPrincipalName' in said ? now.foreign : known.foreign,
    guest: 'userType' in said || typeof stored['userType'] !== 'string' ? now.guest : known.guest,
  };
}

async function foldGroups(round: FoldedRound, { store, run, isFirst }: Source, items: readonly GroupEntry[]) {
  const unknown = items.filter(({ id }) => !round.groups.has(numberOf(round.groupIds, id)));
  const rows = isFirst ? [] : await store.groups(run.directory, [...new Set(unknown.map(({ id }) => id))]);
  const stored = new Map(rows.map((row) => [row.id, row]));
  for (const entry of items) {
    const number = numberOf(round.groupIds, entry.id);
    const folded = groupAfter(round.groups.get(number), stored.get(entry.id), entry);
    if (folded === undefined) continue;
    round.groups.set(number, { ...folded, ...createdAt(entry) });
    if (entry.kind === 'present') foldMembers(round, number, entry.members ?? []);
  }
}

function groupAfter(
  before: FoldedGroup | undefined,
  row: NestedGroup | undefined,
  entry: GroupEntry,
): FoldedGroup | undefined {
  const known = before ?? (row === undefined ? undefined : knownGroup(row));
  if (known?.storedLife === 'gone') return undefined;
  if (entry.kind === 'removed') {
    return known === undefined ? undefined : { ...known, life: lifeAfter(entry.reason) };
  }
  return {
    ...shownGroup(known ?? newGroup, entry.fields),
    toldMembers: (known?.toldMembers ?? false) || entry.members !== undefined,
  };
}

const newGroup: FoldedGroup = { life: 'live', hidden: false, dynamic: false, toldMembers: false };

const shownGroup = (known: FoldedGroup, fields: JsonObject): FoldedGroup => ({
  ...known,
  life: 'live',
  hidden: 'visibility' in fields ? isHidden(fields) : known.hidden,
  dynamic: 'groupTypes' in fields ? isDynamic(fields) : known.dynamic,
});

const knownGroup = (row: NestedGroup): FoldedGroup => ({
  life: row.life,
  storedLife: row.life,
  hidden: isHidden(row.fields),
  dynamic: isDynamic(row.fields),
  toldMembers: false,
});

/** Members of such a group are not shown without Member.Read.Hidden, and no error tells. */
export const isHidden = (fields: JsonObject) =>
  String(fields['visibility'] ?? '').toLowerCase() === 'hiddenmembership';

/** Its members come and go in waves while the rule engine works. */
export const isDynamic = ({ groupTypes }: JsonObject) =>
  Array.isArray(groupTypes) && groupTypes.includes('DynamicMembership');

function foldMembers(round: FoldedRound, group: number, members: readonly MemberEntry[]): void {
  for (const { id, type, removed } of members) {
    if (type === 'group') {
      round.nestingEvents.push(group, numberOf(round.groupIds, id), !removed);
      continue;
    }
    const member = numberOf(round.memberIds, id);
    if (type !== 'user') round.types.set(member, type);
    round.memberEvents.push(group, member, !removed);
  }
}

/** Ids of numbers. */
export const userIds = (table: GuidTable, numbers: Iterable<number>) =>
  Array.from(numbers, (number) => table.textOf(number) as UserId);
export const groupIdOf = (table: GuidTable, number: number) => table.textOf(number) as GroupId;
