import { type Adjacency, adjacency, type Edges, transposed } from './adjacency.ts';
import { AncestorSets } from './ancestors.ts';

/** How groups contain groups. Small beside the memberships of users, so that it is held whole and analysed whole. */
export interface Nesting {
  readonly groups: number;
  /** 1 for each group that is live: only live groups pass membership on. */
  readonly live: Uint8Array;
  readonly parents: Adjacency;
  readonly children: Adjacency;
  readonly ancestors: AncestorSets;
}

/** Nesting from edges parent → child. `ancestorsMax` caps the ancestor lists kept. */
export function nestingOf(edges: Edges, live: Uint8Array, ancestorsMax?: number): Nesting {
  const groups = live.length;
  const children = adjacency(edges, { rows: groups, columns: groups });
  const parents = transposed(children, groups);
  return { groups, live, parents, children, ancestors: new AncestorSets(parents, live, ancestorsMax) };
}
