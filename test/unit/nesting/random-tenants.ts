import fc from 'fast-check';
import type { Edges } from '../../../shared/nesting/adjacency.ts';
import { type EdgeChanges, edgeChangesOf } from '../../../shared/nesting/edge-changes.ts';
import type { WholeState } from '../../../shared/nesting/memberships.ts';

/** A small tenant as plain sets, and the obvious answer to every question about it. */
export interface PlainTenant {
  readonly users: number;
  readonly groups: number;
  /** "group user" and "parent child". */
  readonly userEdges: ReadonlySet<string>;
  readonly nestingEdges: ReadonlySet<string>;
  readonly liveUsers: ReadonlySet<number>;
  readonly liveGroups: ReadonlySet<number>;
  readonly untold: ReadonlySet<number>;
}

const users = 8;
const groups = 7;

const edgeTo = (columns: number) =>
  fc.tuple(fc.nat({ max: groups - 1 }), fc.nat({ max: columns - 1 })).map(([from, to]) => `${from} ${to}`);

/** Any graph: circles, self-loops, diamonds, deleted ends, groups out of scope. */
export const tenants: fc.Arbitrary<PlainTenant> = fc.record({
  users: fc.constant(users),
  groups: fc.constant(groups),
  userEdges: fc.array(edgeTo(users), { maxLength: 24 }).map((edges) => new Set(edges)),
  nestingEdges: fc.array(edgeTo(groups), { maxLength: 16 }).map((edges) => new Set(edges)),
  liveUsers: mostly(users),
  liveGroups: mostly(groups),
  untold: fc.array(fc.nat({ max: groups - 1 }), { maxLength: 2 }).map((untold) => new Set(untold)),
});

function mostly(count: number): fc.Arbitrary<ReadonlySet<number>> {
  return fc
    .array(fc.nat({ max: count - 1 }), { maxLength: 2 })
    .map(
      (dead) => new Set(Array.from({ length: count }, (_, index) => index).filter((i) => !dead.includes(i))),
    );
}

/** Plain depth-first search. */
export function plainMembers(tenant: PlainTenant, group: number, seen = new Set<number>()): Set<number> {
  const found = new Set<number>();
  if (!tenant.liveGroups.has(group) || seen.has(group)) return found;
  seen.add(group);
  for (const user of targets(tenant.userEdges, group)) if (tenant.liveUsers.has(user)) found.add(user);
  for (const child of targets(tenant.nestingEdges, group)) {
    for (const user of plainMembers(tenant, child, seen)) found.add(user);
  }
  return found;
}

export const ascending = (numbers: Iterable<number>) => [...numbers].sort((one, other) => one - other);

export const targets = (edges: ReadonlySet<string>, from: number) =>
  [...edges].map((edge) => edge.split(' ').map(Number)).flatMap(([a, b]) => (a === from ? [b ?? -1] : []));

export function stateOf(tenant: PlainTenant, ancestorsMax?: number): WholeState {
  const told = flags(tenant.liveGroups, tenant.groups);
  for (const group of tenant.untold) told[group] = 0;
  return {
    userEdges: listOf(tenant.userEdges),
    nestingEdges: listOf(tenant.nestingEdges),
    liveUsers: flags(tenant.liveUsers, tenant.users),
    liveGroups: flags(tenant.liveGroups, tenant.groups),
    told,
    ...(ancestorsMax === undefined ? {} : { ancestorsMax }),
  };
}

export const isTold = (tenant: PlainTenant, group: number) =>
  tenant.liveGroups.has(group) && !tenant.untold.has(group);

export function edgeChanges(before: ReadonlySet<string>, after: ReadonlySet<string>): EdgeChanges {
  const added = listOf(after.difference(before));
  const removed = listOf(before.difference(after));
  return edgeChangesOf({ added, removed }, { groups, members: Math.max(users, groups) });
}

export function flags(on: ReadonlySet<number>, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => Number(on.has(index)));
}

export function listOf(edges: ReadonlySet<string>): Edges {
  const pairs = [...edges].map((edge) => edge.split(' ').map(Number));
  return {
    from: Uint32Array.from(pairs, ([from]) => from ?? 0),
    to: Uint32Array.from(pairs, ([, to]) => to ?? 0),
  };
}
