import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rowOf } from '../../../shared/nesting/adjacency.ts';
import { Marks } from '../../../shared/nesting/marks.ts';
import { LoadedRows } from '../../../shared/sync/loaded-rows.ts';

const columns = 40;
const numbers = fc.uniqueArray(fc.nat({ max: columns - 1 }), { maxLength: 20 });
/** Rows far apart too, each once, with lists that fit in a piece, fill it, or need several. */
const lists = fc.uniqueArray(
  fc.record({
    row: fc.oneof(fc.nat({ max: 9 }), fc.integer({ min: 250, max: 700 })),
    numbers,
  }),
  { maxLength: 12, selector: ({ row }) => row },
);
const pieceLengths = fc.constantFrom(1, 5, 8, 1000);

test('lists that share their memory are the lists that were put in, and so are they from their other end, all or some', () => {
  fc.assert(
    fc.property(lists, pieceLengths, numbers, (wanted, pieceLength, asked) => {
      const rows = new LoadedRows(pieceLength);
      // Views that are taken early stay good.
      const views = wanted.map(({ row, numbers }) => {
        rows.take(row, numbers.length).set(numbers);
        return rows.of(row);
      });
      expect(views.map((view) => [...view])).toEqual(wanted.map(({ numbers }) => numbers));
      expect(wanted.map(({ row }) => [rows.has(row), [...rows.of(row)]])).toEqual(
        wanted.map(({ numbers }) => [true, numbers]),
      );
      const turned = rows.turned(columns);
      const byColumn = Array.from({ length: columns }, (_, column) =>
        wanted.flatMap(({ row, numbers }) => (numbers.includes(column) ? [row] : [])).sort((a, b) => a - b),
      );
      expect(byColumn.map((_, column) => [...rowOf(turned, column)])).toEqual(byColumn);
      const some = new Marks(columns).begin();
      some.addAll(Uint32Array.from(asked));
      const found = new LoadedRows(pieceLength);
      rows.turnSome(some, found);
      expect(byColumn.map((_, column) => [found.has(column), [...found.of(column)]])).toEqual(
        byColumn.map((of, column) => [asked.includes(column), asked.includes(column) ? of : []]),
      );
    }),
  );
});

test('a row that was not read is not there, and has no numbers; one that is empty is there', () => {
  const rows = new LoadedRows();
  rows.take(3, 0);
  expect([2, 3, 4, 9999].map((row) => [rows.has(row), rows.of(row).length])).toEqual([
    [false, 0],
    [true, 0],
    [false, 0],
    [false, 0],
  ]);
});
