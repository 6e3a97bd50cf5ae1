import type { EdgeChanges } from '../nesting/edge-changes.ts';
import { Marks } from '../nesting/marks.ts';
import { type AskedGroups, membershipsInDoubt } from './asked-groups.ts';
import { ChangedEdges } from './changed-edges.ts';
import { isAdded, isContested, memberOf, type SettledEdge } from './edge-events.ts';
import { EdgeWords } from './edge-words.ts';
import type { FoldedRound } from './fold-round.ts';
import { dropGone, isGone } from './gone-edges.ts';
import { type ListedGroup, type PendingList, PendingLists } from './pending-lists.ts';
import type { HiddenMembers } from './shown-groups.ts';
import type { StoredMemberships } from './stored-memberships.ts';
import { UndecidedEdges, undecidedRoundsMax } from './undecided-edges.ts';

export interface NetEdges {
  /** Group → member that is no group. */
  readonly users: EdgeChanges;
  /** Parent → child. */
  readonly nesting: EdgeChanges;
  /** Groups to be read by list in the next round. */
  readonly rereads: readonly PendingList[];
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
  const undecided = { users: new UndecidedEdges(), nesting: new UndecidedEdges() };
  const pending = new PendingLists(sources.listed);
  const context: Context = { sources, pending, hidden: new Set(), undecided };
  const changes = { users: new ChangedEdges(), nesting: new ChangedEdges() };
  decideGroups(context, changes);
  // From here on nobody needs the events, which are the largest part of a first round.
  round.memberEvents.forget();
  round.nestingEvents.forget();
  dropGone(sources, changes);
  const [groups, members] = [round.groupIds.count, round.memberIds.count];
  keepMovers(context, changes);
  const users = changes.users.finish({ groups, members });
  const nesting = changes.nesting.finish({ groups, members: groups });
  for (const { kind, group, member } of membershipsInDoubt(sources.asked, sources)) {
    pending.noteLeft(kind, group, member);
    pending.askAlso(group, 'unknown-members');
  }
  const rereads = pending.lists.map((list) => ({ ...list, ...stillOpen(context, list.group) }));
  return { users, nesting, rereads, hidden: [...context.hidden] };
}

/** Who may have come into a group leaves no other before that is known, if he is there at all. */
function keepMovers(
  context: Context,
  { users, nesting }: { users: ChangedEdges; nesting: ChangedEdges },
): void {
  const { sources, undecided } = context;
  const { round, asleep } = sources;
  const isAwake = (user: number) => (round.users.get(user)?.life ?? 'live') === 'live' && !asleep.has(user);
  const isLive = (child: number) => lifeOf(sources, child) === 'live';
  users.keepBack(
    (group, user) => undecided.users.has(user) && isAwake(user) && waits(context, group, ['user', user]),
  );
  nesting.keepBack(
    (group, child) =>
      undecided.nesting.has(child) && isLive(child) && waits(context, group, ['group', child]),
  );
}

/** A removal waits for the lists of the next round, a few times; what a group that is gone says is never kept back. */
function waits(
  { pending, sources: { round, listed } }: Context,
  group: number,
  [kind, member]: readonly ['user' | 'group', number],
): boolean {
  const rounds = 1 + (listed.get(group)?.rounds ?? -1);
  if (isGone(round, group) || rounds >= undecidedRoundsMax) return false;
  if (!pending.has(group)) pending.ask(group, 'unknown-members');
  pending.noteLeft(kind, group, member);
  return true;
}

function stillOpen({ undecided }: Context, group: number): Pick<PendingList, 'undecided'> {
  const members = undecided.users.of(group);
  const children = undecided.nesting.of(group);
  return members.length + children.length === 0 ? {} : { undecided: { members, children } };
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
      kind: 'user',
      edges: settledUsers.edgesOf(group),
      stored: stored.membersOf(group),
      // Where all groups are compared, nobody's groups are looked for among all.
      before: sources.sweep
        ? among(members.before, stored.membersOf(group))
        : (member) => stored.groupsOf(member).includes(group),
      ...ofLists(sources.listed.get(group), 'members'),
      undecided: context.undecided.users,
      asked: asked.users.get(group) ?? [],
      isAsleep: (member) => sources.asleep.has(member),
      words: members.words,
      into: changes.users,
    });
    decideGroup(context, group, {
      kind: 'group',
      edges: settledNesting.edgesOf(group),
      stored: stored.childrenOf(group),
      before: among(children.before, stored.childrenOf(group)),
      ...ofLists(sources.listed.get(group), 'children'),
      undecided: context.undecided.nesting,
      asked: asked.nesting.get(group) ?? [],
      isAsleep: (child) => lifeOf(sources, child) === 'soft-deleted',
      words: children.words,
      into: changes.nesting,
    });
  }
}

