import type { EdgeChanges } from '../nesting/changed-memberships.ts';
import type { AskedGroups } from './asked-groups.ts';
import type { SettledEdge } from './edge-events.ts';
import type { FoldedGroup, FoldedRound } from './fold-round.ts';
import { GrowingInts } from './growing.ts';
import type { Reread } from './run-records.ts';
import type { StoredMemberships } from './stored-memberships.ts';

/** What a list said of a group's members, and why it was asked. */
export interface ListedGroup {
  readonly reason: Reread['reason'];
  readonly rounds: number;
  /** Undefined when Graph gave no complete answer: then nothing is known. */
  readonly members?: ReadonlySet<number>;
  readonly children?: ReadonlySet<number>;
}

export interface NetEdges {
  /** Group → member that is no group. */
  readonly users: EdgeChanges;
  /** Parent → child. */
  readonly nesting: EdgeChanges;
  /** Groups to be read by list in the next round. */
  readonly rereads: readonly {
    readonly group: number;
    readonly reason: Reread['reason'];
    readonly rounds: number;
  }[];
  /** Groups whose removals were kept back because their members are hidden from this credential. */
  readonly hidden: readonly number[];
}

export interface EdgeSources {
  readonly round: FoldedRound;
  readonly stored: StoredMemberships;
  readonly listed: ReadonlyMap<number, ListedGroup>;
  /** Memberships found by asking for an object's groups; they only add. */
  readonly asked: AskedGroups;
  /** The groups stream was a complete enumeration: what it did not show is gone. */
  readonly sweep: boolean;
  readonly mayReadHidden: boolean;
  /** Soft-deleted users: lists and enumerations do not show them, and their memberships come back with a restore. */
  readonly asleep: ReadonlySet<number>;
}

/** Rounds after which a dynamic group's list is believed though the rule engine is still at work. */
const dynamicRoundsMax = 5;

/** Net changes of direct memberships against what is stored: replays vanish, and no removal is without evidence. */
export function netEdges(sources: EdgeSources): NetEdges {
  const { round, stored } = sources;
  const pending = new Map<number, { reason: Reread['reason']; rounds: number }>();
  const hidden = new Set<number>();
  const context = { sources, pending, hidden };
  const users = new Changes();
  const nesting = new Changes();
  const settledUsers = settled(round.memberEvents, round.groupIds.count);
  const settledNesting = settled(round.nestingEvents, round.groupIds.count);
  const groups = new Set([...settledUsers.keys(), ...settledNesting.keys(), ...sources.listed.keys()]);
  for (const { users: members, nesting: children } of [sources.asked])
    for (const group of [...members.keys(), ...children.keys()]) groups.add(group);
  if (sources.sweep) for (const group of stored.facts.keys()) groups.add(group);
  for (const group of groups) {
    decideGroup(context, group, {
      edges: settledUsers.get(group) ?? [],
      before: (member) => stored.groupsOf(member).includes(group),
      all: () => stored.membersOf(group),
      listed: sources.listed.get(group)?.members,
      asked: sources.asked.users.get(group) ?? [],
      isAsleep: (member) => sources.asleep.has(member),
      into: users,
    });
    decideGroup(context, group, {
      edges: settledNesting.get(group) ?? [],
      before: (child) => stored.children.get(group)?.has(child) ?? false,
      all: () => stored.children.get(group) ?? [],
      listed: sources.listed.get(group)?.children,
      asked: sources.asked.nesting.get(group) ?? [],
      isAsleep: (child) => lifeOf(sources, child) === 'soft-deleted',
      into: nesting,
    });
  }
  dropGone(sources, { users, nesting });
  return {
    users: users.finish(),
    nesting: nesting.finish(),
    rereads: [...pending].map(([group, why]) => ({ group, ...why })),
    hidden: [...hidden],
  };
}

interface Context {
  readonly sources: EdgeSources;
  readonly pending: Map<number, { reason: Reread['reason']; rounds: number }>;
  readonly hidden: Set<number>;
}

interface Side {
  readonly edges: readonly SettledEdge[];
  readonly before: (member: number) => boolean;
  readonly all: () => Iterable<number>;
  readonly listed: ReadonlySet<number> | undefined;
  /** Members that were found to be in the group by asking them. */
  readonly asked: readonly number[];
  /** A member that is not shown may still be one. */
  readonly isAsleep: (member: number) => boolean;
  readonly into: Changes;
}

/** Decides each edge of one group that was spoken of, by events, list or sweep. */
function decideGroup(context: Context, group: number, side: Side): void {
  if (isGone(context.sources.round, group)) return;
  for (const [member, present] of wantedEdges(context, group, side)) {
    if (present === side.before(member)) continue;
    if (present || !mustKeep(context, group)) side.into.push(group, member, present);
  }
}

