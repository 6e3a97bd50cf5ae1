import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { adjacency, edgesOf, rowOf, transposed } from '../../../shared/nesting/adjacency.ts';
import { changedRows, edgeChangesOf } from '../../../shared/nesting/edge-changes.ts';

const groups = 5;
/** Few edges of many members are turned round in another way than many of few. */
const tenants = fc.constantFrom(4, 40, 1000).chain((members) =>
  fc.record({
    members: fc.constant(members),
    added: edgesTo(members),
    removed: edgesTo(members),
  }),
);

function edgesTo(members: number) {
  const edge = fc.tuple(fc.nat({ max: groups - 1 }), fc.nat({ max: members - 1 }));
  return fc.uniqueArray(edge, { maxLength: 12, selector: ([group, member]) => group * members + member });
}

const listed = (edges: readonly (readonly [number, number])[]) => ({
  from: Uint32Array.from(edges, ([group]) => group),
  to: Uint32Array.from(edges, ([, member]) => member),
});

test('edges seen from their other end are the same edges, every row ascending, whether they are few or many', () => {
  fc.assert(
    fc.property(tenants, ({ members, added }) => {
      const turned = transposed(adjacency(listed(added), { rows: groups, columns: members }), members);
      const wanted = Array.from({ length: members }, (_, member) =>
        added.flatMap(([group, of]) => (of === member ? [group] : [])).sort(),
      );
      expect(turned.offsets.length).toBe(members + 1);
      expect(wanted.map((_, member) => [...rowOf(turned, member)])).toEqual(wanted);
      expect(edgesOf(turned).from).toHaveLength(added.length);
    }),
  );
});

test('rows that gain or lose something come once, ascending, and no other', () => {
  fc.assert(
    fc.property(tenants, ({ members, added, removed }) => {
      const shape = { groups, members };
      const { byGroup, byMember } = edgeChangesOf({ added: listed(added), removed: listed(removed) }, shape);
      const all = [...added, ...removed];
      const once = (numbers: readonly number[]) => [...new Set(numbers)].sort((one, other) => one - other);
      expect([...changedRows(byGroup)]).toEqual(once(all.map(([group]) => group)));
      expect([...changedRows(byMember)]).toEqual(once(all.map(([, member]) => member)));
    }),
  );
});
