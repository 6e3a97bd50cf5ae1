import { type Edges, noEdges, rowOf } from '../nesting/adjacency.ts';
import { type Affected, affectedBy, type Touched } from '../nesting/affected.ts';
import { walkOn } from '../nesting/ancestors.ts';
import { changedEdges, changedMemberships } from '../nesting/changed-memberships.ts';
import { changedRows, type EdgeChanges, noChanges } from '../nesting/edge-changes.ts';
import { effectiveSizes } from '../nesting/full-derivation.ts';
import { guidBytes } from '../nesting/guid.ts';
import { Marks } from '../nesting/marks.ts';
import { type Memberships, wholeRows } from '../nesting/memberships.ts';
import { type Nesting, nestingOf } from '../nesting/nesting.ts';
import { type NetChange, netChange } from '../nesting/net-change.ts';
import type { FoldedRound } from './fold-round.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import type { NetEdges } from './net-edges.ts';
import { userIds } from './round-ids.ts';
import type { Checked, SyncRun, SyncState } from './run-records.ts';
import { isFlattened, outReason, policyFingerprint, toldGroups } from './scope.ts';
import type { StoredMemberships } from './stored-memberships.ts';

export interface Derivation {
  readonly before: Memberships;
  readonly after: Memberships;
  /** Undefined when more pairs changed than are worth telling one by one. */
  readonly change: NetChange | undefined;
  readonly pairsAdded: number;
  readonly pairsRemoved: number;
  readonly affected: Affected;
  /** Groups that may pass their limit, with all their members loaded. */
  readonly large: readonly number[];
}

export interface DeriveSources {
  readonly store: NestedDirectoryStore;
  readonly run: SyncRun;
  readonly state: SyncState;
  readonly checked: Checked;
  readonly verifiedDomains: ReadonlySet<string>;
  readonly round: FoldedRound;
  readonly stored: StoredMemberships;
  readonly edges: NetEdges;
}

/** Pairs told one by one in a round; above, consumers are told to derive everything anew. */
export const toldPairsMax = 2_000_000;

/** The net change of effective membership of a round, reading of the store only what it touches. */
export async function deriveRound(sources: DeriveSources): Promise<Derivation> {
  const skeleton = skeletonOf(sources);
  if (sources.state.lastCompletedRun === undefined) return firstDerivation(sources, skeleton);
  const touched = touchedBy(sources, skeleton);
  const isRejudged = hasNewPolicy(sources);
  if (isUntouched(touched) && !isRejudged) return unchanged(skeleton);
  await sources.stored.loadGroupsOf([...touched.users, ...changedRows(touched.userEdges.byMember)]);
  const affected = affectedBy(skeleton.before, skeleton.after, touched);
  const judged = isRejudged ? Uint32Array.from(skeleton.after.told.keys()) : affected.groups;
  const large = largeGroups(sources, skeleton.after, judged);
  await sources.stored.loadMembers(
    below([skeleton.before, skeleton.after], [...affected.byNesting, ...large]),
  );
  const { before, after } = await withLiveUsers(sources, skeleton);
  const change = netChange({ before, after }, touched, 'mixed');
  const { pairsAdded, pairsRemoved } = change;
  const tellable = pairsAdded + pairsRemoved <= toldPairsMax;
  return { before, after, change: tellable ? change : undefined, pairsAdded, pairsRemoved, affected, large };
}

/** Another limit holds other groups, also where no membership moved. */
const hasNewPolicy = ({ run, state, checked }: DeriveSources) =>
  state.policy !== policyFingerprint(run.settings, checked);

const isUntouched = ({ userEdges, nestingEdges, users, groups }: Touched) =>
  sizeOf(userEdges) + sizeOf(nestingEdges) + users.length + groups.length === 0;

const sizeOf = ({ added, removed }: EdgeChanges) => added + removed;

function unchanged({ before, after }: Skeleton): Derivation {
  const none = new Uint32Array(0);
  const change: NetChange = { sets: [], pairsAdded: 0, pairsRemoved: 0, strategy: 'users' };
  const affected = { groups: none, byNesting: none, moved: none };
  return { before, after, change, pairsAdded: 0, pairsRemoved: 0, affected, large: [] };
}

interface Skeleton {
  readonly before: Memberships;
  readonly after: Memberships;
}

const noUsers = new Uint8Array(0);

