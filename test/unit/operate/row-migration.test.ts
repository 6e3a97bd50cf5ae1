import { beforeAll, expect, test } from '@jest/globals';
import {
  migrateRows,
  type RowSteps,
  UnknownRowSchema,
  upToDate,
} from '../../../shared/storage/row-migration.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

const prefix = `migration${Date.now()}`;
const { table, wire } = tableUnderTest(prefix);
beforeAll(() => makeTable(prefix));

/** Version 0 had one name; version 1 has two; version 2 counts its letters. */
const steps: RowSteps = {
  0: ({ name, ...row }) => ({
    ...row,
    first: String(name).split(' ')[0] ?? '',
    last: String(name).split(' ')[1] ?? '',
  }),
  1: (row) => ({ ...row, letters: `${row['first']}${row['last']}`.length }),
};
const newest = { schema: 2, first: 'Ada', last: 'Lovelace', letters: 11 };

test('rows of every known version read alike while releases roll out; those of a newer one are left alone (F14)', () => {
  expect(
    [{ schema: 0, name: 'Ada Lovelace' }, { schema: 1, first: 'Ada', last: 'Lovelace' }, newest].map((row) =>
      upToDate(row, steps, 2),
    ),
  ).toEqual([newest, newest, newest]);
  expect(upToDate({ schema: 0, name: 'Ada Lovelace' }, steps, 1)).toEqual({
    schema: 1,
    first: 'Ada',
    last: 'Lovelace',
  });
  expect(() => upToDate(newest, steps, 1)).toThrow(UnknownRowSchema);
  expect(() => upToDate({ schema: 1 }, {}, 2)).toThrow(UnknownRowSchema);
});

async function rowsIn(partitionKey: string) {
  const rows: object[] = [];
  const filter = `PartitionKey eq '${partitionKey}'`;
  for await (const { etag: _, timestamp: __, partitionKey: ___, ...row } of table.listEntities({
    queryOptions: { filter },
  }))
    rows.push(row);
  return rows;
}

async function fill(partitionKey: string, rows: readonly object[]): Promise<void> {
  for (let start = 0; start < rows.length; start += 100)
    await table.submitTransaction(
      rows
        .slice(start, start + 100)
        .map((row, at) => [
          'create',
          { partitionKey, rowKey: `u|${String(start + at).padStart(4, '0')}`, ...row },
        ]),
    );
}

test('the job rewrites what is older, by pages, and nothing else; a second run finds nothing to do', async () => {
  const older = Array.from({ length: 130 }, () => ({ schema: 0, name: 'Ada Lovelace' }));
  await fill('p1', [...older, { schema: 1, first: 'Ada', last: 'Lovelace' }, newest]);
  await table.createEntity({ partitionKey: 'p1', rowKey: 'x|0', schema: 0, name: 'of another kind' });
  const migration = { steps, newest: 2, prefix: 'u|' };
  expect(await migrateRows(table, migration)).toBe(131);
  const due = Array.from({ length: 132 }, (_, at) => ({
    rowKey: `u|${String(at).padStart(4, '0')}`,
    ...newest,
  }));
  expect(await rowsIn('p1')).toEqual([...due, { rowKey: 'x|0', schema: 0, name: 'of another kind' }]);
  expect(await migrateRows(table, migration)).toBe(0);
});

test('a row that somebody changes meanwhile keeps their change, whichever version they wrote', async () => {
  await fill(
    'p2',
    Array.from({ length: 30 }, () => ({ schema: 0, name: 'Ada Lovelace' })),
  );
  const others = async (): Promise<void> => {
    await table.upsertEntity(
      { partitionKey: 'p2', rowKey: 'u|0025', schema: 0, name: 'Grace Hopper' },
      'Replace',
    );
    await table.deleteEntity('p2', 'u|0003');
  };
  let begun: Promise<void> | undefined;
  // Between what the job read and what it writes.
  const racing: RowSteps = {
    ...steps,
    0: (row) => {
      begun ??= others();
      return steps[0]?.(row) ?? row;
    },
  };
  wire.inject({ kind: 'raced', call: 3, times: 1 });
  await migrateRows(table, { steps: racing, newest: 2, prefix: 'u|' });
  wire.inject(undefined);
  await begun;
  await migrateRows(table, { steps, newest: 2, prefix: 'u|' });
  const rows = await rowsIn('p2');
  expect(rows.filter((row) => 'last' in row && row.last === 'Hopper')).toEqual([
    { rowKey: 'u|0025', schema: 2, first: 'Grace', last: 'Hopper', letters: 11 },
  ]);
  expect([rows.length, rows.every((row) => 'schema' in row && row.schema === 2)]).toEqual([29, true]);
});
