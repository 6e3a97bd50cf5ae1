import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const rows = readFileSync(join(root, 'docs/sync-rules.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+\. /.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, rule = '', file = '', name = '']) => ({ rule, file: file.replaceAll('`', ''), name }));

test('every rule of reading a tenant has a test of that name', () => {
  expect(new Set(rows.map(({ rule }) => Number.parseInt(rule, 10)))).toEqual(
    new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
  );
  const missing = rows.filter(
    ({ file, name }) =>
      !existsSync(join(root, file)) || !readFileSync(join(root, file), 'utf8').includes(`'${name}`),
  );
  expect(missing).toEqual([]);
});
