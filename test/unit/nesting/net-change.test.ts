import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { noEdges } from '../../../shared/nesting/adjacency.ts';
import type { Touched } from '../../../shared/nesting/affected.ts';
import { changedMemberships, type StateChange } from '../../../shared/nesting/changed-memberships.ts';
import { edgeChangesOf, noChanges } from '../../../shared/nesting/edge-changes.ts';
import { type Memberships, membershipsOf } from '../../../shared/nesting/memberships.ts';
import { type NetChange, netChange, type Strategy } from '../../../shared/nesting/net-change.ts';
import { edgeChanges, isTold, type PlainTenant, plainMembers, stateOf, tenants } from './random-tenants.ts';

const strategies: readonly (Strategy | undefined)[] = ['users', 'groups', 'mixed', undefined];

test('a round tells exactly what plain depth-first search finds different, by every strategy alike (I1)', () => {
  fc.assert(
    fc.property(tenants, tenants, (before, after) => {
      const expected = plainDifference(before, after);
      const { change, touched } = changeBetween(before, after);
      const old = membershipsOf(stateOf(before));
      const states = { before: old, after: changedMemberships(old, change) };
      const diffs = strategies.map((strategy) => netChange(states, touched, strategy));
      for (const diff of diffs) {
        expect(pairsOf(diff)).toEqual(expected);
        expect(diff.sets).toEqual(diffs[0]?.sets);
      }
    }),
    { numRuns: 2500 },
  );
});

test('a sequence of rounds over layers ends where the tenant is, and no diff adds what is there or removes what is not (I1)', () => {
  fc.assert(
    fc.property(fc.array(tenants, { minLength: 2, maxLength: 6 }), (rounds) => {
      const first = rounds[0] as PlainTenant;
      let state: Memberships = membershipsOf(stateOf(first));
      const copy = new Set(pairsIn(first));
      let before = first;
      for (const after of rounds.slice(1)) {
        const { change, touched } = changeBetween(before, after);
        const next = changedMemberships(state, change);
        for (const pair of pairsOf(netChange({ before: state, after: next }, touched))) {
          const [sign, ...key] = pair.split(' ');
          expect(copy.has(key.join(' '))).toBe(sign === '-');
          if (sign === '-') copy.delete(key.join(' '));
          else copy.add(key.join(' '));
        }
        state = next;
        before = after;
      }
      expect([...copy].sort()).toEqual(pairsIn(before));
    }),
    { numRuns: 800 },
  );
});

test('of more pairs than are asked for stay their number and their users, by every strategy alike', () => {
  fc.assert(
    fc.property(tenants, tenants, fc.nat({ max: 6 }), (before, after, pairsMax) => {
      const { change, touched } = changeBetween(before, after);
      const old = membershipsOf(stateOf(before));
      const states = { before: old, after: changedMemberships(old, change) };
      for (const strategy of strategies) {
        const whole = netChange(states, touched, strategy);
        const { sets, pairsAdded, pairsRemoved } = whole;
        const users = new Set(sets.flatMap(({ added, removed }) => [...added, ...removed]));
        const { moved, ...found } = netChange({ ...states, pairsMax }, touched, strategy);
        const isTooMuch = pairsAdded + pairsRemoved > pairsMax;
        expect(found).toEqual(isTooMuch ? { ...whole, sets: [] } : whole);
        expect(moved && new Set(moved)).toEqual(isTooMuch ? users : undefined);
        expect(moved?.length).toBe(isTooMuch ? users.size : undefined);
      }
    }),
  );
});

test('a round told twice is empty the second time (I3)', () => {
  fc.assert(
    fc.property(tenants, tenants, (before, after) => {
      const { touched } = changeBetween(before, after);
      const state = membershipsOf(stateOf(after));
      for (const strategy of strategies) {
        expect(netChange({ before: state, after: state }, touched, strategy).sets).toEqual([]);
      }
    }),
  );
});

test('ten users under a hub are one set shared by all its parents', () => {
  const parents = 300;
  const hub = 0;
  const nestingEdges = {
    from: Uint32Array.from({ length: parents }, (_, index) => index + 1),
    to: new Uint32Array(parents),
  };
  const live = { liveUsers: new Uint8Array(20).fill(1), liveGroups: new Uint8Array(parents + 1).fill(1) };
  const before = membershipsOf({
    ...live,
    nestingEdges,
    userEdges: { from: new Uint32Array(10), to: Uint32Array.from({ length: 10 }, (_, index) => index) },
  });
  const members = Uint32Array.from({ length: 10 }, (_, index) => index + 10);
  const userEdges = edgeChangesOf(
    { added: { from: new Uint32Array(10).fill(hub), to: members }, removed: noEdges },
    { groups: parents + 1, members: 20 },
  );
  const change = { userEdges, nestingEdges: noChanges };
  const after = changedMemberships(before, { ...live, ...change, told: live.liveGroups });
  const touched = { ...change, users: new Uint32Array(0), groups: new Uint32Array(0) };
  expect(netChange({ before, after }, touched)).toEqual({
    sets: [
      {
        groups: Uint32Array.from({ length: parents + 1 }, (_, index) => index),
        added: members,
        removed: new Uint32Array(0),
      },
    ],
    pairsAdded: 3010,
    pairsRemoved: 0,
    strategy: 'users',
  });
});

function changeBetween(before: PlainTenant, after: PlainTenant): { change: StateChange; touched: Touched } {
  const state = stateOf(after);
  const userEdges = edgeChanges(before.userEdges, after.userEdges);
  const nestingEdges = edgeChanges(before.nestingEdges, after.nestingEdges);
  const { liveUsers, liveGroups, told = liveGroups } = state;
  const changedGroups = before.liveGroups
    .symmetricDifference(after.liveGroups)
    .union(before.untold.symmetricDifference(after.untold));
  const users = Uint32Array.from(before.liveUsers.symmetricDifference(after.liveUsers));
  return {
    change: { userEdges, nestingEdges, liveUsers, liveGroups, told },
    touched: { userEdges, nestingEdges, users, groups: Uint32Array.from(changedGroups) },
  };
}

function plainDifference(before: PlainTenant, after: PlainTenant): string[] {
  const old = new Set(pairsIn(before));
  const now = new Set(pairsIn(after));
  return [
    ...[...now.difference(old)].map((pair) => `+ ${pair}`),
    ...[...old.difference(now)].map((pair) => `- ${pair}`),
  ].sort();
}

function pairsIn(tenant: PlainTenant): string[] {
  return Array.from({ length: tenant.groups }, (_, group) => group)
    .filter((group) => isTold(tenant, group))
    .flatMap((group) => [...plainMembers(tenant, group)].map((user) => `${group} ${user}`))
    .sort();
}

function pairsOf({ sets }: NetChange): string[] {
  return sets
    .flatMap(({ groups, added, removed }) =>
      [...groups].flatMap((group) => [
        ...[...added].map((user) => `+ ${group} ${user}`),
        ...[...removed].map((user) => `- ${group} ${user}`),
      ]),
    )
    .sort();
}
