import { GuidTable } from '../nesting/guid-table.ts';
import { EdgeEvents } from './edge-events.ts';
import { type FoldedGroup, groupAfter } from './fold-groups.ts';
import { userAfter } from './fold-users.ts';
import { FoldedUsers } from './folded-users.ts';
import type { GroupEntry, MemberEntry, MemberType, UserEntry } from './graph-port.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import { numberOf } from './round-ids.ts';
import type { StreamCursor, SyncRun } from './run-records.ts';
import { stagedPages } from './staged-pages.ts';
import type { SyncState } from './sync-state.ts';

/** A round as net statements: slices merged, replays and repeated entries fallen together, in numbers. */
export interface FoldedRound {
  readonly memberIds: GuidTable;
  readonly groupIds: GuidTable;
  /** Type of each member number; what no edge spoke of is a user. */
  readonly types: Map<number, MemberType>;
  readonly users: FoldedUsers;
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

export interface FoldSources {
  readonly store: NestedDirectoryStore;
  readonly run: SyncRun;
  readonly state: SyncState;
}

/** Nothing was ever told, not even by a first run that was ended half-way. */
export const isFirst = ({ state }: Pick<FoldSources, 'state'>) =>
  state.lastCompletedRun === undefined && state.unsettled === undefined;

/** Reads a run's staged pages in the order of their streams; stored rows are read beside each page, if there are any. */
export async function foldRound(sources: FoldSources): Promise<FoldedRound> {
  const { store, run } = sources;
  const round: FoldedRound = {
    memberIds: new GuidTable(),
    groupIds: new GuidTable(),
    types: new Map(),
    users: new FoldedUsers(),
    groups: new Map(),
    appeared: { users: new Set(), groups: new Set() },
    toldAfterLists: { users: new Set(), groups: new Set() },
    memberEvents: new EdgeEvents(),
    nestingEvents: new EdgeEvents(),
  };
  let number = 0;
  for await (const page of stagedPages(store, run, 'users'))
    if (page.kind === 'users')
      await foldUsers(round, sources, { items: page.items, ...kindOf(run.users, number++) });
  number = 0;
  for await (const page of stagedPages(store, run, 'groups'))
    if (page.kind === 'groups')
      await foldGroups(round, sources, { items: page.items, ...kindOf(run.groups, number++) });
  for (const group of run.unlisted ?? []) forgetList(round, numberOf(round.groupIds, group));
  return round;
}

/** What is staged of its members are some of them, which speak for nobody's absence. */
function forgetList({ groups }: FoldedRound, group: number): void {
  const folded = groups.get(group);
  if (folded !== undefined) groups.set(group, { ...folded, toldMembers: false, shownMembers: false });
}

interface Page<Entry> {
  readonly items: readonly Entry[];
  /** After the lists of a fast baseline, or after an enumeration that waited for a person. */
  readonly isReplay: boolean;
  /** Of a complete enumeration, which shows what is there now. */
  readonly enumerated: boolean;
}

function kindOf({ baseline, pages, listedPages, enumeratedPages }: StreamCursor, number: number) {
  const isReplay = number >= (listedPages ?? enumeratedPages ?? pages);
  return { isReplay, enumerated: baseline && !isReplay };
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
    const hasList = kind === 'users' || round.groups.get(number)?.toldMembers === true;
    if (!round[kind].has(number) || !hasList) round.appeared[kind].add(number);
  }
}

async function foldUsers(
  round: FoldedRound,
  sources: FoldSources,
  { items, isReplay, enumerated }: Page<UserEntry>,
): Promise<void> {
  if (isReplay) noteToldAfterLists(items, 'users', round);
  const { store, run, state } = sources;
  const unknown = items.filter(({ id }) => !round.users.has(numberOf(round.memberIds, id)));
  const ids = new Set(unknown.map(({ id }) => id));
  const rows = isFirst(sources) ? [] : await store.users(run.directory, [...ids]);
  const stored = new Map(rows.map((row) => [row.id, row]));
  for (const entry of items) {
    const number = numberOf(round.memberIds, entry.id);
    const known = { before: round.users.get(number), row: stored.get(entry.id), enumerated };
    const folded = userAfter(known, entry, state);
    if (folded !== undefined) round.users.set(number, folded);
  }
}

async function foldGroups(
  round: FoldedRound,
  sources: FoldSources,
  { items, isReplay, enumerated }: Page<GroupEntry>,
): Promise<void> {
  if (isReplay) noteToldAfterLists(items, 'groups', round);
  const { store, run, state } = sources;
  const unknown = items.filter(({ id }) => !round.groups.has(numberOf(round.groupIds, id)));
  const ids = new Set(unknown.map(({ id }) => id));
  const rows = isFirst(sources) ? [] : await store.groups(run.directory, [...ids]);
  const stored = new Map(rows.map((row) => [row.id, row]));
  for (const entry of items) {
    const number = numberOf(round.groupIds, entry.id);
    const known = { before: round.groups.get(number), row: stored.get(entry.id), enumerated };
    const folded = groupAfter(known, entry, state);
    if (folded === undefined) continue;
    round.groups.set(number, folded);
    if (entry.kind === 'present') foldMembers(round, number, entry.members ?? []);
  }
}

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
