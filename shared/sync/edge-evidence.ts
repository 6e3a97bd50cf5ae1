import { isAdded, isContested, memberOf, type SettledEdge } from './edge-events.ts';
import type { EdgeContext, Side } from './edge-sources.ts';
import type { EdgeWords } from './edge-words.ts';
import type { ListedGroup } from './pending-lists.ts';
import { undecidedRoundsMax } from './undecided-edges.ts';

/** What the round says of each edge; the later source wins: sweep, list, asked, events. */
export function wantedEdges(context: EdgeContext, group: number, side: Side): EdgeWords {
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
function keepOpen(context: EdgeContext, group: number, side: Side): void {
  const said = new Set([...side.edges].filter((edge) => !isContested(edge)).map(memberOf));
  for (const member of side.open) if (!said.has(member)) leaveOpen(context, group, { side, member });
  for (const member of side.left) if (!said.has(member)) context.pending.noteLeft(side.kind, group, member);
}

/** What the events say of an edge; undefined when they contradict each other and nothing decides. */
export function wordOn(
  context: EdgeContext,
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
  context: EdgeContext,
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
  { sources }: EdgeContext,
  group: number,
  { side, member }: { readonly side: Side; readonly member: number },
): void {
  const rounds = sources.listed.get(group)?.rounds ?? 0;
  if (rounds < undecidedRoundsMax && !side.before(member)) side.undecided.note(group, member);
}

function setAbsent({ stored, isAsleep, words }: Side): void {
  for (const member of stored) if (!isAsleep(member)) words.say(member, false);
}

/** In a complete enumeration a group that was shown with members has no others. One that was shown with none is decided by a list. */
export function sweeps({ sources }: EdgeContext, group: number): boolean {
  const folded = sources.round.groups.get(group);
  return sources.sweep && folded?.life === 'live' && folded.shownMembers;
}

/**
 * A list tells everything. Only one that counts made us read, or an empty one, may come from a replica that lags, or be wrong: who is
 * missing in it leaves when he was said to have left, or when the next list lacks him too.
 */
function takeList(
  context: EdgeContext,
  group: number,
  { side, listed }: { side: Side; listed: ListedGroup },
): void {
  const { pending } = context;
  if (side.listed === undefined) {
    pending.ask(group, listed.reason);
    return;
  }
  if (isBelieved(listed)) setAbsent(side);
  else if (!setLeft(side)) pending.doubt(group, listed.reason);
  if (sweeps(context, group)) doubtOlder(context, group, side);
  for (const member of side.listed) side.words.say(member, true);
}

/** Whom the list has and the complete enumeration has not: it may be older, and no delta after it tells that again. The next one decides. */
function doubtOlder({ pending }: EdgeContext, group: number, { kind, edges, listed }: Side): void {
  const shown = new Set([...edges].map(memberOf));
  const older = [...(listed ?? [])].filter((member) => !shown.has(member));
  if (older.length === 0) return;
  pending.askAlso(group, 'unknown-members');
  for (const member of older) pending.noteLeft(kind, group, member);
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
