import { beforeAll, expect, test } from '@jest/globals';
import { type RowProperties, submitBatch } from '../../../shared/storage/batch.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

// The emulator takes rows of any size; the tests shall not (Table Storage: entity 1 MiB, property 64 KiB, 252 properties, body 4 MiB).

const { table } = tableUnderTest('rowlimits');
beforeAll(() => makeTable('rowlimits'));

const kibibytes = (count: number) => new Uint8Array(count * 1024);
const properties = (count: number, value: string | Uint8Array): RowProperties =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, value]));
const written = (...rows: readonly RowProperties[]) =>
  submitBatch(
    table,
    'p',
    rows.map((row, index) => ({ action: 'upsert', rowKey: String(index), row })),
  );

test.each([
  ['a text of 32,768 units', properties(1, '\u00e9'.repeat(32_768))],
  ['64 KiB of bytes', properties(1, kibibytes(64))],
  // The emulator stops at a mebibyte of its own, in which bytes are longer by a third.
  ['704 KiB of bytes', properties(11, kibibytes(64))],
  ['252 properties', properties(252, '')],
])('the tests take a row with %s, as the service does', async (_, row) => {
  expect(await written(row)).toHaveLength(1);
});

test.each([
  ['PropertyValueTooLarge', [properties(1, 'a'.repeat(32_769))]],
  ['PropertyValueTooLarge', [properties(1, new Uint8Array(65_537))]],
  ['EntityTooLarge', [properties(17, 'a'.repeat(32_000))]],
  ['TooManyProperties', [properties(253, '')]],
  ['RequestBodyTooLarge', Array.from({ length: 4 }, () => properties(13, kibibytes(64)))],
])('the tests refuse a row with %s, as the service does', async (code, rows) => {
  await expect(written(...rows)).rejects.toMatchObject({ code });
});
