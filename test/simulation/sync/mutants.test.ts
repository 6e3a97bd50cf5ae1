import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { simulatorMutants } from '../../../tools/mutation/simulator-mutant-list.ts';

const root = join(import.meta.dirname, '../../..');

test('every place that a mutant of the simulation breaks is where the list says, once', async () => {
  const places = simulatorMutants.map(async ({ name, file, from }) => {
    const source = await readFile(join(root, file), 'utf8');
    return [name, source.split(from).length - 1];
  });
  expect(await Promise.all(places)).toEqual(simulatorMutants.map(({ name }) => [name, 1]));
});

test('the mutants run in a copy of the tree that has all it needs', async () => {
  const tool = join(root, 'tools/mutation/simulator-mutants.ts');
  const only = ['--only', 'checkpoint before what it speaks of', '--seeds', '3'];
  const { stdout } = await promisify(execFile)(process.execPath, [tool, ...only]);
  expect(stdout).toContain('All are caught.');
});
