import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DirectoryId } from '../../../shared/model/ids.ts';
import { submitBatch } from '../../../shared/storage/batch.ts';
import { nestedTable } from '../../../shared/storage/nested/nested-table.ts';
import { rowsByKey } from '../../../shared/storage/nested/rows-by-key.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

const { table, meter } = tableUnderTest('rowsbykey');
const shared = nestedTable(table);
const directory = DirectoryId.parse(`dir_${Date.now().toString(16).padStart(32, '0')}`);
const rows = 2_500;
/** Every other number is a row, before and behind which there are others. */
const keyOf = (number: number) => `u|${String(number).padStart(8, '0')}`;
const isRow = (number: number) => number % 2 === 0 && number < rows * 2;

beforeAll(async () => {
  await makeTable('rowsbykey');
  const keys = [...Array.from({ length: rows }, (_, index) => keyOf(index * 2)), 't|1', 'v|1'];
  for (let start = 0; start < keys.length; start += 100) {
    const some = keys.slice(start, start + 100);
    await submitBatch(
      table,
      directory,
      some.map((rowKey) => ({ action: 'insert', rowKey, row: { is: rowKey } })),
    );
  }
});

async function read(numbers: readonly number[]) {
  meter.reset();
  const found = await rowsByKey(shared, directory, numbers.map(keyOf));
  return { found: [...found].map(([key, row]) => [key, row['is']]), calls: meter.counts() };
}

test('what is there of any keys is found, however many and wherever they are', async () => {
  const numbers = fc.oneof(
    fc.uniqueArray(fc.nat(rows * 2 + 50), { maxLength: 40 }),
    fc.record({ from: fc.nat(rows), step: fc.integer({ min: 1, max: 30 }), count: fc.nat(300) }),
  );
  await fc.assert(
    fc.asyncProperty(numbers, async (asked) => {
      const all = Array.isArray(asked)
        ? asked
        : Array.from({ length: asked.count }, (_, index) => asked.from + index * asked.step);
      const { found } = await read(all);
      const there = all.filter(isRow).map((number) => [keyOf(number), keyOf(number)]);
      expect(found.toSorted()).toEqual(there.toSorted());
    }),
    { numRuns: 25 },
  );
});

test.each([
  ['few: each by itself', { count: 63, step: 2 }, { 'point-read': 63 }],
  ['neighbours: one page', { count: 64, step: 2 }, { query: 1 }],
  ['a quarter of all: by pages', { count: 600, step: 8 }, { query: 3 }],
  ['less than that: a page finds out', { count: 400, step: 12 }, { query: 1, 'point-read': 233 }],
])('rows are read in the fewest calls that are worth their weight; %s', async (_, { count, step }, calls) => {
  const asked = Array.from({ length: count }, (_, index) => index * step);
  expect((await read(asked)).calls).toEqual(calls);
});

test('a stretch of neighbours is read by pages, and strays behind it by themselves', async () => {
  const near = Array.from({ length: 450 }, (_, index) => index * 2);
  const far = [4200, 4600, 4998, 5001];
  const { found, calls } = await read([...far, ...near, ...near.slice(0, 3)]);
  expect(found).toHaveLength(453);
  // The second page brings nobody who was asked for.
  expect(calls).toEqual({ query: 2, 'point-read': 4 });
});
