import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type KnownGroup, KnownGroups } from '../../../shared/sync/known-groups.ts';

const facts = fc.record<KnownGroup>({
  life: fc.constantFrom('live', 'soft-deleted', 'gone'),
  told: fc.boolean(),
  held: fc.boolean(),
  users: fc.nat(),
  others: fc.nat(),
});
const numbers = fc.oneof(fc.nat({ max: 5 }), fc.integer({ min: 250, max: 900 }));

test('what is known of groups is what a map would hold, in its order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(numbers, facts), { maxLength: 20 }), (all) => {
      const groups = new KnownGroups();
      const plain = new Map<number, KnownGroup>();
      for (const [group, known] of all) {
        groups.set(group, known);
        plain.set(group, known);
      }
      expect([...groups]).toEqual([...plain]);
      expect([groups.size, [...groups.keys()]]).toEqual([plain.size, [...plain.keys()]]);
      for (const group of [0, 1, 2, 3, 4, 5, 255, 256, 257, 5000])
        expect([groups.has(group), groups.get(group)]).toEqual([plain.has(group), plain.get(group)]);
    }),
  );
});
