import type { ChangedEdges } from './changed-edges.ts';
import type { FoldedRound } from './fold-round.ts';
import type { StoredMemberships } from './stored-memberships.ts';

interface EdgeSources {
  readonly round: FoldedRound;
  readonly stored: StoredMemberships;
}

export const isGone = (round: FoldedRound, group: number) => round.groups.get(group)?.life === 'gone';

/** A hard delete ends every membership at both ends; groups/delta is silent about it (graph.md §1.4). */
export function dropGone(
  { round, stored }: EdgeSources,
  changes: { users: ChangedEdges; nesting: ChangedEdges },
): void {
  for (const [user, { life }] of round.users) {
    if (life === 'gone') changes.users.replaceMember(user, without(round, stored.groupsOf(user)));
  }
  const gone = [...round.groups.keys()].filter((group) => isGone(round, group));
  for (const group of gone) changes.nesting.replaceMember(group, without(round, stored.parentsOf(group)));
  // Only now: what is said of a member before it is replaced is forgotten, and a child may be gone too.
  for (const group of gone) {
    for (const member of stored.membersOf(group)) changes.users.push(group, member, false);
    for (const child of stored.childrenOf(group)) changes.nesting.push(group, child, false);
  }
}

/** Groups that are gone tell the end of their memberships themselves. */
const without = (round: FoldedRound, groups: Iterable<number>) =>
  [...groups].filter((group) => !isGone(round, group));
