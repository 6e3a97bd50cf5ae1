import type { EdgeChanges } from '../nesting/edge-changes.ts';
import { Marks } from '../nesting/marks.ts';
import type { AskedGroups } from './asked-groups.ts';
import { ChangedEdges } from './changed-edges.ts';
import { isAdded, isContested, memberOf, type SettledEdge } from './edge-events.ts';
import { EdgeWords } from './edge-words.ts';
import type { FoldedRound } from './fold-round.ts';
import { dropGone, isGone } from './gone-edges.ts';
import type { Reread } from './run-records.ts';
import type { HiddenMembers } from './shown-groups.ts';
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
  readonly mayReadHidden: HiddenMembers;
  /** Soft-deleted users: lists and enumerations do not show them, and their memberships come back with a restore. */
  readonly asleep: ReadonlySet<number>;
}

/** Rounds after which a dynamic group's list is believed though the rule engine is still at work. */
const dynamicRoundsMax = 5;

/** Net changes of direct memberships against what is stored: replays vanish, and no removal is without evidence. */
export function netEdges(sources: EdgeSources): NetEdges {
  const { round } = sources;
  const context: Context = { sources, pending: new Map(), hidden: new Set() };
  const changes = { users: new ChangedEdges(), nesting: new ChangedEdges() };
  decideGroups(context, changes);
  // From here on nobody needs the events, which are the largest part of a first round.
  round.memberEvents.forget();
  round.nestingEvents.forget();
  dropGone(sources, changes);
  const [groups, members] = [round.groupIds.count, round.memberIds.count];
  return {
    users: changes.users.finish({ groups, members }),
    nesting: changes.nesting.finish({ groups, members: groups }),
    rereads: [...context.pending].map(([group, why]) => ({ group, ...why })),
    hidden: [...context.hidden],
  };
}

function decideGroups(context: Context, changes: { users: ChangedEdges; nesting: ChangedEdges }): void {
  const { sources } = context;
  const { round, stored, asked } = sources;
  const settledUsers = round.memberEvents.settled(round.groupIds.count);
  const settledNesting = round.nestingEvents.settled(round.groupIds.count);
  const groups = new Set([...settledUsers.groups(), ...settledNesting.groups(), ...sources.listed.keys()]);
  for (const group of [...asked.users.keys(), ...asked.nesting.keys()]) groups.add(group);
  if (sources.sweep) for (const group of stored.facts.keys()) groups.add(group);
  const members = roomFor(round.memberIds.count);
  const children = roomFor(round.groupIds.count);
  for (const group of groups) {
    decideGroup(context, group, {
      edges: settledUsers.edgesOf(group),
      stored: stored.membersOf(group),
      // Where all groups are compared, nobody's groups are looked for among all.
      before: sources.sweep
        ? among(members.before, stored.membersOf(group))
        : (member) => stored.groupsOf(member).includes(group),
      listed: sources.listed.get(group)?.members,
      asked: asked.users.get(group) ?? [],
      isAsleep: (member) => sources.asleep.has(member),
      words: members.words,
      into: changes.users,
    });
    decideGroup(context, group, {
      edges: settledNesting.edgesOf(group),
      stored: stored.childrenOf(group),
      before: among(children.before, stored.childrenOf(group)),
      listed: sources.listed.get(group)?.children,
      asked: asked.nesting.get(group) ?? [],
      isAsleep: (child) => lifeOf(sources, child) === 'soft-deleted',
      words: children.words,
      into: changes.nesting,
    });
  }
}

/** One memory for all groups. */
const roomFor = (members: number) => ({ before: new Marks(members), words: new EdgeWords(members) });

/** Good until the marks are used again. */
function among(marks: Marks, members: Uint32Array): (member: number) => boolean {
  marks.begin().addAll(members);
  return (member) => marks.has(member);
}

interface Context {
  readonly sources: EdgeSources;
  readonly pending: Map<number, { reason: Reread['reason']; rounds: number }>;
  readonly hidden: Set<number>;
}

interface Side {
  readonly edges: Uint32Array;
  /** Members as they are stored; known of groups that were listed, and of all in a sweep. */
  readonly stored: Uint32Array;
  readonly before: (member: number) => boolean;
  readonly listed: ReadonlySet<number> | undefined;
  /** Members that were found to be in the group by asking them. */
  readonly asked: readonly number[];
  /** A member that is not shown may still be one. */
  readonly isAsleep: (member: number) => boolean;
  readonly words: EdgeWords;
  readonly into: ChangedEdges;
}

