import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { effectiveGroupsOf, effectiveMembers } from '../../../shared/nesting/effective.ts';
import {
  effectiveCounts,
  effectiveSizes,
  forEachEffective,
} from '../../../shared/nesting/full-derivation.ts';
import { idleMembers, membershipsOf } from '../../../shared/nesting/memberships.ts';
import { ascending, isTold, plainMembers, stateOf, targets, tenants } from './random-tenants.ts';

test('members through any depth are those of a plain depth-first search, circles included (I1)', () => {
  fc.assert(
    fc.property(tenants, (tenant) => {
      const memberships = membershipsOf(stateOf(tenant));
      for (let group = 0; group < tenant.groups; group++) {
        expect([...effectiveMembers(memberships, group)]).toEqual(ascending(plainMembers(tenant, group)));
      }
    }),
    { numRuns: 1500 },
  );
});

test('groups of a user are those whose members hold the user, with and without room for ancestor lists (I1)', () => {
  fc.assert(
    fc.property(tenants, fc.constantFrom(undefined, 0, 5), (tenant, ancestorsMax) => {
      const memberships = membershipsOf(stateOf(tenant, ancestorsMax));
      for (let user = 0; user < tenant.users; user++) {
        const expected = Array.from({ length: tenant.groups }, (_, group) => group).filter((group) =>
          plainMembers(tenant, group).has(user),
        );
        expect([...effectiveGroupsOf(memberships, user)]).toEqual(expected);
      }
    }),
    { numRuns: 1500 },
  );
});

test('the full derivation visits each told group once with all its members, and counts agree on both roads (I1)', () => {
  fc.assert(
    fc.property(tenants, (tenant) => {
      const memberships = membershipsOf(stateOf(tenant));
      const visited: [number, number[]][] = [];
      forEachEffective(memberships, (group, users) => visited.push([group, ascending(users)]));
      const expected = Array.from({ length: tenant.groups }, (_, group) => group)
        .filter((group) => isTold(tenant, group))
        .map((group): [number, number[]] => [group, ascending(plainMembers(tenant, group))]);
      expect(visited.sort(([one], [other]) => one - other)).toEqual(
        expected.filter(([, users]) => users.length > 0),
      );
      const counts = new Array<number>(tenant.groups).fill(0);
      for (const [group, users] of expected) counts[group] = users.length;
      expect([...effectiveCounts(memberships)]).toEqual(counts);
      expect([...effectiveSizes(memberships)]).toEqual(counts);
    }),
    { numRuns: 1500 },
  );
});

test('members that are no live users lead nowhere and are counted', () => {
  fc.assert(
    fc.property(tenants, (tenant) => {
      const memberships = membershipsOf(stateOf(tenant));
      for (let group = 0; group < tenant.groups; group++) {
        const idle = targets(tenant.userEdges, group).filter((user) => !tenant.liveUsers.has(user));
        expect(idleMembers(memberships, group)).toBe(idle.length);
      }
    }),
  );
});