/** What the round says of each edge; the later source wins: sweep, list, asked, events. */
function wantedEdges(context: Context, group: number, side: Side): ReadonlyMap<number, boolean> {
  const listed = context.sources.listed.get(group);
  const wanted = new Map<number, boolean>();
  if (sweeps(context, group)) setAbsent(wanted, side);
  if (listed !== undefined && listed.reason !== 'contested')
    takeList(context, group, { side, wanted, listed });
  for (const member of side.asked) wanted.set(member, true);
  for (const { member, added, contested } of side.edges) {
    const present = contested ? listedWord(side, member, added) : added;
    if (present !== undefined) wanted.set(member, present);
    else {
      // Two words and no list: the edge stays as it is stored, and next time the whole list decides.
      wanted.delete(member);
      keepAsking(context, group, 'unknown-members');
    }
  }
  return wanted;
}

/** What a list says of a contested edge; of a member that no list shows, the last word of the stream has to do. */
function listedWord({ listed, isAsleep }: Side, member: number, lastWord: boolean): boolean | undefined {
  return isAsleep(member) ? lastWord : listed?.has(member);
}

function setAbsent(wanted: Map<number, boolean>, side: Side): void {
  for (const member of side.all()) if (!side.isAsleep(member)) wanted.set(member, false);
}

const lifeOf = ({ round, stored }: EdgeSources, group: number) =>
  (round.groups.get(group) ?? stored.facts.get(group))?.life;

/** In a complete enumeration a group that was shown with its members has no others. */
function sweeps({ sources }: Context, group: number): boolean {
  const folded = sources.round.groups.get(group);
  return sources.sweep && folded?.life === 'live' && folded.toldMembers;
}

/** A list tells everything, except that an empty one may come from a replica that lags: it is asked twice. */
function takeList(
  context: Context,
  group: number,
  { side, wanted, listed }: { side: Side; wanted: Map<number, boolean>; listed: ListedGroup },
): void {
  if (side.listed === undefined) {
    keepAsking(context, group, listed.reason);
    return;
  }
  const stored = [...side.all()];
  if (isDoubtful(listed, stored.length)) {
    keepAsking(context, group, listed.reason);
    return;
  }
  setAbsent(wanted, side);
  for (const member of side.listed) wanted.set(member, true);
}

function isDoubtful(listed: ListedGroup, stored: number): boolean {
  const empty = (listed.members?.size ?? 0) + (listed.children?.size ?? 0) === 0;
  return empty && stored > 0 && listed.reason !== 'unknown-members' && listed.rounds < 1;
}

/** Removals that may not leave: hidden members, and dynamic groups until they have come to rest. */
function mustKeep(context: Context, group: number): boolean {
  const { round, listed, mayReadHidden } = context.sources;
  const folded = round.groups.get(group);
  if (folded?.hidden === true && !mayReadHidden) {
    context.hidden.add(group);
    return true;
  }
  if (folded?.dynamic !== true) return false;
  const list = listed.get(group);
  if (list?.members !== undefined && (list.rounds >= dynamicRoundsMax || list.reason === 'dynamic'))
    return false;
  keepAsking(context, group, 'dynamic');
  return true;
}

function keepAsking({ pending, sources }: Context, group: number, reason: Reread['reason']): void {
  const rounds = sources.listed.get(group)?.rounds;
  pending.set(group, { reason, rounds: rounds === undefined ? 0 : rounds + 1 });
}

const isGone = (round: FoldedRound, group: number) => round.groups.get(group)?.life === 'gone';

/** A hard delete ends every membership at both ends; groups/delta is silent about it (graph.md §1.4). */
function dropGone({ round, stored }: EdgeSources, changes: { users: Changes; nesting: Changes }): void {
  for (const [user, { life }] of round.users) {
    if (life === 'gone') changes.users.replaceMember(user, without(round, stored.groupsOf(user)));
  }
  const gone = [...round.groups].flatMap(([group, { life }]) => (life === 'gone' ? [group] : []));
  if (gone.length === 0) return;
  const parents = parentsAmong(stored.children, new Set(gone));
  for (const group of gone) {
    changes.nesting.replaceMember(group, without(round, parents.get(group) ?? []));
    for (const member of stored.membersOf(group)) changes.users.push(group, member, false);
    for (const child of stored.children.get(group) ?? []) changes.nesting.push(group, child, false);
  }
}

/** Groups that are gone tell the end of their memberships themselves. */
const without = (round: FoldedRound, groups: Iterable<number>) =>
  [...groups].filter((group) => !isGone(round, group));

