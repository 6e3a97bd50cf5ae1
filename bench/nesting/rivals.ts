import { DirectedGraph } from 'graphology';
import components from 'graphology-components';
import { edgesOf } from '../../shared/nesting/adjacency.ts';
import type { WholeMemberships } from '../../shared/nesting/memberships.ts';
import { syntheticGuid } from './synthetic-tenant.ts';

/** What scripts do: Maps and Sets of GUID strings, depth-first search per group. The sum of all effective sizes. */
export function guidSearch(memberships: WholeMemberships): { prepare: () => void; derive: () => number } {
  const users = new Map<string, string[]>();
  const children = new Map<string, string[]>();
  const { from, to } = edgesOf(memberships.groupUsers);
  const nested = edgesOf(memberships.nesting.children);
  const push = (map: Map<string, string[]>, key: string, value: string) => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [value]);
    else list.push(value);
  };
  return {
    prepare: () => {
      for (let edge = 0; edge < from.length; edge++) {
        push(users, syntheticGuid('group', from[edge] ?? 0), syntheticGuid('user', to[edge] ?? 0));
      }
      for (let edge = 0; edge < nested.from.length; edge++) {
        push(
          children,
          syntheticGuid('group', nested.from[edge] ?? 0),
          syntheticGuid('group', nested.to[edge] ?? 0),
        );
      }
    },
    derive: () => {
      let pairs = 0;
      for (let group = 0; group < memberships.nesting.groups; group++) {
        pairs += membersFrom(syntheticGuid('group', group), users, children).size;
      }
      return pairs;
    },
  };
}

function membersFrom(
  root: string,
  users: ReadonlyMap<string, readonly string[]>,
  children: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const members = new Set<string>();
  const seen = new Set([root]);
  for (const id of seen) {
    for (const user of users.get(id) ?? []) members.add(user);
    for (const child of children.get(id) ?? []) seen.add(child);
  }
  return members;
}

/** graphology 0.26 for the nesting graph, its components, and a walk per group over neighbour lists. */
export function graphologyWalk(memberships: WholeMemberships): {
  prepare: () => void;
  components: () => number;
  derive: () => number;
} {
  const graph = new DirectedGraph();
  const nested = edgesOf(memberships.nesting.children);
  return {
    prepare: () => {
      for (let group = 0; group < memberships.nesting.groups; group++) graph.addNode(String(group));
      for (let edge = 0; edge < nested.from.length; edge++) {
        graph.mergeEdge(String(nested.from[edge]), String(nested.to[edge]));
      }
    },
    components: () => components.stronglyConnectedComponents(graph).length,
    derive: () => {
      let pairs = 0;
      for (let group = 0; group < memberships.nesting.groups; group++) {
        const members = new Set<number>();
        const seen = new Set([String(group)]);
        for (const id of seen) {
          for (const user of memberships.usersOf(Number(id))) members.add(user);
          graph.forEachOutNeighbor(id, (child: string) => {
            seen.add(child);
          });
        }
        pairs += members.size;
      }
      return pairs;
    },
  };
}
