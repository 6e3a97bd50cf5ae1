import { changedMemberships, type EdgeChanges, noChanges } from '../../shared/nesting/changed-memberships.ts';
import type { WholeMemberships } from '../../shared/nesting/memberships.ts';
import { type NetChange, netChange } from '../../shared/nesting/net-change.ts';
import { type SyntheticTenant, seeded } from './synthetic-tenant.ts';

export interface Scenario {
  readonly name: string;
  readonly userEdges: EdgeChanges;
  readonly nestingEdges: EdgeChanges;
  readonly deadGroups: readonly number[];
}

/** The changes of graph.md §4.4 that differ in kind. */
export function scenarios(tenant: SyntheticTenant, memberships: WholeMemberships): readonly Scenario[] {
  const { hub, hubParents, hubSibling, size } = tenant;
  const random = seeded(7);
  const base = { userEdges: noChanges, nestingEdges: noChanges, deadGroups: [] };
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
      userEdges: changes(
        fresh.map((user) => [hub, user]),
        1,
      ),
    },
    {
      ...base,
      name: 'S2 ten users less under the hub',
      userEdges: changes(
        [...memberships.usersOf(hub)].slice(0, 10).map((user) => [hub, user]),
        0,
      ),
    },
    { ...base, name: 'S3 1,000 memberships less', userEdges: changes(distinct(pick(1000)), 0) },
    {
      ...base,
      name: 'S4 a large group leaves one parent',
      nestingEdges: changes([[hubParents[0] ?? 0, hubSibling]], 0),
    },
    { ...base, name: 'S6 a large group under all parents is deleted', deadGroups: [hubSibling] },
  ];
}

export function derive(before: WholeMemberships, scenario: Scenario): NetChange {
  const liveGroups = before.nesting.live.slice();
  for (const group of scenario.deadGroups) liveGroups[group] = 0;
  const after = changedMemberships(before, {
    userEdges: scenario.userEdges,
    nestingEdges: scenario.nestingEdges,
    liveUsers: before.liveUsers,
    liveGroups,
    told: liveGroups,
  });
  return netChange(
    { before, after },
    {
      userEdges: scenario.userEdges,
      nestingEdges: scenario.nestingEdges,
      users: new Uint32Array(0),
      groups: Uint32Array.from(scenario.deadGroups),
    },
  );
}

const distinct = (edges: readonly [number, number][]) => [
  ...new Map(edges.map((edge) => [edge.join(' '), edge])).values(),
];

function changes(edges: readonly (readonly [number, number])[], added: 0 | 1): EdgeChanges {
  return {
    groups: Uint32Array.from(edges, ([group]) => group),
    members: Uint32Array.from(edges, ([, user]) => user),
    added: new Uint8Array(edges.length).fill(added),
  };
}
