import { isAdded, isContested, type SettledEdge } from './edge-events.ts';
import type { FoldedGroup } from './fold-groups.ts';
import type { FoldedRound } from './fold-round.ts';
import type { Reread } from './run-records.ts';
import type { StoredMemberships } from './stored-memberships.ts';

export interface WantedLists extends Omit<Reread, 'group'> {
  readonly group: number;
}

export interface ListQuestion {
  /** The groups stream is a complete enumeration, over stored groups: what it does not show is gone. */
  readonly sweep: boolean;
  /** The groups stream is a complete enumeration. */
  readonly enumerated: boolean;
  /** It was read by lists: of a group without one, be it empty, nothing is known. */
  readonly listed: boolean;
  /** Whether the credential sees hidden members, only what Graph shows of a group tells. */
  readonly hiddenUnknown: boolean;
  readonly pending: readonly WantedLists[];
}

/** Groups whose members must be asked for by list before this round can be decided. */
export function groupsToList(
  round: FoldedRound,
  stored: StoredMemberships,
  { sweep, enumerated, listed, hiddenUnknown, pending }: ListQuestion,
): readonly WantedLists[] {
  const lifeOf = (group: number) => (round.groups.get(group) ?? stored.facts.get(group))?.life;
  const waiting = pending.filter(({ group }) => lifeOf(group) === 'live');
  // Who waits comes first, should there be too many.
  const wanted = new Map<number, WantedLists>(waiting.map((list) => [list.group, list]));
  for (const group of groupsWhere(round, isContested))
    wanted.set(group, { group, reason: 'contested', rounds: 0 });
  if (hiddenUnknown)
    for (const group of hiddenLeft(round)) wanted.set(group, { group, reason: 'shown', rounds: 0 });
  for (const [group, folded] of round.groups) {
    const isShown = enumerated && !round.appeared.groups.has(group) && (folded.toldMembers || !listed);
    const isTold = isShown || folded.isNew;
    const why = whyToList(folded, { sweep, listed, isTold, hadMembers: hadMembers(stored, group) });
    if (why !== undefined) wanted.set(group, { group, ...why, rounds: 0 });
  }
  for (const list of waiting) wanted.set(list.group, list);
  return [...wanted.values()];
}

type Asked = Record<'sweep' | 'listed' | 'isTold' | 'hadMembers', boolean>;

/** A group that was deleted before the first run comes back like a new one, and like any restored one without all its members. */
function whyToList(folded: FoldedGroup, asked: Asked): Pick<Reread, 'reason' | 'doubted'> | undefined {
  const { life, storedLife, slept } = folded;
  if (life !== 'live') return undefined;
  // What changed in it before it was deleted was not told while it was.
  if (storedLife === 'soft-deleted' || slept === true) return { reason: 'restored' };
  if (storedLife !== 'live') return asked.isTold ? undefined : { reason: 'restored' };
  return asked.sweep ? whyEnumeratedOnly(folded, asked) : undefined;
}

/** A known group with whom the enumeration showed nobody, which is the first of two answers; of two lists each is of a run of its own. */
function whyEnumeratedOnly(
  { toldMembers, shownMembers }: FoldedGroup,
  { listed, hadMembers }: Asked,
): Pick<Reread, 'reason' | 'doubted'> | undefined {
  if (shownMembers) return undefined;
  if (listed && !toldMembers) return { reason: 'unknown-members' };
  return hadMembers ? { reason: 'unknown-members', ...(listed ? {} : { doubted: true }) } : undefined;
}

const isRemoved = (edge: SettledEdge) => !isAdded(edge);

/** Hidden groups of which it is told that somebody left: whether that counts is for a list to say, by showing anybody at all. */
function hiddenLeft(round: FoldedRound): readonly number[] {
  return [...groupsWhere(round, isRemoved)].filter((group) => {
    const folded = round.groups.get(group);
    return folded?.hidden === true && folded.life === 'live';
  });
}

/** Groups of which the round tells an edge like that. */
function groupsWhere(round: FoldedRound, isLike: (edge: SettledEdge) => boolean): ReadonlySet<number> {
  const found = new Set<number>();
  for (const events of [round.memberEvents, round.nestingEvents]) {
    const settled = events.settled(round.groupIds.count);
    for (const group of settled.groups()) {
      if (settled.edgesOf(group).some(isLike)) found.add(group);
    }
  }
  return found;
}

function hadMembers(stored: StoredMemberships, group: number): boolean {
  const known = stored.facts.get(group);
  return known !== undefined && known.users + known.others + stored.childrenOf(group).length > 0;
}