/** Both states without the liveness of users, which is only known once their numbers are. */
function skeletonOf(sources: DeriveSources): Skeleton {
  const { round, stored, edges, run, state, checked } = sources;
  const groups = round.groupIds.count;
  const storedEdges = edgesIn(stored.children);
  const liveBefore = flagsOf(groups, (group) => stored.facts.get(group)?.life === 'live');
  const liveAfter = flagsOf(
    groups,
    (group) => (round.groups.get(group) ?? stored.facts.get(group))?.life === 'live',
  );
  const base = {
    users: 0,
    liveUsers: noUsers,
    groupsOf: (user: number) => stored.groupsOf(user),
    usersOf: (group: number) => stored.membersOf(group),
  };
  const before: Memberships = {
    ...base,
    nesting: nestingOf((state.flattened ?? true) ? storedEdges : noEdges, liveBefore),
    told: flagsOf(groups, (group) => stored.facts.get(group)?.told === true),
  };
  const nesting = isSame(sources, liveBefore, liveAfter)
    ? before.nesting
    : nestingOf(isFlattened(run.settings) ? changedEdges(storedEdges, edges.nesting) : noEdges, liveAfter);
  // The scope follows nesting even where the literal reading does not flatten.
  const after: Memberships = {
    ...changedMemberships(before, {
      userEdges: edges.users,
      nestingEdges: noChanges,
      liveUsers: noUsers,
      liveGroups: liveBefore,
      told: liveAfter,
    }),
    nesting,
  };
  return {
    before,
    after: { ...after, told: toldGroups(after, round.groupIds, { settings: run.settings, checked }) },
  };
}

function isSame(sources: DeriveSources, liveBefore: Uint8Array, liveAfter: Uint8Array): boolean {
  return (
    sizeOf(sources.edges.nesting) === 0 &&
    (sources.state.flattened ?? true) === isFlattened(sources.run.settings) &&
    liveBefore.every((live, group) => live === liveAfter[group])
  );
}

function touchedBy(sources: DeriveSources, { before, after }: Skeleton): Touched {
  const { round, edges, state, run } = sources;
  const refolded = (state.flattened ?? true) !== isFlattened(run.settings);
  const groups: number[] = [];
  for (let group = 0; group < round.groupIds.count; group++) {
    const same =
      before.nesting.live[group] === after.nesting.live[group] && before.told[group] === after.told[group];
    if (!same || refolded) groups.push(group);
  }
  const users = [...round.users.keys()].filter(
    (user) => countedBefore(round, user) !== countsAfter(sources, user),
  );
  return {
    userEdges: edges.users,
    nestingEdges: isFlattened(run.settings) ? edges.nesting : noChanges,
    users: Uint32Array.from(users),
    groups: Uint32Array.from(groups),
  };
}

const countedBefore = (round: FoldedRound, user: number) =>
  round.users.get(user)?.stored?.standing.counts ?? false;

/** Whether the memberships of a user of this round count when it is done. */
export function countsAfter({ round, run, verifiedDomains }: DeriveSources, user: number): boolean {
  const folded = round.users.get(user);
  if (folded?.life !== 'live') return false;
  return outReason(folded.facts, run.settings, verifiedDomains) === undefined;
}

/** On a first run nothing was told before: all is derived, and told group by group if it is not too much. */
function firstDerivation(sources: DeriveSources, skeleton: Skeleton): Derivation {
  const { round, edges, run } = sources;
  const { told } = skeleton.after;
  const live = flagsOf(round.memberIds.count, (user) => countsAfter(sources, user));
  const direct = { groupUsers: edges.users.byGroup.added, userGroups: edges.users.byMember.added };
  const after = { ...skeleton.after, ...wholeRows(direct), users: live.length, liveUsers: live };
  const before = { ...skeleton.before, users: live.length, liveUsers: new Uint8Array(live.length) };
  const sizes = effectiveSizes(after);
  const pairsAdded = sizes.reduce((sum, size) => sum + size, 0);
  const groups = Uint32Array.from(told.keys()).filter((group) => told[group] === 1);
  const touched: Touched = {
    userEdges: noChanges,
    nestingEdges: noChanges,
    users: new Uint32Array(0),
    groups,
  };
  const affected = { groups, byNesting: groups, moved: groups };
  const large = [...groups].filter((group) => (sizes[group] ?? 0) > run.settings.maxMembersPerGroup);
  const change = pairsAdded > toldPairsMax ? undefined : netChange({ before, after }, touched, 'groups');
  return { before, after, change, pairsAdded, pairsRemoved: 0, affected, large };
}

