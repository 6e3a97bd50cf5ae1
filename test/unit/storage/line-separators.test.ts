import { beforeAll, expect, test } from '@jest/globals';
import { submitBatch } from '../../../shared/storage/batch.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

// The emulator reads a transaction line by line, and takes these for the end of one.

const { table } = tableUnderTest('lineseparators');
beforeAll(() => makeTable('lineseparators'));

test.each([
  ['U+2028', '\u2028'],
  ['U+2029', 'a\u2029b\u2029'],
  ['one of them beside a text that spells it', '\\u2028 and \u2028'],
])('a row with %s is written and read as it is', async (name, text) => {
  await submitBatch(table, 'p', [
    { action: 'upsert', rowKey: name, row: { text } },
    { action: 'upsert', rowKey: 'beside', row: { text: '' } },
  ]);
  expect(await table.getEntity<{ text: string }>('p', name)).toMatchObject({ text });
});
