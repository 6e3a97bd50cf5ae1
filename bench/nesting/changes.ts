import { type Edges, noEdges } from '../../shared/nesting/adjacency.ts';
import { changedMemberships } from '../../shared/nesting/changed-memberships.ts';
import { edgeChangesOf } from '../../shared/nesting/edge-changes.ts';
import type { WholeMemberships } from '../../shared/nesting/memberships.ts';
import { type NetChange, netChange } from '../../shared/nesting/net-change.ts';
import { seeded } from '../../tools/simulated-tenant/seeded-random.ts';
import type { SyntheticTenant } from './synthetic-tenant.ts';

interface ChangedLists {
  readonly added: Edges;
  readonly removed: Edges;
}

export interface Scenario {
  readonly name: string;
  readonly userEdges: ChangedLists;
  readonly nestingEdges: ChangedLists;
  readonly deadGroups: readonly number[];
}

/** The changes of graph.md §4.4 that differ in kind. */
export function scenarios(tenant: SyntheticTenant, memberships: WholeMemberships): readonly Scenario[] {
  const { hub, hubParents, hubSibling, size } = tenant;
  const random = seeded(7);
  const none = { added: noEdges, removed: noEdges };
  const base = { userEdges: none, nestingEdges: none, deadGroups: [] };
  const members = new Set(memberships.usersOf(hub));
  const fresh: number[] = [];
  while (fresh.length < 10) {
    const user = Math.floor(random() * size.users);
    if (!members.has(user)) fresh.push(user);
    members.add(user);
  }
  const pick = (count: number) =>
    Array.from({ length: count }, (): [number, number] => {
      const user = Math.floor(random() * size.users);
      const groups = memberships.groupsOf(user);
      return [groups[0] ?? -1, user];
    }).filter(([group]) => group >= 0);
  return [
    {
      ...base,
      name: 'S1 ten users more under the hub',
      userEdges: { ...none, added: listed(fresh.map((user) => [hub, user])) },
    },
    {
      ...base,
      name: 'S2 ten users less under the hub',
      userEdges: {
        ...none,
        removed: listed([...memberships.usersOf(hub)].slice(0, 10).map((user) => [hub, user])),
      },
    },
    {
      ...base,
      name: 'S3 1,000 memberships less',
      userEdges: { ...none, removed: listed(distinct(pick(1000))) },
    },
    {
      ...base,
      name: 'S4 a large group leaves one parent',
      nestingEdges: { ...none, removed: listed([[hubParents[0] ?? 0, hubSibling]]) },
    },
    { ...base, name: 'S6 a large group under all parents is deleted', deadGroups: [hubSibling] },
  ];
}

export function derive(before: WholeMemberships, scenario: Scenario): NetChange {
  const liveGroups = before.nesting.live.slice();
  for (const group of scenario.deadGroups) liveGroups[group] = 0;
  const groups = before.nesting.groups;
  const userEdges = edgeChangesOf(scenario.userEdges, { groups, members: before.users });
  const nestingEdges = edgeChangesOf(scenario.nestingEdges, { groups, members: groups });
  const after = changedMemberships(before, {
    userEdges,
    nestingEdges,
    liveUsers: before.liveUsers,
    liveGroups,
    told: liveGroups,
  });
  return netChange(
    { before, after },
    {
      userEdges,
      nestingEdges,
      users: new Uint32Array(0),
      groups: Uint32Array.from(scenario.deadGroups),
    },
  );
}

const distinct = (edges: readonly [number, number][]) => [
  ...new Map(edges.map((edge) => [edge.join(' '), edge])).values(),
];

const listed = (edges: readonly (readonly [number, number])[]): Edges => ({
  from: Uint32Array.from(edges, ([group]) => group),
  to: Uint32Array.from(edges, ([, member]) => member),
});
