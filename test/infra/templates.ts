import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BicepFile, isRecord, parseBicep, type Resource, type Value } from './bicep-file.ts';

export const infra = join(import.meta.dirname, '../../infra');

/** Every template by its path under infra/. */
export const templatePaths = [
  'main.bicep',
  'graph.bicep',
  ...readdirSync(join(infra, 'modules'))
    .toSorted()
    .map((name) => `modules/${name}`),
];

export const template = (path: string): Promise<BicepFile> => parseBicep(join(infra, path));

export async function allTemplates(): Promise<ReadonlyMap<string, BicepFile>> {
  return new Map(await Promise.all(templatePaths.map(async (path) => [path, await template(path)] as const)));
}

/** The value at a path of property names; undefined where there is none. */
export function at(value: Value | undefined, ...path: readonly string[]): Value | undefined {
  return path.reduce<Value | undefined>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);
}

export function resource(file: BicepFile, symbol: string): Resource {
  const found = file.resources.find((candidate) => candidate.symbol === symbol);
  if (found === undefined) throw new Error(`no resource ${symbol}`);
  return found;
}

/** The names of a `var name = ['a', 'b']`. */
export const listOf = (file: BicepFile, variable: string): readonly string[] =>
  [
    ...(new RegExp(`var ${variable} = \\[([^\\]]*)\\]`).exec(file.text)?.[1] ?? '').matchAll(/'([^']+)'/g),
  ].map(([, name = '']) => name);
