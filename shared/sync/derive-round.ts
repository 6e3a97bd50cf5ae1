import { noEdges } from '../nesting/adjacency.ts';
import { type Affected, affectedBy, type Touched } from '../nesting/affected.ts';
import { changedEdges, changedMemberships } from '../nesting/changed-memberships.ts';
import { changedRows, type EdgeChanges, noChanges } from '../nesting/edge-changes.ts';
import { effectiveSizes } from '../nesting/full-derivation.ts';
import { type Memberships, wholeRows } from '../nesting/memberships.ts';
import { nestingOf } from '../nesting/nesting.ts';
import { type NetChange, netChange } from '../nesting/net-change.ts';
import { countedBefore, countsAfter, withLiveUsers } from './counting-users.ts';
import type { BothStates, DeriveSources } from './derive-sources.ts';
import { isFirst } from './fold-round.ts';
import { type KeptMembers, keptMembers } from './kept-members.ts';
import { below, largeGroups } from './large-groups.ts';
import { isFlattened, policyFingerprint, toldGroups } from './scope.ts';

export interface Derivation {
  readonly before: Memberships;
  readonly after: Memberships;
  /** Undefined when more pairs changed than are worth telling one by one. */
  readonly change: NetChange | undefined;
  /** Users of those pairs then. */
  readonly moved?: Uint32Array;
  readonly pairsAdded: number;
  readonly pairsRemoved: number;
  readonly affected: Affected;
  /** Groups that may pass their limit, with all their members loaded. */
  readonly large: readonly number[];
  /** What those of them that are held kept. */
  readonly kept: KeptMembers;
}

/** Pairs told one by one in a round; above, consumers are told to derive everything anew. */
export const toldPairsMax = 2_000_000;

/** The net change of effective membership of a round, reading of the store only what it touches. */
export async function deriveRound(sources: DeriveSources): Promise<Derivation> {
  const skeleton = skeletonOf(sources);
  if (isFirst(sources)) return firstDerivation(sources, skeleton);
  const touched = touchedBy(sources, skeleton);
  const isRejudged = sources.state.unsettled !== undefined || (await hasNewPolicy(sources));
  if (isUntouched(touched) && !isRejudged) return unchanged(skeleton);
  await sources.stored.loadGroupsOf([...touched.users, ...changedRows(touched.userEdges.byMember)]);
  const affected = affectedBy(skeleton.before, skeleton.after, touched);
  const judged = isRejudged ? Uint32Array.from(skeleton.after.told.keys()) : affected.groups;
  const large = largeGroups(sources, skeleton.after, judged);
  await sources.stored.loadMembers(
    below([skeleton.before, skeleton.after], [...affected.byNesting, ...large]),
  );
  const kept = await keptMembers(sources, large);
  const { before, after } = await withLiveUsers(sources, skeleton);
  const change = netChange({ before, after, pairsMax: toldPairsMax }, touched, 'mixed');
  const { pairsAdded, pairsRemoved, moved } = change;
  const derived = { before, after, pairsAdded, pairsRemoved, affected, large, kept };
  return moved === undefined ? { ...derived, change } : { ...derived, change: undefined, moved };
}

/** Another limit holds other groups, also where no membership moved. */
const hasNewPolicy = async ({ run, state, checked }: DeriveSources) =>
  state.policy !== (await policyFingerprint(run.settings, checked));

const isUntouched = ({ userEdges, nestingEdges, users, groups }: Touched) =>
  sizeOf(userEdges) + sizeOf(nestingEdges) + users.length + groups.length === 0;

const sizeOf = ({ added, removed }: EdgeChanges) => added + removed;

function unchanged({ before, after }: BothStates): Derivation {
  const none = new Uint32Array(0);
  const change: NetChange = { sets: [], pairsAdded: 0, pairsRemoved: 0, strategy: 'users' };
  const affected = { groups: none, byNesting: none, moved: none };
  return { before, after, change, pairsAdded: 0, pairsRemoved: 0, affected, large: [], kept: new Map() };
}

const noUsers = new Uint8Array(0);

/** Both states without the liveness of users, which is only known once their numbers are. */
function skeletonOf(sources: DeriveSources): BothStates {
  const { round, stored, edges, run, state, checked } = sources;
  const groups = round.groupIds.count;
  const storedEdges = stored.nestingEdges();
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

function touchedBy(sources: DeriveSources, { before, after }: BothStates): Touched {
  const { round, edges, state, run } = sources;
  const refolded = (state.flattened ?? true) !== isFlattened(run.settings);
  const groups: number[] = [];
  for (let group = 0; group < round.groupIds.count; group++) {
    const same =
      before.nesting.live[group] === after.nesting.live[group] && before.told[group] === after.told[group];
    if (!same || refolded) groups.push(group);
  }
  const users = Uint32Array.from(round.users.keys()).filter(
    (user) => countedBefore(round, user) !== countsAfter(sources, user),
  );
  return {
    userEdges: edges.users,
    nestingEdges: isFlattened(run.settings) ? edges.nesting : noChanges,
    users,
    groups: Uint32Array.from(groups),
  };
}

/** On a first run nothing was told before: all is derived, and told group by group if it is not too much. */
function firstDerivation(sources: DeriveSources, skeleton: BothStates): Derivation {
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
  return { before, after, change, pairsAdded, pairsRemoved: 0, affected, large, kept: new Map() };
}

const flagsOf = (count: number, isSet: (index: number) => boolean) =>
  Uint8Array.from({ length: count }, (_, index) => (isSet(index) ? 1 : 0));
