import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const repository = join(import.meta.dirname, '..', '..');

test('what a publish from the root would upload is the app and nothing else (platform §3.1)', () => {
  const accepts = coreToolsIgnore(readFileSync(join(repository, '.funcignore'), 'utf8'));
  const files = execFileSync('git', ['ls-files'], { cwd: repository, encoding: 'utf8' }).trim().split('\n');
  const kept = files.filter((file) => accepts(file) && !alwaysLeftOut.test(file));
  const places = new Set(kept.map((file) => (file.includes('/') ? `${file.split('/')[0]}/` : file)));
  expect([...places].sort()).toEqual([
    'functions/',
    'host.json',
    'package-lock.json',
    'package.json',
    'shared/',
  ]);
  expect(kept).toEqual(expect.arrayContaining(files.filter((file) => /^(functions|shared)\//.test(file))));
});

test.each([
  ['*.ts', 'main.ts', false],
  ['*.ts', 'functions/main.ts', true],
  ['**/*.ts', 'functions/main.ts', false],
  ['**/*.ts', 'main.ts', true],
  ['functions', 'functions/main.js', false],
  ['functions', 'dist/functions/main.js', true],
  ['functions', 'functions-x/main.js', false],
  ['test', 'test.js', false],
  ['shared', 'shared.json', false],
  ['host', 'host.json', false],
  ['*.ts', 'local.tsx', true],
  ['test\n!test/kept.js', 'test/kept.js', true],
])('.funcignore is anchored prefixes up to a word boundary: %j on %j', (patterns, file, kept) => {
  expect(coreToolsIgnore(patterns)(file)).toBe(kept);
});

const alwaysLeftOut = /^(\.git|\.vscode|\.funcignore|\.gitignore|local\.settings\.json)/;

/** GitIgnoreParser.cs of Core Tools 4.14, as far as its patterns go. */
function coreToolsIgnore(text: string): (file: string) => boolean {
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
  const matcher = (patterns: readonly string[]) => {
    const parts = patterns.map((pattern) => toPattern(pattern.replace(/^\//, '')));
    return patterns.length === 0 ? /$^/ : new RegExp(`^((${parts.join(')|(')}))\\b`);
  };
  const negative = matcher(lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1)));
  const positive = matcher(lines.filter((line) => !line.startsWith('!')));
  return (file) => negative.test(file) || !positive.test(file);
}

const toPattern = (pattern: string) =>
  pattern
    .replace(/[-[\]/{}()+?.\\^$|]/g, '\\$&')
    .replaceAll('**', '(.+)')
    .replaceAll('*', '([^\\/]+)');
