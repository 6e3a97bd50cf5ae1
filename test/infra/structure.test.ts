import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { BicepFile } from './bicep-file.ts';
import { allTemplates, infra, template, templatePaths } from './templates.ts';

const functionsUsed = new Set(
  `allowed array cidrSubnet concat description empty environment filter guid map max maxLength maxValue minLength minValue
  replace resourceGroup secure subscriptionResourceId take tenant toLower union uniqueString`.split(/\s+/),
);

test.each(templatePaths)('%s has no syntax error', async (path) => {
  expect((await template(path)).errors).toEqual([]);
});

test.each(templatePaths)('%s describes every parameter and output', async (path) => {
  const { parameters, outputs } = await template(path);
  const undescribed = [...parameters, ...outputs].filter(
    ({ decorators }) => !decorators.some((decorator) => /^@description\('.{8,}'\)$/.test(decorator)),
  );
  expect(undescribed.map(({ name }) => name)).toEqual([]);
});

test.each(templatePaths)('%s uses what it declares and declares what it uses', async (path) => {
  const file = await template(path);
  const resources = file.resources.map(({ symbol }) => symbol);
  const modules = file.modules.map(({ symbol }) => symbol);
  const inputs = [...file.parameters.map(({ name }) => name), ...file.variables];
  const declared = new Set([...inputs, ...resources, ...modules, ...functionsUsed]);
  expect([...file.references].filter((name) => !declared.has(name))).toEqual([]);
  const existing = file.resources.filter((one) => one.existing).map(({ symbol }) => symbol);
  const mentioned = (name: string) => file.references.has(name) || file.text.includes(`::${name}`);
  expect([...inputs, ...existing].filter((name) => !mentioned(name))).toEqual([]);
});

test('each module is given every parameter it needs and none it does not have', async () => {
  const files = await allTemplates();
  const main = demand(files, 'main.bicep');
  for (const module of main.modules) {
    const { parameters } = demand(files, module.path);
    const given = new Set(module.parameters);
    const known = new Set(parameters.map(({ name }) => name));
    expect({
      module: module.symbol,
      missing: parameters
        .filter(({ name, hasDefault }) => !hasDefault && !given.has(name))
        .map((one) => one.name),
      unknown: module.parameters.filter((name) => !known.has(name)),
    }).toEqual({ module: module.symbol, missing: [], unknown: [] });
  }
});

test('each output that main reads exists, and each module is used', async () => {
  const files = await allTemplates();
  const main = demand(files, 'main.bicep');
  const missing = main.outputUses.filter(({ module, output }) => {
    const path = main.modules.find(({ symbol }) => symbol === module)?.path ?? '';
    return !files.get(path)?.outputs.some(({ name }) => name === output);
  });
  expect(missing).toEqual([]);
  expect(main.modules.map(({ path }) => path).toSorted()).toEqual(
    templatePaths.filter((path) => path.startsWith('modules/')),
  );
});

test.each(['main', 'dev', 'prod'])(
  '%s.bicepparam sets parameters that exist and no secret',
  async (environment) => {
    const { parameters } = await template('main.bicep');
    const text = readFileSync(join(infra, `${environment}.bicepparam`), 'utf8');
    const set = [...text.matchAll(/^param (\w+) = (.+)$/gm)].map(([, name = '', value = '']) => ({
      name,
      value,
    }));
    expect(text).toContain("using 'main.bicep'");
    expect(set.filter(({ name }) => !parameters.some((one) => one.name === name))).toEqual([]);
    expect(set.map(({ name }) => name)).toContain('environmentName');
    const secure = parameters.filter(({ decorators }) => decorators.includes('@secure()'));
    for (const { name } of secure) {
      expect(set.find((one) => one.name === name)?.value).toMatch(/^readEnvironmentVariable\('\w+', ''\)$/);
    }
  },
);

// The compiler is not an npm package: where it is installed it has the last word.
if (spawnSync('bicep', ['--version']).status === 0) {
  test.each(['main.bicep', 'main.bicepparam', 'dev.bicepparam', 'prod.bicepparam'])(
    'the compiler builds and lints %s',
    (path) => {
      const command = path.endsWith('param') ? 'build-params' : 'build';
      const { status, stderr } = spawnSync('bicep', [command, '--stdout', join(infra, path)], {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    },
  );
}

function demand(files: ReadonlyMap<string, BicepFile>, path: string): BicepFile {
  const file = files.get(path);
  if (file === undefined) throw new Error(`no template ${path}`);
  return file;
}
