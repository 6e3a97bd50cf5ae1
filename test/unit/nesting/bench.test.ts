import { expect, test } from '@jest/globals';
import { run, tinySizes } from '../../../bench/nesting/nesting.bench.ts';

test('the bench runs small, and everyone it compares finds the same number of pairs', () => {
  const rows = run(tinySizes);
  const all = rows.filter(({ what }) => what.endsWith('all effective members'));
  expect(all.map(({ what }) => what.split(':')[0])).toEqual(['ours', 'GUID Maps and Sets', 'graphology']);
  expect(new Set(all.map(({ checksum }) => checksum)).size).toBe(1);
  const components = rows.filter(({ what }) => what.endsWith('strong components'));
  expect(new Set(components.map(({ checksum }) => checksum)).size).toBe(1);
});
