import type { EdgeChanges } from '../nesting/edge-changes.ts';
import { Marks } from '../nesting/marks.ts';
import { membershipsInDoubt } from './asked-groups.ts';
import { ChangedEdges } from './changed-edges.ts';
import { memberOf } from './edge-events.ts';
import { sweeps, wantedEdges, wordOn } from './edge-evidence.ts';
import type { EdgeContext, EdgeSources, Side } from './edge-sources.ts';
import { EdgeWords } from './edge-words.ts';
import { dropGone, isGone } from './gone-edges.ts';
import { type ListedGroup, type PendingList, PendingLists } from './pending-lists.ts';
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

/** Rounds after which a dynamic group's list is believed though the rule engine is still at work. */
const dynamicRoundsMax = 5;

/** Net changes of direct memberships against what is stored: replays vanish, and no removal is without evidence. */
export function netEdges(sources: EdgeSources): NetEdges {
  const { round } = sources;
  const undecided = { users: new UndecidedEdges(), nesting: new UndecidedEdges() };
  const pending = new PendingLists(sources.listed);
  const context: EdgeContext = { sources, pending, hidden: new Set(), undecided };
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
  context: EdgeContext,
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
  { pending, sources: { round, listed } }: EdgeContext,
  group: number,
  [kind, member]: readonly ['user' | 'group', number],
): boolean {
  const rounds = 1 + (listed.get(group)?.rounds ?? -1);
  if (isGone(round, group) || rounds >= undecidedRoundsMax) return false;
  if (!pending.has(group)) pending.ask(group, 'unknown-members');
  pending.noteLeft(kind, group, member);
  return true;
}

function stillOpen({ undecided }: EdgeContext, group: number): Pick<PendingList, 'undecided'> {
  const members = undecided.users.of(group);
  const children = undecided.nesting.of(group);
  return members.length + children.length === 0 ? {} : { undecided: { members, children } };
}

function decideGroups(context: EdgeContext, changes: { users: ChangedEdges; nesting: ChangedEdges }): void {
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

/** Decides each edge of one group that was spoken of, by events, list or sweep. */
function decideGroup(context: EdgeContext, group: number, side: Side): void {
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

function decideEdge(context: EdgeContext, group: number, { side, member, present }: Decided): void {
  if (present === side.before(member)) return;
  if (present || !mustKeep(context, group)) side.into.push(group, member, present);
}

const lifeOf = ({ round, stored }: EdgeSources, group: number) =>
  (round.groups.get(group) ?? stored.facts.get(group))?.life;

/** Removals that may not leave: hidden members, and dynamic groups until they have come to rest. */
function mustKeep(context: EdgeContext, group: number): boolean {
  const { round, listed, mayReadHidden } = context.sources;
  const folded = round.groups.get(group);
  const isShown = mayReadHidden === 'now' || (mayReadHidden === 'unknown' && showsMembers(context, group));
  if (folded?.hidden === true && !isShown) {
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

/** Members are hidden all or none: a Graph that shows one, in this very round, shows all. */
function showsMembers(context: EdgeContext, group: number): boolean {
  const list = context.sources.listed.get(group);
  return (list?.members?.size ?? 0) + (list?.children?.size ?? 0) > 0 || sweeps(context, group);
}
