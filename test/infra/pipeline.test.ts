import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const pipeline = readFileSync(join(root, '.github/workflows/deploy.yml'), 'utf8');

test('the pipeline signs in by OIDC, gives no job more rights than it needs, and stores no password', () => {
  const jobs = pipeline.split(/^jobs:$/m)[1] ?? '';
  const withIdentity = [...jobs.matchAll(/^ {2}([\w-]+):\n(?:(?: {4}.*)?\n)*?/gm)].map(([, name]) => name);
  expect(withIdentity).toEqual(['test', 'what-if', 'deploy']);
  expect(pipeline).toMatch(/^permissions:\n {2}contents: read$/m);
  expect(pipeline.match(/id-token: write/g)).toHaveLength(2);
  expect([...pipeline.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name)).toEqual(
    expect.not.arrayContaining([expect.stringMatching(/CREDENTIALS|PASSWORD|CLIENT_SECRET/)]),
  );
});

test('the pipeline uses actions of their makers at a pinned commit (T37), and keeps no token in the checkout', () => {
  const actions = [...pipeline.matchAll(/uses: (.+)/g)].map(([, action = '']) => action);
  expect(actions.length).toBeGreaterThan(5);
  const pinned = /^(actions|azure)\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
  expect(actions.filter((action) => !pinned.test(action))).toEqual([]);
  const checkouts = pipeline.match(/uses: actions\/checkout@/g) ?? [];
  expect(pipeline.match(/persist-credentials: false/g)).toHaveLength(checkouts.length);
});

test('nothing from outside is put into a script by text', () => {
  const scripts = [...pipeline.matchAll(/run: (?:\|\n((?: {10}.*\n)+)|(.*))/g)].map(
    ([, block, line]) => block ?? line,
  );
  expect(scripts.length).toBeGreaterThan(5);
  expect(scripts.filter((script) => script?.includes('${{'))).toEqual([]);
});

test('the pipeline tests, previews, deploys and proves, in this order', () => {
  const steps = [
    '.ci/run',
    'npm run package',
    'what-if --resource-group',
    'group create',
    'functionapp publish',
    'npm run smoke',
  ];
  const places = steps.map((step) => pipeline.indexOf(step));
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(places).not.toContain(-1);
});

test('azd finds the app where the package is made', () => {
  const azure = readFileSync(join(root, 'azure.yaml'), 'utf8');
  expect(azure).toMatch(/api:\n {4}project: dist\/app\n/);
  expect(azure).toContain('run: npm run package');
});

test('every night lives of new seeds are lived, and the simulation is tested, with no right but to read', () => {
  const nightly = readFileSync(join(root, '.github/workflows/nightly.yml'), 'utf8');
  expect(nightly.match(/(\w+): (read|write)$/gm)).toEqual(['contents: read']);
  const actions = [...nightly.matchAll(/uses: (.+)/g)].map(([, action]) => action);
  expect(actions.filter((action) => !pipeline.includes(`uses: ${action}\n`))).toEqual([]);
  expect(nightly.match(/persist-credentials: false/g)).toHaveLength(2);
  const scripts = [...nightly.matchAll(/run: (.+)/g)].map(([, script]) => script);
  expect(scripts).toEqual([
    'npm ci --no-audit --no-fund',
    'SIM_FIRST=$((GITHUB_RUN_NUMBER * SIM_SEEDS)) npm test -- "test/simulation/$ROOM"',
    'npm ci --no-audit --no-fund',
    'npm run mutate:simulator',
  ]);
});