function parentsAmong(
  children: ReadonlyMap<number, ReadonlySet<number>>,
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, readonly number[]> {
  const parents = new Map<number, number[]>();
  for (const [parent, held] of children) {
    for (const child of held) {
      if (!wanted.has(child)) continue;
      const list = parents.get(child) ?? [];
      list.push(parent);
      parents.set(child, list);
    }
  }
  return parents;
}

function settled(
  events: FoldedRound['memberEvents'],
  groups: number,
): ReadonlyMap<number, readonly SettledEdge[]> {
  const byGroup = new Map<number, readonly SettledEdge[]>();
  events.settle(groups, (group, edges) => byGroup.set(group, edges));
  return byGroup;
}

class Changes {
  readonly #groups = new GrowingInts();
  readonly #members = new GrowingInts();
  readonly #added = new GrowingInts();
  readonly #cancelled = new Map<number, number>();

  push(group: number, member: number, added: boolean): void {
    this.#groups.push(group);
    this.#members.push(member);
    this.#added.push(added ? 1 : 0);
  }

  /** Forgets all changes pushed so far for a member, and removes it from `groups` instead. */
  replaceMember(member: number, groups: readonly number[]): void {
    this.#cancelled.set(member, this.#groups.count);
    for (const group of groups) this.push(group, member, false);
  }

  finish(): EdgeChanges {
    const keep: number[] = [];
    for (let edge = 0; edge < this.#groups.count; edge++) {
      const until = this.#cancelled.get(this.#members.items[edge] as number) ?? 0;
      if (edge >= until) keep.push(edge);
    }
    const groups = this.#groups.items;
    const members = this.#members.items;
    const added = this.#added.items;
    return {
      groups: Uint32Array.from(keep, (edge) => groups[edge] as number),
      members: Uint32Array.from(keep, (edge) => members[edge] as number),
      added: Uint8Array.from(keep, (edge) => added[edge] as number),
    };
  }
}

export interface WantedLists {
  readonly group: number;
  readonly reason: Reread['reason'];
  readonly rounds: number;
}

export interface ListQuestion {
  /** The groups stream is a complete enumeration, over stored groups: what it does not show is gone. */
  readonly sweep: boolean;
  /** The groups stream is a complete enumeration. */
  readonly enumerated: boolean;
  readonly pending: readonly WantedLists[];
  /** Made since the last run: all of it is in this round. */
  readonly isNew: (group: FoldedGroup) => boolean;
}

/** Groups whose members must be asked for by list before this round can be decided. */
export function groupsToList(
  round: FoldedRound,
  stored: StoredMemberships,
  { sweep, enumerated, pending, isNew }: ListQuestion,
): readonly WantedLists[] {
  const wanted = new Map<number, WantedLists>();
  for (const group of contestedGroups(round)) wanted.set(group, { group, reason: 'contested', rounds: 0 });
  for (const [group, folded] of round.groups) {
    const isTold = enumerated || isNew(folded);
    const reason = whyToList(folded, { sweep, isTold, hadMembers: hadMembers(stored, group) });
    if (reason !== undefined) wanted.set(group, { group, reason, rounds: 0 });
  }
  const lifeOf = (group: number) => (round.groups.get(group) ?? stored.facts.get(group))?.life;
  for (const waiting of pending.filter(({ group }) => lifeOf(group) === 'live'))
    wanted.set(waiting.group, waiting);
  return [...wanted.values()];
}

/** A group that was deleted before the first run comes back like a new one, and like any restored one without all its members. */
function whyToList(
  { life, storedLife, toldMembers }: FoldedGroup,
  { sweep, isTold, hadMembers }: { sweep: boolean; isTold: boolean; hadMembers: boolean },
): Reread['reason'] | undefined {
  if (life !== 'live') return undefined;
  if (storedLife === 'soft-deleted') return 'restored';
  if (storedLife === undefined) return isTold ? undefined : 'restored';
  return sweep && !toldMembers && hadMembers ? 'unknown-members' : undefined;
}

function contestedGroups(round: FoldedRound): ReadonlySet<number> {
  const contested = new Set<number>();
  for (const events of [round.memberEvents, round.nestingEvents]) {
    events.settle(round.groupIds.count, (group, edges) => {
      if (edges.some((edge) => edge.contested)) contested.add(group);
    });
  }
  return contested;
}

function hadMembers({ facts, children }: StoredMemberships, group: number): boolean {
  const known = facts.get(group);
  return known !== undefined && known.users + known.others + (children.get(group)?.size ?? 0) > 0;
}
