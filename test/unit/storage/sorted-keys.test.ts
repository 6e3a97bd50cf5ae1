import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SortedKeys } from '../../../shared/storage/sorted-keys.ts';

/** Enough keys that runs part and vanish. */
const keyOf = (number: number) => String(number).padStart(5, '0');

interface Change {
  readonly from: number;
  readonly count: number;
  readonly step: number;
  readonly isAdded: boolean;
}

function carryOut({ from, count, step, isAdded }: Change, keys: SortedKeys, model: Set<string>): void {
  for (let index = 0; index < count; index++) {
    const key = keyOf(from + ((index * 7919) % count) * step);
    const isNews = model.has(key) !== isAdded;
    expect(isAdded ? keys.add(key) : keys.remove(key)).toBe(isNews);
    if (isAdded) model.add(key);
    else model.delete(key);
  }
}

test('keys in runs agree with a sorted array over any changes, in every reading', () => {
  const change = fc.record({
    from: fc.nat(3000),
    count: fc.nat(1200),
    isAdded: fc.boolean(),
    step: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), fc.nat(3500), fc.nat(700), (changes, probe, limit) => {
      const keys = new SortedKeys();
      const model = new Set<string>();
      for (const change of changes) carryOut(change, keys, model);
      const sorted = [...model].sort();
      const key = keyOf(probe);
      expect([...keys]).toEqual(sorted);
      expect([keys.size, keys.has(key), keys.at(probe)]).toEqual([
        sorted.length,
        model.has(key),
        sorted[probe],
      ]);
      expect(keys.after(key, limit)).toEqual(sorted.filter((one) => one > key).slice(0, limit));
      expect(keys.after(undefined, limit)).toEqual(sorted.slice(0, limit));
      expect(keys.before(key, limit)).toEqual(
        sorted
          .filter((one) => one < key)
          .reverse()
          .slice(0, limit),
      );
      expect(keys.before(undefined, limit)).toEqual([...sorted].reverse().slice(0, limit));
    }),
    { numRuns: 60 },
  );
});
