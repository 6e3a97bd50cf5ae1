import type { DirectoryId, GroupId, UserId } from '../model/ids.ts';
import { noEdges } from '../nesting/adjacency.ts';
import { walkOn } from '../nesting/ancestors.ts';
import { effectiveGroupsOf, effectiveMembers } from '../nesting/effective.ts';
import { allPaths, shortestPath, throughWhichChild } from '../nesting/explain.ts';
import { guidBytes, unpackGuids } from '../nesting/guid.ts';
import { GuidTable } from '../nesting/guid-table.ts';
import { Marks } from '../nesting/marks.ts';
import type { Memberships } from '../nesting/memberships.ts';
import { nestingOf } from '../nesting/nesting.ts';
import { numberOf } from './fold-round.ts';
import type { GroupFacts, NestedDirectoryStore } from './nested-store.ts';

export interface EffectiveMembersAnswer {
  /** Ascending by id. */
  readonly users: readonly UserId[];
  /** The group is above its limit and shows the members it had before. */
  readonly held: boolean;
}

/** Users of a told group through any depth; undefined when the directory tells of no such group. */
export async function effectiveMembersOf(
  store: NestedDirectoryStore,
  directory: DirectoryId,
  group: GroupId,
): Promise<EffectiveMembersAnswer | undefined> {
  const view = await loadNesting(store, directory);
  const number = view.groupIds.find(group);
  const facts = number === undefined ? undefined : view.facts.get(number);
  if (number === undefined || facts?.told !== true) return undefined;
  if (facts.held) {
    const kept = (await store.heldMembers(directory, group)) ?? new Uint8Array(0);
    return { users: sortedUsers(unpackGuids(kept)), held: true };
  }
  const memberships = await withMembersBelow({ store, directory }, view, number);
  const users = effectiveMembers(memberships, number);
  return { users: sortedUsers(Array.from(users, (user) => view.memberIds.textOf(user))), held: false };
}

export interface EffectiveGroup {
  readonly group: GroupId;
  readonly direct: boolean;
}

/** Told groups that hold `user` through any depth, ascending by id. */
export async function effectiveGroupsOfUser(
  store: NestedDirectoryStore,
  directory: DirectoryId,
  user: UserId,
): Promise<readonly EffectiveGroup[]> {
  const { view, memberships, number } = await ofUser({ store, directory }, user);
  const direct = new Set(memberships.groupsOf(number));
  return Array.from(effectiveGroupsOf(memberships, number))
    .filter((group) => view.facts.get(group)?.told === true)
    .map((group) => ({ group: view.groupIds.textOf(group) as GroupId, direct: direct.has(group) }))
    .sort((one, other) => (one.group < other.group ? -1 : 1));
}

export interface MembershipExplanation {
  readonly isMember: boolean;
  /** Groups from the asked one down to one that holds the user directly; empty when there is no way. */
  readonly shortest: readonly GroupId[];
  readonly paths: readonly (readonly GroupId[])[];
  /** There are more paths than were asked for. */
  readonly more: boolean;
  readonly direct: boolean;
  /** Direct children of the group through which the user comes. */
  readonly through: readonly GroupId[];
}

/** Why a user is in a group: a shortest way, all ways up to `pathsMax`, and the children they lead through. */
export async function explainMembership(
  { store, directory }: Place,
  asked: { readonly group: GroupId; readonly user: UserId },
  pathsMax: number,
): Promise<MembershipExplanation> {
  const { view, memberships, number: user } = await ofUser({ store, directory }, asked.user);
  const group = numberOf(view.groupIds, asked.group);
  const ids = (groups: readonly number[]) => groups.map((number) => view.groupIds.textOf(number) as GroupId);
  const shortest = shortestPath(memberships, group, user);
  const { paths, more } = allPaths(memberships, { group, user }, pathsMax);
  const { direct, children } = throughWhichChild(memberships, group, user);
  return {
    isMember: shortest !== undefined,
    shortest: ids(shortest ?? []),
    paths: paths.map(ids),
    more,
    direct,
    through: ids(children),
  };
}

interface Place {
  readonly store: NestedDirectoryStore;
  readonly directory: DirectoryId;
}

interface NestingView {
  readonly groupIds: GuidTable;
  readonly memberIds: GuidTable;
  readonly facts: ReadonlyMap<number, GroupFacts>;
  readonly nesting: Memberships['nesting'];
}

