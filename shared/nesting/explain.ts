import { rowOf } from './adjacency.ts';
import { Marks } from './marks.ts';
import type { Memberships } from './memberships.ts';

/** A way of a user into a group: groups from the asked one down to one that holds the user directly. */
export type WitnessPath = readonly number[];

/**
 * A shortest path, or undefined when `user` is no effective member of `group`. Among equals the smallest numbers win,
 * so that the same question has the same answer.
 */
export function shortestPath(memberships: Memberships, group: number, user: number): WitnessPath | undefined {
  const { nesting, liveUsers } = memberships;
  if (liveUsers[user] !== 1 || nesting.live[group] !== 1) return undefined;
  const holders = new Set(memberships.groupsOf(user));
  const seen = new Marks(nesting.groups).begin();
  const cameFrom = new Map<number, number>();
  seen.add(group);
  for (let next = 0; next < seen.count; next++) {
    const row = seen.list[next] as number;
    if (holders.has(row)) return pathTo(row, cameFrom);
    for (const child of liveChildren(memberships, row)) {
      if (seen.add(child)) cameFrom.set(child, row);
    }
  }
  return undefined;
}

export interface AllPaths {
  readonly paths: readonly WitnessPath[];
  /** There are more than were asked for, or than could be looked for. */
  readonly more: boolean;
}

/** Steps of a search for paths: in a dense circle there may be more paths than atoms. */
const stepsMax = 200_000;

/** Every path without repeated groups, smallest children first, up to `pathsMax`. */
export function allPaths(
  memberships: Memberships,
  { group, user }: { group: number; user: number },
  pathsMax: number,
): AllPaths {
  const holders = new Set(memberships.liveUsers[user] === 1 ? memberships.groupsOf(user) : []);
  const leading = new Marks(memberships.nesting.groups).begin();
  for (const holder of holders) memberships.nesting.ancestors.collect(holder, leading);
  if (!leading.has(group)) return { paths: [], more: false };
  const onwards = (row: number) => liveChildren(memberships, row).filter((child) => leading.has(child));
  return search({ onwards, holders, pathsMax }, group);
}

interface Search {
  readonly onwards: (group: number) => number[];
  readonly holders: ReadonlySet<number>;
  readonly pathsMax: number;
}

/** Depth first with its own stack. */
function search({ onwards, holders, pathsMax }: Search, group: number): AllPaths {
  const paths: WitnessPath[] = holders.has(group) ? [[group]] : [];
  const path = [group];
  const onPath = new Set(path);
  const left = [onwards(group)];
  let steps = 0;
  while (path.length > 0 && paths.length <= pathsMax && steps++ < stepsMax) {
    const child = left.at(-1)?.shift();
    if (child === undefined) {
      left.pop();
      onPath.delete(path.pop() ?? group);
    } else if (!onPath.has(child)) {
      path.push(child);
      onPath.add(child);
      left.push(onwards(child));
      if (holders.has(child)) paths.push([...path]);
    }
  }
  return { paths: paths.slice(0, pathsMax), more: path.length > 0 };
}

export interface Through {
  readonly direct: boolean;
  /** Direct children of the group of which the user is an effective member, ascending. */
  readonly children: readonly number[];
}

/** Whether `user` is in `group` directly, and through which of its nested groups. */
export function throughWhichChild(memberships: Memberships, group: number, user: number): Through {
  const { nesting, liveUsers } = memberships;
  if (liveUsers[user] !== 1 || nesting.live[group] !== 1) return { direct: false, children: [] };
  const above = new Marks(nesting.groups).begin();
  for (const holder of memberships.groupsOf(user)) nesting.ancestors.collect(holder, above);
  return {
    direct: memberships.groupsOf(user).includes(group),
    children: liveChildren(memberships, group).filter((child) => child !== group && above.has(child)),
  };
}

/** Live groups of circles: two or more groups that contain each other. Reported, not refused. */
export function circles({ nesting }: Memberships): readonly (readonly number[])[] {
  const byComponent = new Map<number, number[]>();
  for (const [group, component] of nesting.ancestors.components.componentOf.entries()) {
    if (nesting.live[group] !== 1) continue;
    const groups = byComponent.get(component) ?? [];
    groups.push(group);
    byComponent.set(component, groups);
  }
  return [...byComponent.values()].filter((groups) => groups.length > 1);
}

function liveChildren({ nesting }: Memberships, group: number): number[] {
  return [...rowOf(nesting.children, group)].filter((child) => nesting.live[child] === 1).sort(ascending);
}

function pathTo(holder: number, cameFrom: ReadonlyMap<number, number>): WitnessPath {
  const path: number[] = [];
  for (let row: number | undefined = holder; row !== undefined; row = cameFrom.get(row)) path.push(row);
  return path.reverse();
}

const ascending = (one: number, other: number) => one - other;
