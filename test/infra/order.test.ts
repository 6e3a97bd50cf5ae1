import { expect, test } from '@jest/globals';
import type { BicepFile, ModuleUse, Resource } from './bicep-file.ts';
import { allTemplates, at } from './templates.ts';

// Which module of main.bicep is deployed after which, and what a preview of the deployment can show of them.

/** The parameters of a module that its resources are named, placed or made by, with the resources around them. */
function identifying({ resources, parameters }: BicepFile): readonly string[] {
  const texts = resources.flatMap(({ source }) =>
    ['name', 'scope'].map((key) => String(at(source, key) ?? '')),
  );
  return parameters
    .map(({ name }) => name)
    .filter((name) => texts.some((text) => new RegExp(`\\b${name}\\b`).test(text)));
}

test('what names the resources of a module is known before the deployment, so that a preview shows them (what-if-short-circuiting)', async () => {
  const files = await allTemplates();
  const late = (files.get('main.bicep')?.modules ?? []).flatMap(({ symbol, path, given }) =>
    identifying(files.get(path) ?? raise(path))
      .filter((parameter) => given[parameter]?.includes('.outputs.'))
      .map((parameter) => `${symbol}.${parameter}`),
  );
  // Says why not where it stands.
  expect(late).toEqual(['roles.principalId']);
});

test('a module that reads a resource of another waits for it', async () => {
  const files = await allTemplates();
  const { modules } = files.get('main.bicep') ?? raise('main.bicep');
  const waiting = modules.flatMap((module) => {
    const read = resourceNames(files, module, ({ existing }) => existing);
    return read.flatMap((name) => {
      const makers = modules.filter((other) =>
        resourceNames(files, other, ({ existing }) => !existing).includes(name),
      );
      const after = awaited(modules, module.symbol);
      return makers
        .filter(({ symbol }) => !after.has(symbol))
        .map(({ symbol }) => `${module.symbol}: ${symbol}`);
    });
  });
  expect(waiting).toEqual([]);
  const locks = modules.find(({ symbol }) => symbol === 'locks') ?? raise('locks');
  expect(resourceNames(files, locks, ({ existing }) => existing)).toEqual([
    'names.dataStorage',
    'names.vault',
  ]);
});

/** What main.bicep calls the resources that a module makes or reads. */
const resourceNames = (
  files: ReadonlyMap<string, BicepFile>,
  { path, given }: ModuleUse,
  which: (resource: Resource) => boolean,
): readonly string[] =>
  (files.get(path) ?? raise(path)).resources
    .filter(which)
    .map(({ body }) => given[String(at(body, 'name'))] ?? '')
    .filter((name) => name.startsWith('names.'));

/** The modules that are done before this one begins: named by it, or by one of those. */
function awaited(modules: readonly ModuleUse[], symbol: string): ReadonlySet<string> {
  const module = modules.find((one) => one.symbol === symbol) ?? raise(symbol);
  const text = `${module.dependsOn} ${Object.values(module.given).join(' ')}`;
  const direct = modules.filter(
    (other) =>
      new RegExp(`\\b${other.symbol}!?\\.outputs\\b`).test(text) ||
      new RegExp(`\\b${other.symbol}\\b`).test(module.dependsOn),
  );
  return new Set(direct.flatMap((other) => [other.symbol, ...awaited(modules, other.symbol)]));
}

function raise(what: string): never {
  throw new Error(`no ${what}`);
}