async function loadNesting(store: NestedDirectoryStore, directory: DirectoryId): Promise<NestingView> {
  const { groups, edges } = await store.nesting(directory);
  const { flattened = true } = await store.state(directory);
  const groupIds = new GuidTable();
  const facts = new Map(groups.map((group) => [numberOf(groupIds, group.id), group]));
  const pairs = edges.map(
    ({ parent, child }) => [numberOf(groupIds, parent), numberOf(groupIds, child)] as const,
  );
  const live = Uint8Array.from({ length: groupIds.count }, (_, group) =>
    Number(facts.get(group)?.life === 'live'),
  );
  const list = {
    from: Uint32Array.from(pairs, ([from]) => from),
    to: Uint32Array.from(pairs, ([, to]) => to),
  };
  return {
    groupIds,
    memberIds: new GuidTable(),
    facts,
    nesting: nestingOf(flattened ? list : noEdges, live),
  };
}

/** Memberships of one user, upwards. */
async function ofUser({ store, directory }: Place, user: UserId) {
  const view = await loadNesting(store, directory);
  const [[row], packed] = await Promise.all([
    store.users(directory, [user]),
    store.groupsOf(directory, [user]),
  ]);
  const groups = unpackGuids(packed.get(user) ?? new Uint8Array(0)).flatMap(
    (id) => view.groupIds.find(id) ?? [],
  );
  const memberships: Memberships = {
    nesting: view.nesting,
    users: 1,
    liveUsers: Uint8Array.of(Number(row?.standing.counts === true)),
    told: view.nesting.live,
    groupsOf: () => Uint32Array.from(groups),
    usersOf: () => new Uint32Array(0),
  };
  return { view, memberships, number: numberOf(view.memberIds, user) };
}

const readsAtOnce = 16;

/** Memberships of one group and all below it, downwards. */
async function withMembersBelow(
  { store, directory }: Place,
  view: NestingView,
  root: number,
): Promise<Memberships> {
  const { nesting, groupIds, memberIds, facts } = view;
  const below = new Marks(nesting.groups).begin();
  if (nesting.live[root] === 1) below.add(root);
  walkOn(nesting.children, nesting.live, { into: below, first: 0 });
  const groups = below.sorted().filter((group) => (facts.get(group)?.users ?? 0) > 0);
  const members = new Map<number, Uint32Array>();
  for (let start = 0; start < groups.length; start += readsAtOnce) {
    await Promise.all(
      Array.from(groups.subarray(start, start + readsAtOnce), async (group) => {
        const { user = new Uint8Array(0) } = await store.members(
          directory,
          groupIds.textOf(group) as GroupId,
        );
        members.set(group, internAll(memberIds, user));
      }),
    );
  }
  return {
    nesting,
    users: memberIds.count,
    liveUsers: await countingAmong({ store, directory }, memberIds),
    told: nesting.live,
    groupsOf: () => new Uint32Array(0),
    usersOf: (group) => members.get(group) ?? new Uint32Array(0),
  };
}

function internAll(table: GuidTable, packed: Uint8Array): Uint32Array {
  const numbers = new Uint32Array(packed.length / guidBytes);
  for (let index = 0; index < numbers.length; index++)
    numbers[index] = table.internPacked(packed, index * guidBytes);
  return numbers;
}

/** A handful of members is read by id, many are looked up among all that count. */
async function countingAmong({ store, directory }: Place, memberIds: GuidTable): Promise<Uint8Array> {
  const counting = new Uint8Array(memberIds.count);
  const mark = (user: number | undefined) => {
    if (user !== undefined) counting[user] = 1;
  };
  if (memberIds.count <= 1000) {
    const ids = Array.from({ length: memberIds.count }, (_, user) => memberIds.textOf(user) as UserId);
    const rows = await store.users(directory, ids);
    for (const { id, standing } of rows) if (standing.counts) mark(memberIds.find(id));
    return counting;
  }
  for await (const packed of store.countingUsers(directory)) {
    for (let offset = 0; offset < packed.length; offset += guidBytes)
      mark(memberIds.findPacked(packed, offset));
  }
  return counting;
}

const sortedUsers = (ids: readonly string[]) => ids.toSorted() as UserId[];