/** Decides each edge of one group that was spoken of, by events, list or sweep. */
function decideGroup(context: Context, group: number, side: Side): void {
  if (isGone(context.sources.round, group)) return;
  const { sources } = context;
  // Most groups are spoken of by events alone, one word an edge.
  if (sources.listed.has(group) || sweeps(context, group) || side.asked.length > 0) {
    wantedEdges(context, group, side).forEach((member, present) => {
      decideEdge(context, group, { side, member, present });
    });
    return;
  }
  for (const edge of side.edges) {
    const present = wordOn(context, group, { side, edge });
    if (present !== undefined) decideEdge(context, group, { side, member: memberOf(edge), present });
  }
}

interface Decided {
  readonly side: Side;
  readonly member: number;
  readonly present: boolean;
}

function decideEdge(context: Context, group: number, { side, member, present }: Decided): void {
  if (present === side.before(member)) return;
  if (present || !mustKeep(context, group)) side.into.push(group, member, present);
}

/** What the round says of each edge; the later source wins: sweep, list, asked, events. */
function wantedEdges(context: Context, group: number, side: Side): EdgeWords {
  const listed = context.sources.listed.get(group);
  const wanted = side.words.begin();
  if (sweeps(context, group)) setAbsent(side);
  if (listed !== undefined && listed.reason !== 'contested') takeList(context, group, { side, listed });
  for (const member of side.asked) wanted.say(member, true);
  for (const edge of side.edges) {
    const present = wordOn(context, group, { side, edge });
    if (present !== undefined) wanted.say(memberOf(edge), present);
    // Two words and no list: the edge stays as it is stored.
    else wanted.unsay(memberOf(edge));
  }
  return wanted;
}

/** What the events say of an edge; undefined when they contradict each other and nothing decides. */
function wordOn(
  context: Context,
  group: number,
  { side, edge }: { readonly side: Side; readonly edge: SettledEdge },
): boolean | undefined {
  if (!isContested(edge)) return isAdded(edge);
  return contestedWord(context, group, { side, member: memberOf(edge), lastWord: isAdded(edge) });
}

/**
 * What a list says of a contested edge; of a member that no list shows, the last word of the stream has to do. The list may lag, and the
 * last word need not be the latest: it is read once more in the next round, and then decides whole.
 */
function contestedWord(
  context: Context,
  group: number,
  { side, member, lastWord }: { readonly side: Side; readonly member: number; readonly lastWord: boolean },
): boolean | undefined {
  keepAsking(context, group, 'unknown-members');
  return side.isAsleep(member) ? lastWord : side.listed?.has(member);
}

function setAbsent({ stored, isAsleep, words }: Side): void {
  for (const member of stored) if (!isAsleep(member)) words.say(member, false);
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
  { side, listed }: { side: Side; listed: ListedGroup },
): void {
  if (side.listed === undefined) {
    keepAsking(context, group, listed.reason);
    return;
  }
  if (isDoubtful(listed, side.stored.length)) {
    keepAsking(context, group, listed.reason);
    return;
  }
  // Counts said that something is missing here or there: what is missing in one list may only be late.
  if (listed.reason !== 'audit' || listed.rounds >= 1) setAbsent(side);
  else if (lacks(side)) keepAsking(context, group, listed.reason);
  for (const member of side.listed) side.words.say(member, true);
}

const lacks = ({ listed, stored, isAsleep }: Side) =>
  stored.some((member) => listed?.has(member) === false && !isAsleep(member));

function isDoubtful(listed: ListedGroup, stored: number): boolean {
  const empty = (listed.members?.size ?? 0) + (listed.children?.size ?? 0) === 0;
  return empty && stored > 0 && listed.reason !== 'unknown-members' && listed.rounds < 1;
}

/** Removals that may not leave: hidden members, and dynamic groups until they have come to rest. */
function mustKeep(context: Context, group: number): boolean {
  const { round, listed, mayReadHidden } = context.sources;
  const folded = round.groups.get(group);
  if (folded?.hidden === true && mayReadHidden !== 'now') {
    if (mayReadHidden === 'lately') keepAsking(context, group, 'shown');
    else context.hidden.add(group);
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