const ofLists = (listed: ListedGroup | undefined, side: 'members' | 'children') => ({
  listed: listed?.[side],
  open: listed?.undecided?.[side] ?? [],
  left: listed?.left?.[side] ?? [],
});

/** One memory for all groups. */
const roomFor = (members: number) => ({ before: new Marks(members), words: new EdgeWords(members) });

/** Good until the marks are used again. */
function among(marks: Marks, members: Uint32Array): (member: number) => boolean {
  marks.begin().addAll(members);
  return (member) => marks.has(member);
}

interface Context {
  readonly sources: EdgeSources;
  readonly pending: PendingLists;
  readonly hidden: Set<number>;
  readonly undecided: { readonly users: UndecidedEdges; readonly nesting: UndecidedEdges };
}

interface Side {
  readonly kind: 'user' | 'group';
  readonly edges: Uint32Array;
  /** Members as they are stored; known of groups that were listed, and of all in a sweep. */
  readonly stored: Uint32Array;
  readonly before: (member: number) => boolean;
  readonly listed: ReadonlySet<number> | undefined;
  /** Members of whom earlier rounds left it open whether they came. */
  readonly open: readonly number[];
  /** Members of whom it was said before, by something else than a list, that they left. */
  readonly left: readonly number[];
  readonly undecided: UndecidedEdges;
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
  if (side.listed === undefined && side.open.length + side.left.length > 0) keepOpen(context, group, side);
  return wanted;
}

/** What earlier rounds left open still is, unless this one says it. */
function keepOpen(context: Context, group: number, side: Side): void {
  const said = new Set([...side.edges].filter((edge) => !isContested(edge)).map(memberOf));
  for (const member of side.open) if (!said.has(member)) leaveOpen(context, group, { side, member });
  for (const member of side.left) if (!said.has(member)) context.pending.noteLeft(side.kind, group, member);
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
  context.pending.ask(group, 'unknown-members');
  if (side.isAsleep(member)) return lastWord;
  const present = side.listed?.has(member);
  if (present !== false) context.pending.noteLeft(side.kind, group, member);
  if (present !== true) leaveOpen(context, group, { side, member });
  return present;
}

/** Who was a member stays one; of anybody else it is open whether he came, a few rounds at most. */
function leaveOpen(
  { sources }: Context,
  group: number,
  { side, member }: { readonly side: Side; readonly member: number },
): void {
  const rounds = sources.listed.get(group)?.rounds ?? 0;
  if (rounds < undecidedRoundsMax && !side.before(member)) side.undecided.note(group, member);
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

/**
 * A list tells everything. Only one that counts made us read, or an empty one, may come from a replica that lags, or be wrong: who is
 * missing in it leaves when he was said to have left, or when the next list lacks him too.
 */
function takeList(
  { pending }: Context,
  group: number,
  { side, listed }: { side: Side; listed: ListedGroup },
): void {
  if (side.listed === undefined) {
    pending.ask(group, listed.reason);
    return;
  }
  if (isBelieved(listed)) setAbsent(side);
  else if (!setLeft(side)) pending.doubt(group, listed.reason);
  for (const member of side.listed) side.words.say(member, true);
}

const isBelieved = ({ reason, doubted, members, children }: ListedGroup) =>
  doubted === true || (reason !== 'audit' && (members?.size ?? 0) + (children?.size ?? 0) > 0);

/** Who is missing in the list and was said to have left; whether they are all who are missing. */
function setLeft({ stored, left, listed, isAsleep, words }: Side): boolean {
  const said = new Set(left);
  const missing = stored.filter((member) => listed?.has(member) === false && !isAsleep(member));
  for (const member of missing) if (said.has(member)) words.say(member, false);
  return missing.every((member) => said.has(member));
}

/** Removals that may not leave: hidden members, and dynamic groups until they have come to rest. */
function mustKeep(context: Context, group: number): boolean {
  const { round, listed, mayReadHidden } = context.sources;
  const folded = round.groups.get(group);
  if (folded?.hidden === true && mayReadHidden !== 'now') {
    if (mayReadHidden === 'lately') context.pending.ask(group, 'shown');
    else context.hidden.add(group);
    return true;
  }
  if (folded?.dynamic !== true) return false;
  const list = listed.get(group);
  if (list?.members !== undefined && (list.rounds >= dynamicRoundsMax || list.reason === 'dynamic'))
    return false;
  context.pending.ask(group, 'dynamic');
  return true;
}