/** Groups that are held, or whose direct members below them add up to more than the limit. */
function largeGroups(
  { round, stored, edges, run }: DeriveSources,
  after: Memberships,
  groups: Uint32Array,
): number[] {
  const { added } = edges.users.byGroup;
  const held = [...stored.facts].flatMap(([group, facts]) => (facts.held ? [group] : []));
  const marks = new Marks(round.groupIds.count);
  const atMost = (group: number) => {
    marks.begin().add(group);
    walkOn(after.nesting.children, after.nesting.live, { into: marks, first: 0 });
    let members = 0;
    for (const below of marks.list.subarray(0, marks.count)) {
      members += (stored.facts.get(below)?.users ?? 0) + rowOf(added, below).length;
    }
    return members;
  };
  const large = [...groups].filter(
    (group) => after.told[group] === 1 && atMost(group) > run.settings.maxMembersPerGroup,
  );
  return [...new Set([...held, ...large])];
}

function below(states: readonly Memberships[], groups: readonly number[]): ReadonlySet<number> {
  const reached = new Set<number>();
  for (const nesting of new Set(states.map((state) => state.nesting))) {
    for (const group of reachable(nesting, groups)) reached.add(group);
  }
  return reached;
}

/** `groups` that live and all that live below them, ascending. */
export function reachable(nesting: Nesting, groups: readonly number[]): Uint32Array {
  const marks = new Marks(nesting.groups).begin();
  for (const group of groups) {
    if (nesting.live[group] === 1) marks.add(group);
  }
  walkOn(nesting.children, nesting.live, { into: marks, first: 0 });
  return marks.sorted();
}

/** Fills in who counts, before and after: known of the round's users, read for all others that matter. */
async function withLiveUsers(sources: DeriveSources, { before, after }: Skeleton): Promise<Skeleton> {
  const { round } = sources;
  const count = round.memberIds.count;
  const counting = new Uint8Array(count);
  for (const user of await strangersThatCount(sources)) counting[user] = 1;
  for (const user of round.users.keys()) counting[user] = countedBefore(round, user) ? 1 : 0;
  const counted = counting.slice();
  for (const user of round.users.keys()) counted[user] = countsAfter(sources, user) ? 1 : 0;
  return {
    before: { ...before, users: count, liveUsers: counting },
    after: { ...after, users: count, liveUsers: counted },
  };
}

/** Users the round did not speak of: a few are read by id, many are found among all that count. */
async function strangersThatCount(sources: DeriveSources): Promise<readonly number[]> {
  const { round, run, store, edges } = sources;
  const strangers = [...changedRows(edges.users.byMember)].filter((user) => !round.users.has(user));
  if (round.memberIds.count <= round.users.size + strangers.length) {
    const rows = await storedUsers(sources, strangers);
    return rows.flatMap(({ id, standing }) => (standing.counts ? numbersOf(round, id) : []));
  }
  const counting: number[] = [];
  for await (const packed of store.countingUsers(run.directory)) {
    for (let offset = 0; offset < packed.length; offset += guidBytes) {
      const user = round.memberIds.findPacked(packed, offset);
      if (user !== undefined) counting.push(user);
    }
  }
  return counting;
}

function numbersOf({ memberIds }: FoldedRound, id: string): readonly number[] {
  const number = memberIds.find(id);
  return number === undefined ? [] : [number];
}

/** Rows of users by number, a thousand at a time. */
export async function storedUsers({ store, run, round }: DeriveSources, users: readonly number[]) {
  const rows = [];
  for (let start = 0; start < users.length; start += 1000) {
    const ids = userIds(round.memberIds, users.slice(start, start + 1000));
    rows.push(...(await store.users(run.directory, ids)));
  }
  return rows;
}

function edgesIn(children: ReadonlyMap<number, ReadonlySet<number>>): Edges {
  const from: number[] = [];
  const to: number[] = [];
  for (const [parent, held] of children) {
    for (const child of held) {
      from.push(parent);
      to.push(child);
    }
  }
  return { from: Uint32Array.from(from), to: Uint32Array.from(to) };
}

const flagsOf = (count: number, isSet: (index: number) => boolean) =>
  Uint8Array.from({ length: count }, (_, index) => (isSet(index) ? 1 : 0));
