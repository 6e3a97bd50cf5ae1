import { walkOn } from './ancestors.ts';
import { changedRows, type EdgeChanges } from './edge-changes.ts';
import { Marks } from './marks.ts';
import type { Memberships } from './memberships.ts';
import type { Nesting } from './nesting.ts';

/** What is not the same before and after; signs do not matter, since both states are looked at. */
export interface Touched {
  readonly userEdges: EdgeChanges;
  readonly nestingEdges: EdgeChanges;
  /** Users that became live or ceased to be. */
  readonly users: Uint32Array;
  /** Groups that became live or ceased to be, or became told or untold. */
  readonly groups: Uint32Array;
}

export interface Affected {
  /** Groups whose effective members may differ. */
  readonly groups: Uint32Array;
  /** Those of them above a changed nesting edge or a changed group. */
  readonly byNesting: Uint32Array;
  /** Groups whose direct users moved along with their group. */
  readonly moved: Uint32Array;
}

/** A round as it is looked at: both states, what differs, and what that can reach. */
export interface Change {
  readonly before: Memberships;
  readonly after: Memberships;
  readonly touched: Touched;
  readonly affected: Affected;
}

/** The groups a change can reach, before and after. Costs what is reached, not the directory. */
export function affectedBy(before: Memberships, after: Memberships, touched: Touched): Affected {
  const groups = Math.max(before.nesting.groups, after.nesting.groups);
  const above = new Marks(groups);
  const nestingSeeds = [...changedRows(touched.nestingEdges.byGroup), ...touched.groups];
  const byNesting = reach(above, [before.nesting, after.nesting], { seeds: nestingSeeds, upwards: true });
  const userSeeds = [
    ...changedRows(touched.userEdges.byGroup),
    ...groupsOfUsers(before, after, touched.users),
  ];
  const byUsers = reach(above, [before.nesting, after.nesting], { seeds: userSeeds, upwards: true });
  const below = [...changedRows(touched.nestingEdges.byMember), ...touched.groups];
  return {
    groups: union(above, byNesting, byUsers),
    byNesting,
    moved: reach(above, [before.nesting, after.nesting], { seeds: below, upwards: false }),
  };
}

/** The seeds and all that is above or below them in one of the nestings, ascending. */
function reach(
  marks: Marks,
  nestings: readonly Nesting[],
  { seeds, upwards }: { seeds: readonly number[]; upwards: boolean },
): Uint32Array {
  const all = new Set(seeds);
  for (const nesting of new Set(nestings)) {
    marks.begin();
    for (const seed of seeds) {
      if (nesting.live[seed] === 1) marks.add(seed);
    }
    walkOn(upwards ? nesting.parents : nesting.children, nesting.live, { into: marks, first: 0 });
    for (let entry = 0; entry < marks.count; entry++) all.add(marks.list[entry] as number);
  }
  return Uint32Array.from(all).sort();
}

function groupsOfUsers(before: Memberships, after: Memberships, users: Uint32Array): ReadonlySet<number> {
  const groups = new Set<number>();
  for (const user of users) {
    for (const group of before.groupsOf(user)) groups.add(group);
    for (const group of after.groupsOf(user)) groups.add(group);
  }
  return groups;
}

function union(marks: Marks, one: Uint32Array, other: Uint32Array): Uint32Array {
  marks.begin();
  for (const group of one) marks.add(group);
  for (const group of other) marks.add(group);
  return marks.sorted();
}
