import type { Edges } from '../../shared/nesting/adjacency.ts';

export interface TenantSize {
  readonly users: number;
  readonly groups: number;
  readonly userEdges: number;
}

export interface SyntheticTenant {
  readonly size: TenantSize;
  readonly userEdges: Edges;
  readonly nestingEdges: Edges;
  /** A group of 200 users under `hubParents`, which share the group `hubSibling` of a twentieth of all users. */
  readonly hub: number;
  readonly hubParents: readonly number[];
  readonly hubSibling: number;
}

/** Mulberry32: the same tenant on every machine. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Group sizes after Zipf, seven members of ten from the group's own region, three groups of eight nested, a chain of
 * at least 20 levels, a circle in every thousand groups, and the planted hub.
 */
export function syntheticTenant(size: TenantSize, seed = 1): SyntheticTenant {
  const random = seeded(seed);
  const hubParentCount = Math.min(300, Math.floor(size.groups / 4));
  const ordinary = size.groups - hubParentCount - 2;
  const sibling = Math.floor(size.users / 20);
  const edgesMax = size.userEdges + sibling + 200;
  const builder = { from: new Uint32Array(edgesMax), to: new Uint32Array(edgesMax), count: 0 };
  fillMembers(builder, { ordinary, size, random });
  const nestingEdges = nestingOf(ordinary, random);
  const hub = ordinary;
  const hubSibling = ordinary + 1;
  const hubParents = Array.from({ length: hubParentCount }, (_, index) => ordinary + 2 + index);
  for (const parent of hubParents) nestingEdges.push([parent, hub], [parent, hubSibling]);
  for (let index = 0; index < 200; index++) push(builder, hub, (index * 3) % size.users);
  for (let index = 0; index < sibling; index++) push(builder, hubSibling, (index * 7) % size.users);
  return {
    size,
    userEdges: {
      from: builder.from.subarray(0, builder.count),
      to: builder.to.subarray(0, builder.count),
    },
    nestingEdges: {
      from: Uint32Array.from(nestingEdges, ([from]) => from ?? 0),
      to: Uint32Array.from(nestingEdges, ([, to]) => to ?? 0),
    },
    hub,
    hubParents,
    hubSibling,
  };
}

interface Fill {
  readonly ordinary: number;
  readonly size: TenantSize;
  readonly random: () => number;
}

interface Builder {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  count: number;
}

function push(into: Builder, group: number, user: number): void {
  into.from[into.count] = group;
  into.to[into.count++] = user;
}

function fillMembers(into: Builder, { ordinary, size, random }: Fill): void {
  let harmonic = 0;
  for (let rank = 1; rank <= ordinary; rank++) harmonic += 1 / rank ** 0.9;
  for (let group = 0; group < ordinary; group++) {
    const share = 1 / (group + 1) ** 0.9 / harmonic;
    const members = Math.min(Math.floor(size.users * 0.36), Math.ceil(size.userEdges * share));
    const home = Math.floor(random() * size.users);
    const region = Math.max(members * 2, 50);
    for (let index = 0; index < members && into.count < size.userEdges; index++) {
      const near = (home + Math.floor(random() * region)) % size.users;
      push(into, group, random() < 0.7 ? near : Math.floor(random() * size.users));
    }
  }
}

/** Of the longest chain. */
const levels = 22;

function nestingOf(ordinary: number, random: () => number): number[][] {
  const edges: number[][] = [];
  const nested = Math.floor(ordinary * 0.6);
  for (let child = 1; child < nested; child++) {
    if (random() < 0.35) edges.push([Math.floor(random() * child), child]);
  }
  // Small groups at the end collect others, the larger ones more often: 48 M effective pairs of 10 M direct ones (graph.md §4.2).
  for (let parent = nested; parent < ordinary - levels; parent++) {
    if (random() < 0.4) edges.push([parent, Math.floor(nested * random() ** 1.58)]);
  }
  for (let level = 0; level < Math.min(levels, ordinary - 1); level++) {
    edges.push([ordinary - 1 - level, Math.max(0, ordinary - 2 - level)]);
  }
  for (let group = 500; group + 2 < ordinary; group += 1000) {
    edges.push([group, group + 1], [group + 1, group + 2], [group + 2, group]);
  }
  return edges;
}

/** The GUID of a user or group of the synthetic tenant. */
export function syntheticGuid(kind: 'user' | 'group', index: number): string {
  const mixed = (Math.imul(index, 2654435761) >>> 0).toString(16).padStart(8, '0');
  return `${mixed}-${kind === 'user' ? '0001' : '0002'}-4000-8000-${index.toString(16).padStart(12, '0')}`;
}
