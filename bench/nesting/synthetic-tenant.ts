import type { Edges } from '../../shared/nesting/adjacency.ts';
import { seeded } from '../../tools/simulated-tenant/seeded-random.ts';

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

/**
 * Group sizes after Zipf, seven members of ten from the group's own region, three groups of eight nested, a chain of
 * at least 20 levels, a circle in every thousand groups, and the planted hub.
 */
export function syntheticTenant(size: TenantSize, seed = 1): SyntheticTenant {
  const { hub, hubSibling, hubParents } = hubOf(size);
  const edgesMax = size.userEdges + siblingSize(size) + hubSize;
  const users = { from: new Uint32Array(edgesMax), to: new Uint32Array(edgesMax), count: 0 };
  const nesting = { from: [] as number[], to: [] as number[] };
  for (const { kind, group, members } of tenantRows(size, seed)) {
    if (kind === 'user') {
      users.from.fill(group, users.count, users.count + members.length);
      users.to.set(members, users.count);
      users.count += members.length;
    } else {
      for (const child of members) {
        nesting.from.push(group);
        nesting.to.push(child);
      }
    }
  }
  return {
    size,
    userEdges: { from: users.from.subarray(0, users.count), to: users.to.subarray(0, users.count) },
    nestingEdges: { from: Uint32Array.from(nesting.from), to: Uint32Array.from(nesting.to) },
    hub,
    hubParents,
    hubSibling,
  };
}

/** Members of one kind that a group is told to have; a group may come again, and so may a member. */
export interface TenantRow {
  readonly kind: 'user' | 'group';
  readonly group: number;
  /** Good until the next row is asked for. */
  readonly members: Uint32Array;
}

/** The same tenant row by row, with as much memory as its nesting and one row take. */
export function* tenantRows(size: TenantSize, seed = 1): Iterable<TenantRow> {
  const { hub, hubSibling, hubParents } = hubOf(size);
  const ordinary = hub;
  const random = seeded(seed);
  yield* memberRows(size, ordinary, random);
  const nesting = nestingOf(ordinary, random);
  yield { kind: 'user', group: hub, members: multiples(3, hubSize, size.users) };
  yield { kind: 'user', group: hubSibling, members: multiples(7, siblingSize(size), size.users) };
  for (const [parent = 0, child = 0] of nesting) {
    yield { kind: 'group', group: parent, members: Uint32Array.of(child) };
  }
  for (const parent of hubParents) {
    yield { kind: 'group', group: parent, members: Uint32Array.of(hub, hubSibling) };
  }
}

const hubSize = 200;
const siblingSize = ({ users }: TenantSize) => Math.floor(users / 20);

function hubOf({ groups }: TenantSize) {
  const count = Math.min(300, Math.floor(groups / 4));
  const hub = groups - count - 2;
  const hubParents = Array.from({ length: count }, (_, index) => hub + 2 + index);
  return { hub, hubSibling: hub + 1, hubParents };
}

const multiples = (factor: number, count: number, users: number) =>
  Uint32Array.from({ length: count }, (_, index) => (index * factor) % users);

function* memberRows(size: TenantSize, ordinary: number, random: () => number): Iterable<TenantRow> {
  let harmonic = 0;
  for (let rank = 1; rank <= ordinary; rank++) harmonic += 1 / rank ** 0.9;
  const row = new Uint32Array(Math.floor(size.users * 0.36));
  let edges = 0;
  for (let group = 0; group < ordinary; group++) {
    const share = 1 / (group + 1) ** 0.9 / harmonic;
    const members = Math.min(row.length, Math.ceil(size.userEdges * share));
    const home = Math.floor(random() * size.users);
    const region = Math.max(members * 2, 50);
    let count = 0;
    for (; count < members && edges < size.userEdges; count++, edges++) {
      const near = (home + Math.floor(random() * region)) % size.users;
      row[count] = random() < 0.7 ? near : Math.floor(random() * size.users);
    }
    if (count > 0) yield { kind: 'user', group, members: row.subarray(0, count) };
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
