import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { foldedKey } from '../../../shared/model/folding.ts';

test('the key of a key is that key, for any text (T04)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(foldedKey(foldedKey(text))).toBe(foldedKey(text));
    }),
    { numRuns: 20_000 },
  );
});

test.each([
  ['STRASSE', 'straße'],
  ['ÅNGSTRÖM', 'ångström'],
  ['\u1112\u1161\u11ab', '한'],
  ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
  ['ｆｕｌｌ', 'full'],
  [' padded ', 'padded'],
])('%s and %s are one name (T04)', (one, other) => {
  expect(foldedKey(one)).toBe(foldedKey(other));
});

test.each([
  ['ı', 'i'],
  ['а', 'a'],
  ['١', '1'],
])('%s and %s stay two names (T04)', (one, other) => {
  expect(foldedKey(one)).not.toBe(foldedKey(other));
});

test('every single character of Unicode has a stable key', () => {
  const unstable: string[] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const key = foldedKey(String.fromCodePoint(point));
    if (foldedKey(key) !== key) unstable.push(point.toString(16));
  }
  expect(unstable).toEqual([]);
});
