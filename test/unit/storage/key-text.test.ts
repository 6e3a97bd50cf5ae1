import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newDirectoryId } from '../../../shared/model/new-ids.ts';
import { submitBatch } from '../../../shared/storage/batch.ts';
import { externalIdKey } from '../../../shared/storage/directory-keys.ts';
import { directoryTable } from '../../../shared/storage/directory-table.ts';
import { keyText, textOfKey } from '../../../shared/storage/key-text.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

const prefix = 'keys';
const { table } = tableUnderTest(prefix);

beforeAll(() => makeTable(prefix));

const forbidden = [
  '/',
  '\\',
  '#',
  '?',
  '%',
  "'",
  '"',
  '|',
  '{',
  '}',
  '~',
  '!',
  ' ',
  '\u0000',
  '\u001f',
  '\u007f',
  '\u009f',
  '\ud800',
  '\udfff',
  '😀',
  'ß',
  '\uffff',
];
const texts = fc
  .array(fc.oneof(fc.constantFrom(...forbidden), fc.string({ unit: 'binary', maxLength: 3 })), {
    maxLength: 20,
  })
  .map((parts) => parts.join(''));

const codePoints = (text: string) => [...text].map((character) => character.codePointAt(0) ?? 0);
function compared(one: readonly number[], other: readonly number[]): number {
  const place = one.findIndex((code, at) => code !== other[at]);
  if (place < 0) return Math.sign(one.length - other.length);
  return Math.sign((one[place] ?? -1) - (other[place] ?? -1));
}

test('a key text can be read back, is fit for a row key and keeps the order of code points (T22)', () => {
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      const [key, otherKey] = [keyText(one), keyText(other)];
      expect(textOfKey(key)).toBe(one);
      expect(key).toMatch(/^[-!.:@A_`~0-9a-z]*$/);
      expect(Math.sign(Number(key > otherKey) - Number(key < otherKey))).toBe(
        compared(codePoints(one), codePoints(other)),
      );
    }),
  );
});

test('a long text is cut, told from its likes, and stays within 512 units with prefix and id (T22)', () => {
  const start = '漢'.repeat(200);
  const keys = [`${start}a`, `${start}b`, `${start}a `].map(keyText);
  expect(new Set(keys).size).toBe(3);
  expect(keys.map(textOfKey)).toEqual([undefined, undefined, undefined]);
  const id = '0'.repeat(36);
  expect(Math.max(...keys.map((key) => externalIdKey('group', key, id).length))).toBeLessThanOrEqual(512);
});

test('any text is found again by its key and in its range, on the emulator (T22)', async () => {
  const samples = [...forbidden, ...fc.sample(texts, { numRuns: 60, seed: 22 })].map((text) =>
    [...text].join(''),
  );
  const directory = newDirectoryId(realRandomness);
  const keyOf = new Map([...new Set(samples)].map((text) => [text, `x|${keyText(text)}`]));
  const changes = [...keyOf].map(([text, rowKey]) => ({
    action: 'insert' as const,
    rowKey,
    row: { text: JSON.stringify(text) },
  }));
  await submitBatch(table, directory, changes);
  const { row, range } = directoryTable(table, realRandomness);
  const found = await Promise.all([...keyOf.values()].map((key) => row(directory, key)));
  expect(found.map((entity) => JSON.parse(String(entity && 'text' in entity && entity.text)))).toEqual([
    ...keyOf.keys(),
  ]);
  const inRange = await range(directory, { from: 'x|', to: 'x}', limit: 1000 });
  expect(inRange.map(({ rowKey }) => rowKey)).toEqual([...keyOf.values()].sort());
});
