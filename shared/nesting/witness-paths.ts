import { rowOf } from './adjacency.ts';
import type { Memberships } from './memberships.ts';

/** A way of a user into a group: groups from the asked one down to one that holds the user directly. */
export type WitnessPath = readonly number[];

export interface WitnessPaths {
  /** Shortest first; none when `user` is no effective member of `group`. */
  readonly paths: readonly WitnessPath[];
  /** There are more than were asked for, or than could be looked for. */
  readonly more: boolean;
}

/**
 * Paths without repeated groups by their length, of equal ones those of smaller numbers first, up to `pathsMax`. Each length is
 * searched by itself, depth first and only where the way left is not too long: whoever is a member has a path, whatever the circles.
 */
export function witnessPaths(
  memberships: Memberships,
  { group, user }: { group: number; user: number },
  pathsMax: number,
): WitnessPaths {
  const search = new PathSearch(memberships, user);
  const paths: WitnessPath[] = [];
  for (let length = search.leastLength(group); length !== undefined; length = search.nextLength) {
    for (const path of search.pathsOf(group, length)) {
      if (paths.length === pathsMax) return { paths, more: true };
      paths.push(path);
    }
    if (search.isSpent) return { paths, more: true };
  }
  return { paths, more: false };
}

/** Steps of a search for further paths: in a dense circle there may be more of them than atoms. */
const stepsMax = 200_000;

class PathSearch {
  /** The least length above the one searched last that a path may have. */
  nextLength: number | undefined;
  readonly #memberships: Memberships;
  readonly #stepsDown: ReadonlyMap<number, number>;
  readonly #children = new Map<number, readonly number[]>();
  #found = 0;
  #steps = 0;

  constructor(memberships: Memberships, user: number) {
    this.#memberships = memberships;
    this.#stepsDown = stepsDownTo(memberships, user);
  }

  /** Never before the first path was found, on whose way nothing is tried in vain. */
  get isSpent(): boolean {
    return this.#found > 0 && this.#steps > stepsMax;
  }

  leastLength(group: number): number | undefined {
    return this.#stepsDown.get(group);
  }

  /** All paths of a length, counted in groups below the first. */
  *pathsOf(group: number, length: number): Iterable<WitnessPath> {
    this.nextLength = undefined;
    const path = [group];
    const onPath = new Set(path);
    const left = [this.#onwards(group)];
    if (length === 0) yield this.#foundOne([group]);
    while (path.length > 0 && !this.isSpent) {
      const child = left.at(-1)?.next().value;
      this.#steps++;
      if (child === undefined) {
        left.pop();
        onPath.delete(path.pop() ?? group);
      } else if (!onPath.has(child) && this.#isWithin(length, path.length + this.#below(child))) {
        path.push(child);
        onPath.add(child);
        left.push(this.#onwards(child));
        if (path.length > length) yield this.#foundOne([...path]);
      }
    }
  }

  #isWithin(length: number, least: number): boolean {
    if (least <= length) return true;
    this.nextLength = Math.min(this.nextLength ?? least, least);
    return false;
  }

  #below(child: number): number {
    return this.#stepsDown.get(child) ?? 0;
  }

  #foundOne(path: WitnessPath): WitnessPath {
    this.#found++;
    return path;
  }

  /** Live children that lead to the user. */
  #onwards(group: number): Iterator<number, undefined> {
    const known =
      this.#children.get(group) ??
      liveChildren(this.#memberships, group).filter((child) => this.#stepsDown.has(child));
    this.#children.set(group, known);
    return known.values();
  }
}

/** How many groups below each live group the nearest one is that holds the user; empty for a user who does not count. */
function stepsDownTo({ nesting, liveUsers, groupsOf }: Memberships, user: number): Map<number, number> {
  const steps = new Map<number, number>();
  if (liveUsers[user] !== 1) return steps;
  for (const holder of groupsOf(user)) if (nesting.live[holder] === 1) steps.set(holder, 0);
  // A Map also iterates over what is added meanwhile.
  for (const [row, below] of steps) {
    for (const parent of rowOf(nesting.parents, row)) {
      if (nesting.live[parent] === 1 && !steps.has(parent)) steps.set(parent, below + 1);
    }
  }
  return steps;
}

/** Groups that a group holds directly, ascending. */
export function liveChildren({ nesting }: Memberships, group: number): number[] {
  return [...rowOf(nesting.children, group)]
    .filter((child) => nesting.live[child] === 1)
    .sort((one, other) => one - other);
}
