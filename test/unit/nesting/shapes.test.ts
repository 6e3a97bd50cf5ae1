import { expect, test } from '@jest/globals';
import type { Edges } from '../../../shared/nesting/adjacency.ts';
import { changedMemberships } from '../../../shared/nesting/changed-memberships.ts';
import { noChanges } from '../../../shared/nesting/edge-changes.ts';
import { effectiveGroupsOf, effectiveMembers } from '../../../shared/nesting/effective.ts';
import { circles, throughWhichChild } from '../../../shared/nesting/explain.ts';
import { effectiveCounts, forEachEffective } from '../../../shared/nesting/full-derivation.ts';
import { Marks } from '../../../shared/nesting/marks.ts';
import { membershipsOf } from '../../../shared/nesting/memberships.ts';
import { netChange } from '../../../shared/nesting/net-change.ts';
import { witnessPaths } from '../../../shared/nesting/witness-paths.ts';

const edges = (...pairs: readonly (readonly [number, number])[]): Edges => ({
  from: Uint32Array.from(pairs, ([from]) => from),
  to: Uint32Array.from(pairs, ([, to]) => to),
});

const tenant = (shape: { users: number; groups: number; userEdges: Edges; nestingEdges: Edges }) =>
  membershipsOf({
    userEdges: shape.userEdges,
    nestingEdges: shape.nestingEdges,
    liveUsers: new Uint8Array(shape.users).fill(1),
    liveGroups: new Uint8Array(shape.groups).fill(1),
  });

test('a self-loop changes nothing (T08)', () => {
  const one = tenant({ users: 1, groups: 1, userEdges: edges([0, 0]), nestingEdges: edges([0, 0]) });
  expect([...effectiveMembers(one, 0)]).toEqual([0]);
  expect(circles(one)).toEqual([]);
  expect(throughWhichChild(one, 0, 0)).toEqual({ direct: true, children: [] });
});

test('groups in a circle have the same members (T08)', () => {
  const two = tenant({
    users: 2,
    groups: 2,
    userEdges: edges([0, 0], [1, 1]),
    nestingEdges: edges([0, 1], [1, 0]),
  });
  expect([0, 1].map((group) => [...effectiveMembers(two, group)])).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(circles(two)).toEqual([[0, 1]]);
});

test('a circle with a diamond is walked once and every simple path is found (T08)', () => {
  const diamond = tenant({
    users: 1,
    groups: 4,
    userEdges: edges([3, 0]),
    nestingEdges: edges([0, 1], [0, 2], [1, 3], [2, 3], [3, 0]),
  });
  expect([...effectiveGroupsOf(diamond, 0)]).toEqual([0, 1, 2, 3]);
  expect(witnessPaths(diamond, { group: 0, user: 0 }, 10)).toEqual({
    paths: [
      [0, 1, 3],
      [0, 2, 3],
    ],
    more: false,
  });
  expect(witnessPaths(diamond, { group: 0, user: 0 }, 1)).toEqual({ paths: [[0, 1, 3]], more: true });
  expect(throughWhichChild(diamond, 0, 0)).toEqual({ direct: false, children: [1, 2] });
});

test.each([60, 50_000])('a chain of %d groups carries its last user to the top (T08)', (groups) => {
  const from = Uint32Array.from({ length: groups - 1 }, (_, group) => group);
  const chain = tenant({
    users: 1,
    groups,
    userEdges: edges([groups - 1, 0]),
    nestingEdges: { from, to: from.map((group) => group + 1) },
  });
  expect([...effectiveMembers(chain, 0)]).toEqual([0]);
  expect(effectiveGroupsOf(chain, 0)).toHaveLength(groups);
  const { paths, more } = witnessPaths(chain, { group: 0, user: 0 }, 3);
  expect([paths.map(({ length }) => length), more]).toEqual([[groups], false]);
  expect(circles(chain)).toEqual([]);
});

test('a circle of 50,000 groups is one component (T08)', () => {
  const groups = 50_000;
  const from = Uint32Array.from({ length: groups }, (_, group) => group);
  const ring = tenant({
    users: 1,
    groups,
    userEdges: edges([7, 0]),
    nestingEdges: { from, to: from.map((group) => (group + 1) % groups) },
  });
  expect(circles(ring)).toHaveLength(1);
  expect(effectiveCounts(ring).every((count) => count === 1)).toBe(true);
});

test('2,000 fully connected groups are derived, and their paths are cut at the cap (T08)', () => {
  const groups = 2000;
  const from = new Uint32Array(groups * groups);
  const to = new Uint32Array(groups * groups);
  for (let edge = 0; edge < from.length; edge++) {
    from[edge] = Math.floor(edge / groups);
    to[edge] = edge % groups;
  }
  const clique = tenant({ users: 2, groups, userEdges: edges([0, 0], [9, 1]), nestingEdges: { from, to } });
  let pairs = 0;
  forEachEffective(clique, (_group, users) => {
    pairs += users.length;
  });
  expect(pairs).toBe(4000);
  expect(witnessPaths(clique, { group: 5, user: 1 }, 20)).toMatchObject({ more: true });
});

test('a user in 5,000 groups leaves them all at once when deleted', () => {
  const groups = 5000;
  const from = Uint32Array.from({ length: groups }, (_, group) => group);
  const before = tenant({
    users: 1,
    groups,
    userEdges: { from, to: new Uint32Array(groups) },
    nestingEdges: edges(),
  });
  expect(effectiveGroupsOf(before, 0)).toHaveLength(groups);
  const liveGroups = new Uint8Array(groups).fill(1);
  const after = changedMemberships(before, {
    userEdges: noChanges,
    nestingEdges: noChanges,
    liveUsers: new Uint8Array(1),
    liveGroups,
    told: liveGroups,
  });
  const touched = {
    userEdges: noChanges,
    nestingEdges: noChanges,
    users: Uint32Array.of(0),
    groups: new Uint32Array(0),
  };
  expect(netChange({ before, after }, touched)).toMatchObject({
    sets: [{ groups: from, added: new Uint32Array(0), removed: Uint32Array.of(0) }],
    pairsRemoved: groups,
  });
});

test('a set of numbers is empty each time it is begun, more often than its stamps have values', () => {
  const marks = new Marks(3);
  for (let round = 0; round < 1000; round++) {
    marks.begin();
    expect([marks.has(0), marks.has(1), marks.has(2)]).toEqual([false, false, false]);
    if (round % 600 === 0) marks.addAll(Uint32Array.of(1, 2, 1));
    else marks.addLive(Uint32Array.of(2, 0), Uint8Array.of(0, 1, 1));
    expect([...marks.sorted()]).toEqual(round % 600 === 0 ? [1, 2] : [2]);
  }
  marks.begin().addAll(Uint32Array.of(2, 1, 0, 0, 1));
  expect([...marks.list.subarray(0, marks.count)]).toEqual([2, 1, 0]);
});
