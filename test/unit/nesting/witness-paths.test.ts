import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { membershipsOf } from '../../../shared/nesting/memberships.ts';
import { witnessPaths } from '../../../shared/nesting/witness-paths.ts';

/** Every path without repeated groups, the plain way. */
function plainPaths(children: readonly (readonly number[])[], holders: readonly number[], from: number) {
  const found: number[][] = [];
  const walk = (path: readonly number[]): void => {
    const last = path.at(-1) ?? from;
    if (holders.includes(last)) found.push([...path]);
    for (const child of children[last] ?? []) if (!path.includes(child)) walk([...path, child]);
  };
  walk([from]);
  return found.sort((one, other) => one.length - other.length || compare(one, other));
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((group, index) => group !== other[index]);
  return (one[at] ?? 0) - (other[at] ?? 0);
}

const small = fc.integer({ min: 1, max: 6 }).chain((groups) =>
  fc.record({
    groups: fc.constant(groups),
    edges: fc.uniqueArray(fc.tuple(fc.nat(groups - 1), fc.nat(groups - 1)), {
      maxLength: 14,
      selector: String,
    }),
    holders: fc.uniqueArray(fc.nat(groups - 1), { maxLength: 3 }),
    dead: fc.uniqueArray(fc.nat(groups - 1), { maxLength: 1 }),
    isLive: fc.boolean(),
    pathsMax: fc.integer({ min: 1, max: 5 }),
  }),
);

test('paths are all simple ones by their length, whatever the circles, and more says whether some are left (graph.md §7.9)', () => {
  fc.assert(
    fc.property(small, ({ groups, edges, holders, dead, isLive, pathsMax }) => {
      const liveGroups = Uint8Array.from({ length: groups }, (_, group) => (dead.includes(group) ? 0 : 1));
      const memberships = membershipsOf({
        userEdges: { from: Uint32Array.from(holders), to: new Uint32Array(holders.length) },
        nestingEdges: {
          from: Uint32Array.from(edges, ([from]) => from),
          to: Uint32Array.from(edges, ([, to]) => to),
        },
        liveUsers: Uint8Array.of(isLive ? 1 : 0),
        liveGroups,
      });
      const isAlive = (group: number) => liveGroups[group] === 1;
      const children = Array.from({ length: groups }, (_, group) =>
        edges.flatMap(([from, to]) => (from === group && isAlive(to) ? [to] : [])),
      );
      for (let group = 0; group < groups; group++) {
        const all = isLive && isAlive(group) ? plainPaths(children, holders.filter(isAlive), group) : [];
        const { paths, more } = witnessPaths(memberships, { group, user: 0 }, pathsMax);
        expect(paths).toEqual(all.slice(0, pathsMax));
        expect(more).toBe(all.length > pathsMax);
      }
    }),
    { numRuns: 1000 },
  );
});

test('a member behind the last of many groups that hold each other has a path, the shortest first (graph.md §7.9)', () => {
  const clique = 40;
  const pairs = Array.from({ length: clique * clique }, (_, pair) => [
    Math.floor(pair / clique),
    pair % clique,
  ]);
  const [asked, behind] = [clique, clique + 1];
  pairs.push([asked, 0], [clique - 1, behind]);
  const memberships = membershipsOf({
    userEdges: { from: Uint32Array.of(behind), to: Uint32Array.of(0) },
    nestingEdges: {
      from: Uint32Array.from(pairs, ([from = 0]) => from),
      to: Uint32Array.from(pairs, ([, to = 0]) => to),
    },
    liveUsers: Uint8Array.of(1),
    liveGroups: new Uint8Array(clique + 2).fill(1),
  });
  expect(witnessPaths(memberships, { group: asked, user: 0 }, 2)).toEqual({
    paths: [
      [asked, 0, clique - 1, behind],
      [asked, 0, 1, clique - 1, behind],
    ],
    more: true,
  });
});
