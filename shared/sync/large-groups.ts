import { rowOf } from '../nesting/adjacency.ts';
import { walkOn } from '../nesting/ancestors.ts';
import { Marks } from '../nesting/marks.ts';
import type { Memberships } from '../nesting/memberships.ts';
import type { Nesting } from '../nesting/nesting.ts';
import type { DeriveSources } from './derive-sources.ts';

/** Groups that are held, or whose direct members below them add up to more than the limit. */
export function largeGroups(
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

export function below(states: readonly Memberships[], groups: readonly number[]): ReadonlySet<number> {
  const reached = new Set<number>();
  for (const nesting of new Set(states.map((state) => state.nesting))) {
    for (const group of reachable(nesting, groups)) reached.add(group);
  }
  return reached;
}

/** `groups` that live and all that live below them, ascending; who asks for many, one after the other, lends the marks. */
export function reachable(
  nesting: Nesting,
  groups: readonly number[],
  marks = new Marks(nesting.groups),
): Uint32Array {
  marks.begin();
  for (const group of groups) {
    if (nesting.live[group] === 1) marks.add(group);
  }
  walkOn(nesting.children, nesting.live, { into: marks, first: 0 });
  return marks.sorted();
}
