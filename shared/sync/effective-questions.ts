import { type DirectoryId, GroupId, type UserId } from '../model/ids.ts';
import { noEdges } from '../nesting/adjacency.ts';
import { collectDescendants, effectiveGroupsOf } from '../nesting/effective.ts';
import { allPaths, throughWhichChild } from '../nesting/explain.ts';
import { guidBytes, guidText, unpackGuids } from '../nesting/guid.ts';
import { GuidTable } from '../nesting/guid-table.ts';
import { Marks } from '../nesting/marks.ts';
import type { Memberships } from '../nesting/memberships.ts';
import { nestingOf } from '../nesting/nesting.ts';
import type { GroupFacts, NestedDirectoryStore, NestedGroup, NestedUser } from './nested-store.ts';

export interface InDirectory {
  readonly store: NestedDirectoryStore;
  readonly directory: DirectoryId;
}

/** An effective member, and how it comes into the group. */
export interface EffectiveMember {
  readonly user: NestedUser;
  readonly direct: boolean;
  /** Nested groups, direct members of the asked one, through which it comes. */
  readonly through: readonly GroupId[];
}

/**
 * Effective members of a group in id order, from the facts of the last completed run. Undefined for a group that is not told:
 * unknown, deleted or out of scope.
 */
export async function effectiveMembersOf(
  at: InDirectory,
  group: GroupId,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<{ readonly items: readonly EffectiveMember[]; readonly next?: string } | undefined> {
  const groups = await groupsAt(at);
  const number = groups.ids.find(group);
  const facts = number === undefined ? undefined : groups.facts.get(number);
  if (number === undefined || facts?.told !== true) return undefined;
  const below = facts.held ? undefined : await membersBelow(at, groups, number);
  const ids = idsIn(below?.map(({ packed }) => packed) ?? [await heldIn(at, group)]);
  const { after = '' } = page;
  const wanted = [...new Set(ids)].filter((id) => id > after).sort();
  const { users, next } = await countingUsers(at, wanted, page.limit);
  const { memberships } = await withUsers(at, groups, { users, below });
  const items = users.map((user, index) => {
    const { direct, children } = throughWhichChild(memberships, number, index);
    return { user, direct, through: children.map((child) => idOf(groups, child)) };
  });
  return { items, ...(next === undefined ? {} : { next }) };
}

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
  const [nesting, packed] = await Promise.all([
    at.store.nesting(at.directory),
    at.store.members(at.directory, group),
  ]);
  if (!nesting.groups.some(({ id, told }) => id === group && told)) return undefined;
  const live = new Set(nesting.groups.flatMap(({ id, life }) => (life === 'live' ? [id] : [])));
  const others = Object.entries(packed).flatMap(([type, ids]) =>
    type === 'group' ? [] : unpackGuids(ids).map((id) => ({ type, id })),
  );
  const children = nesting.edges.flatMap(({ parent, child }) =>
    parent === group && live.has(child) ? [{ type: 'group', id: child as string }] : [],
  );
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

/** Without users that are not known to be alive. */
async function withoutLostUsers({ store, directory }: InDirectory, members: readonly DirectMember[]) {
  const ids = members.flatMap(({ type, id }) => (type === 'user' ? [id as UserId] : []));
  const rows = await store.users(directory, ids);
  const live = new Set<string>(rows.flatMap(({ id, life }) => (life === 'live' ? [id] : [])));
  return members.filter(({ type, id }) => type !== 'user' || live.has(id));
}

export interface GroupOfUser {
  readonly group: NestedGroup;
  readonly direct: boolean;
}

/** Groups that a user is an effective member of, in id order; undefined for a user that is not known. */
export async function groupsOfUser(at: InDirectory, id: UserId): Promise<readonly GroupOfUser[] | undefined> {
  const [groups, users] = await Promise.all([groupsAt(at), at.store.users(at.directory, [id])]);
  const [user] = users;
  if (user === undefined) return undefined;
  const { memberships } = await withUsers(at, groups, { users });
  const reached = new Set(effectiveGroupsOf(memberships, 0));
  const numbers: number[] = [];
  for (const [number, facts] of groups.facts) {
    if (!facts.told) continue;
    const isIn = facts.held ? await isHeld(at, facts.id, id) : reached.has(number);
    if (isIn) numbers.push(number);
  }
  const direct = new Set(memberships.groupsOf(0));
  const rows = await groupRows(
    at,
    numbers.map((number) => idOf(groups, number)),
  );
  return rows
    .map((group) => ({ group, direct: direct.has(groups.ids.find(group.id) ?? -1) }))
    .sort((one, other) => (one.group.id < other.group.id ? -1 : 1));
}

export interface Explanation {
  readonly member: boolean;
  /** From the asked group down to the one that holds the user directly. */
  readonly paths: readonly (readonly GroupId[])[];
  readonly morePaths: boolean;
  readonly user: NestedUser | undefined;
  readonly group: GroupFacts | undefined;
}

/** Why a user is, or is not, an effective member of a group, from stored facts. */
export async function explain(
  at: InDirectory,
  asked: { readonly user: UserId; readonly group: GroupId },
  pathsMax: number,
): Promise<Explanation> {
  const [groups, users] = await Promise.all([groupsAt(at), at.store.users(at.directory, [asked.user])]);
  const number = groups.ids.find(asked.group);
  const facts = number === undefined ? undefined : groups.facts.get(number);
  const { memberships } = await withUsers(at, groups, { users });
  const found =
    number === undefined || users.length === 0
      ? { paths: [], more: false }
      : allPaths(memberships, { group: number, user: 0 }, pathsMax);
  const member =
    facts?.held === true
      ? await isHeld(at, facts.id, asked.user)
      : found.paths.length > 0 && facts?.told === true;
  return {
    member,
    paths: found.paths.map((path) => path.map((row) => idOf(groups, row))),
    morePaths: found.more,
    user: users[0],
    group: facts,
  };
}

interface Groups {
  readonly ids: GuidTable;
  readonly facts: ReadonlyMap<number, GroupFacts>;
  readonly memberships: Memberships;
}

async function groupsAt({ store, directory }: InDirectory): Promise<Groups> {
  const [state, stored] = await Promise.all([store.state(directory), store.nesting(directory)]);
  const ids = new GuidTable();
  const numberOf = (id: GroupId): number => {
    const number = ids.intern(id);
    if (number === undefined) throw new Error(`${id} is no object id`);
    return number;
  };
  const facts = new Map(stored.groups.map((group) => [numberOf(group.id), group] as const));
  const from = Uint32Array.from(stored.edges, ({ parent }) => numberOf(parent));
  const to = Uint32Array.from(stored.edges, ({ child }) => numberOf(child));
  const flagged = (is: (group: GroupFacts) => boolean) =>
    Uint8Array.from({ length: ids.count }, (_, number) => {
      const group = facts.get(number);
      return group !== undefined && is(group) ? 1 : 0;
    });
  const live = flagged((group) => group.life === 'live');
  // The literal reading does not pass members on.
  const edges = (state.flattened ?? true) ? { from, to } : noEdges;
  const memberships: Memberships = {
    nesting: nestingOf(edges, live),
    users: 0,
    liveUsers: new Uint8Array(0),
    told: flagged((group) => group.told),
    groupsOf: () => new Uint32Array(0),
    usersOf: () => new Uint32Array(0),
  };
  return { ids, facts, memberships };
}

const idOf = (groups: Groups, number: number): GroupId => GroupId.parse(groups.ids.textOf(number));

/** Direct user members of one group, packed. */
interface Held {
  readonly group: number;
  readonly packed: Uint8Array;
}

async function membersBelow(at: InDirectory, groups: Groups, number: number): Promise<readonly Held[]> {
  const marks = new Marks(groups.ids.count);
  collectDescendants(groups.memberships, number, marks);
  const below = [...marks.sorted()];
  const held: Held[] = [];
  for (let start = 0; start < below.length; start += readsAtOnce) {
    const reads = below.slice(start, start + readsAtOnce).map(async (group) => {
      const { user = new Uint8Array(0) } = await at.store.members(at.directory, idOf(groups, group));
      return { group, packed: user };
    });
    held.push(...(await Promise.all(reads)));
  }
  return held;
}

const heldIn = async ({ store, directory }: InDirectory, group: GroupId): Promise<Uint8Array> =>
  (await store.heldMembers(directory, group)) ?? new Uint8Array(0);

const idsIn = (parts: readonly Uint8Array[]): readonly string[] =>
  parts.flatMap((packed) => unpackGuids(packed));

/** The first `limit` of these users that count, and where to go on. */
async function countingUsers(at: InDirectory, ids: readonly string[], limit: number) {
  const users: NestedUser[] = [];
  for (let start = 0; start < ids.length && users.length <= limit; ) {
    // A few more than are missing, as some may not count.
    const wanted = Math.min(usersAtOnce, limit + 1 - users.length + spareUsers);
    const some = ids.slice(start, start + wanted) as UserId[];
    const rows = (await at.store.users(at.directory, some)).filter(({ standing }) => standing.counts);
    users.push(...rows.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
    start += wanted;
  }
  const shown = users.slice(0, limit);
  const next = users.length > limit ? shown.at(-1)?.id : undefined;
  return { users: shown, next };
}

/**
 * The memberships with these users as number 0, 1, …; who does not count leads nowhere. The groups that hold them are those of
 * `below` when it is given, which is all that matters to a question about the group above.
 */
async function withUsers(
  { store, directory }: InDirectory,
  groups: Groups,
  { users, below }: { readonly users: readonly NestedUser[]; readonly below?: readonly Held[] | undefined },
) {
  const holders = below === undefined ? await read() : holdersIn(below, users);
  const memberships: Memberships = {
    ...groups.memberships,
    users: users.length,
    liveUsers: Uint8Array.from(users, ({ standing }) => (standing.counts ? 1 : 0)),
    groupsOf: (user) => holders[user] ?? new Uint32Array(0),
  };
  return { memberships };

  async function read(): Promise<readonly Uint32Array[]> {
    const ids = users.map(({ id }) => id);
    const reverse = await store.groupsOf(directory, ids);
    return ids.map((id) => numbersOf(groups, reverse.get(id)));
  }
}

function holdersIn(below: readonly Held[], users: readonly NestedUser[]): readonly Uint32Array[] {
  const indexes = new Map<string, number>(users.map(({ id }, index) => [id, index]));
  const holders = users.map((): number[] => []);
  for (const { group, packed } of below) {
    for (const id of unpackGuids(packed)) {
      const index = indexes.get(id);
      if (index !== undefined) holders[index]?.push(group);
    }
  }
  return holders.map((numbers) => Uint32Array.from(numbers));
}

function numbersOf({ ids }: Groups, packed: Uint8Array = new Uint8Array(0)): Uint32Array {
  const numbers: number[] = [];
  for (let offset = 0; offset < packed.length; offset += guidBytes) {
    const number = ids.findPacked(packed, offset);
    if (number !== undefined) numbers.push(number);
  }
  return Uint32Array.from(numbers);
}

async function isHeld({ store, directory }: InDirectory, group: GroupId, user: UserId): Promise<boolean> {
  const packed = await heldIn({ store, directory }, group);
  for (let offset = 0; offset < packed.length; offset += guidBytes) {
    if (guidText(packed, offset) === user) return true;
  }
  return false;
}

async function groupRows({ store, directory }: InDirectory, ids: readonly GroupId[]) {
  const rows: NestedGroup[] = [];
  for (let start = 0; start < ids.length; start += usersAtOnce) {
    rows.push(...(await store.groups(directory, ids.slice(start, start + usersAtOnce))));
  }
  return rows;
}

/** What a store reads by id in one call, and reads of groups side by side. */
const usersAtOnce = 1000;
const readsAtOnce = 16;
const spareUsers = 20;
