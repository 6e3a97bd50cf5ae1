import type { GraphRequest } from './exchange.ts';

/** The token bucket of one application in one tenant (graph.md §1.7): it keeps charging while it throttles. */
export interface ResourceUnits {
  /** Charges a request and tells how full the bucket is: 1 is the limit. */
  charge(units: number): number;
  readonly total: number;
}

/** Units per ten seconds; tenants of more than 500 users have 8,000. */
export function resourceUnits(limitPerTenSeconds: number, now: () => number): ResourceUnits {
  let windowStart = now();
  let inWindow = 0;
  let total = 0;
  return {
    charge(units) {
      if (now() - windowStart >= 10_000) {
        windowStart = now();
        inWindow = 0;
      }
      inWindow += units;
      total += units;
      return inWindow / limitPerTenSeconds;
    },
    get total() {
      return total;
    },
  };
}

/** What a read costs: a base by path, one less for `$select` and for `$top` below 20, one more for `$expand`, never below 1. */
export function costOf({ segments, query }: GraphRequest): number {
  const [collection, , relation] = segments;
  const last = segments.at(-1);
  if (last === 'delta') return deltaUnits;
  const base =
    relation === 'transitiveMembers'
      ? 5
      : relation === 'members'
        ? 3
        : relation === 'appRoleAssignedTo' || collection === 'users'
          ? 2
          : 1;
  const select = query.decoded.has('select') ? -1 : 0;
  const top = Number(query.decoded.get('top') ?? '100') < 20 ? -1 : 0;
  const expand = query.decoded.has('expand') ? 1 : 0;
  return Math.max(1, base + select + top + expand);
}

/** Not in the published table; what Microsoft's own tool plans with. */
const deltaUnits = 5;
