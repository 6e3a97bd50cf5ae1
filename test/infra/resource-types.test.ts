import { expect, test } from '@jest/globals';
import { isRecord, type Value } from './bicep-file.ts';
import { mismatches } from './shapes/mismatches.ts';
import { shapes } from './shapes/shapes.ts';
import { allTemplates, template, templatePaths } from './templates.ts';

// What the compiler and Azure Resource Manager say of a resource, for machines without the compiler.

test.each(templatePaths)('%s gives each resource the properties that its type has', async (path) => {
  const { resources, values } = await template(path);
  const found = resources.flatMap(({ symbol, type, version, existing, source }) => {
    if (existing) return [];
    const shape = shapes[`${type}@${version}`];
    return shape === undefined
      ? [`${symbol}: ${type}@${version} is not known`]
      : mismatches(source, shape, symbol, values);
  });
  expect(found).toEqual([]);
});

test('a resource that is only read is read in a version that is known', async () => {
  const known = new Set(Object.keys(shapes));
  const read = [...(await allTemplates()).values()].flatMap(({ resources }) =>
    // A nested one has the version of the one around it.
    resources.filter(({ existing, version }) => existing && version !== ''),
  );
  expect(read.filter(({ type, version }) => !known.has(`${type}@${version}`))).toEqual([]);
});

test('a word of a property that is misspelt, missing, of another kind or not allowed is found', () => {
  const shape = shapes['Microsoft.KeyVault/vaults@2024-11-01'] ?? 'any';
  const value = {
    name: 'name',
    location: 'location',
    sku: { name: "'standard'" },
    properties: {
      tenantId: 'tenant().tenantId',
      sku: { family: "'A'", name: "'gold'" },
      accessPolicies: [],
      createMode: "recover ? 'recover' : 'new'",
      enableSoftDelete: "'true'",
      softDeleteRetentionInDays: '90',
      enablePurgeProtection: { enabled: 'true' },
      networkAcls: { bypas: "'None'" },
    },
  };
  expect(mismatches(value, shape, 'vault', new Map())).toEqual([
    'vault: has no property sku',
    'vault.properties.sku.name: gold is not one of premium, standard',
    'vault.properties.createMode: new is not one of default, recover',
    "vault.properties.enableSoftDelete: 'true' is no bool",
    'vault.properties.enablePurgeProtection: takes no object or list',
    'vault.properties.networkAcls: needs defaultAction',
    'vault.properties.networkAcls: has no property bypas',
  ]);
});

test('an expression is followed into the lists that it is made of', () => {
  const shape = { listOf: { has: { 'name!': 'string', 'count!': 'int' } } } as const;
  const variables = new Map<string, Value>([
    ['first', [{ name: "'a'", count: '1' }]],
    ['second', [{ name: "'b'" }]],
    ['third', '[\n for (one, index) in list: {\n name: one\n coutn: index\n }\n]'],
    ['other', "'text'"],
  ]);
  const text = 'other == 1 ? concat(first, second, third) : [{ nam: other, count: 2 }]';
  expect(mismatches(text, shape, 'list', variables)).toEqual([
    'list=second[0]: needs count',
    'list=third: has no property coutn',
    'list: has no property nam',
  ]);
});

test.each(templatePaths)('%s reads of the items of a list what each of them has', async (path) => {
  const { text, values } = await template(path);
  const loops = [...text.matchAll(/for \(?(\w+)(?:, \w+\))? in (\w+): \{([\s\S]*?)\n\]/g)];
  const absent = loops.flatMap(([, item = '', list = '', body = '']) => {
    const items = values.get(list);
    if (items === undefined || !Array.isArray(items)) return [];
    const read = [...body.matchAll(new RegExp(`\\b${item}\\.(\\w+)`, 'g'))].map(([, name = '']) => name);
    return [...new Set(read)].filter((name) => !items.every((one) => isRecord(one) && name in one));
  });
  expect(absent).toEqual([]);
});
