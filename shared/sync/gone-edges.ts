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
