import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const repository = join(import.meta.dirname, '..', '..');
let directory: string;
let packaged: ReturnType<typeof packageInto>;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'package-'));
  packaged = packageInto(join(directory, 'app'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('the package holds a host.json, a manifest and one bundle, and nothing else (platform §1.9)', () => {
  expect(packaged.stderr).toBe('');
  expect(packaged.status).toBe(0);
  expect(readdirSync(join(directory, 'app')).sort()).toEqual(['host.json', 'main.cjs', 'package.json']);
  const manifest: unknown = JSON.parse(readFileSync(join(directory, 'app', 'package.json'), 'utf8'));
  expect(manifest).toEqual({
    name: 'rookery',
    version: '0.1.0',
    license: 'MIT',
    private: true,
    main: 'main.cjs',
  });
});

test('the bundle stays small enough for a quick cold start (platform §3.4)', () => {
  const megabytes = statSync(join(directory, 'app', 'main.cjs')).size / 1024 / 1024;
  expect(megabytes).toBeGreaterThan(1);
  expect(megabytes).toBeLessThan(4.5);
});

test('the bundle loads through the worker contract and lists every function (platform §1.1)', () => {
  const listed = spawnSync(
    process.execPath,
    [join(repository, 'tools/list-functions.ts'), join(directory, 'app')],
    {
      encoding: 'utf8',
    },
  );
  expect(JSON.parse(listed.stdout)).toEqual(functions);
});

test('the bundle knows no local Graph and holds no code of the tools', () => {
  const bundle = readFileSync(join(directory, 'app', 'main.cjs'), 'utf8');
  for (const stranger of [
    'LOCAL_GRAPH',
    'readOneGraphOnly',
    'simulated-tenant',
    'local-host',
    'rookery.json',
  ]) {
    expect({ stranger, found: bundle.includes(stranger) }).toEqual({ stranger, found: false });
  }
});

test('an entry that throws while it loads fails the build and leaves no package', () => {
  const entry = join(directory, 'broken.ts');
  writeFileSync(entry, "throw new Error('a setting read at import');\n");
  const broken = packageInto(join(directory, 'broken-app'), entry);
  expect(broken.status).toBe(1);
  expect(broken.stderr).toContain('a setting read at import');
  expect(existsSync(join(directory, 'broken-app'))).toBe(false);
});

test('an entry that registers nothing fails the build: in Azure it would be green and answer 404', () => {
  const entry = join(directory, 'empty.ts');
  writeFileSync(entry, 'export const nothing = 1;\n');
  const empty = packageInto(join(directory, 'empty-app'), entry);
  expect({ status: empty.status, said: empty.stderr.includes('registered no function') }).toEqual({
    status: 1,
    said: true,
  });
});

const http = (route: string) => [{ type: 'httpTrigger', route }];

const timer = (schedule: string) => [{ type: 'timerTrigger', schedule }];
const queue = (queueName: string) => [{ type: 'queueTrigger', queueName }];

const functions = [
  { name: 'admin', triggers: http('api/{*path}') },
  { name: 'fsck', triggers: timer('0 40 3 * * *') },
  { name: 'graph-consent', triggers: http('consent/callback') },
  { name: 'health', triggers: http('health/{*path}') },
  { name: 'maintenance', triggers: timer('0 * * * * *') },
  { name: 'nightly-export', triggers: timer('0 0 2 * * *') },
  { name: 'notices', triggers: timer('0 15 * * * *') },
  { name: 'scim', triggers: http('scim/v2/{directoryId}/{*path}') },
  { name: 'sync-poison', triggers: queue('sync-poison') },
  { name: 'sync-step', triggers: queue('sync') },
  { name: 'sync-timer', triggers: timer('20 * * * * *') },
];

function packageInto(target: string, ...entry: string[]) {
  return spawnSync(process.execPath, [join(repository, 'tools/package-app.ts'), target, ...entry], {
    encoding: 'utf8',
  });
}
