import { expect, test } from '@jest/globals';
import { mismatches } from './shapes/mismatches.ts';
import { shapes } from './shapes/shapes.ts';
import { allTemplates, template, templatePaths } from './templates.ts';

// What the compiler and Azure Resource Manager say of a resource, for machines without the compiler.

test.each(templatePaths)('%s gives each resource the properties that its type has', async (path) => {
  const { resources } = await template(path);
  const found = resources.flatMap(({ symbol, type, version, existing, source }) => {
    if (existing) return [];
    const shape = shapes[`${type}@${version}`];
    return shape === undefined
      ? [`${symbol}: ${type}@${version} is not known`]
      : mismatches(source, shape, symbol);
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
  expect(mismatches(value, shape, 'vault')).toEqual([
    'vault: has no property sku',
    'vault.properties.sku.name: gold is not one of premium, standard',
    'vault.properties.createMode: new is not one of default, recover',
    "vault.properties.enableSoftDelete: 'true' is no bool",
    'vault.properties.enablePurgeProtection: takes no object or list',
    'vault.properties.networkAcls: needs defaultAction',
    'vault.properties.networkAcls: has no property bypas',
  ]);
});
