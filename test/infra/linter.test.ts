import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { allTemplates, infra } from './templates.ts';

// What the linter's rules, each an error, say of the templates, for machines without the compiler.

// Every rule of the linter, by its code.
const rules =
  `adminusername-should-not-be-literal artifacts-parameters decompiler-cleanup explicit-values-for-loc-params
  max-asserts max-outputs max-params max-resources max-variables nested-deployment-template-scoping no-conflicting-metadata
  no-deployments-resources no-explicit-any no-hardcoded-env-urls no-hardcoded-location no-loc-expr-outside-params no-module-name
  no-unnecessary-dependson no-unused-existing-resources no-unused-imports no-unused-params no-unused-types no-unused-vars
  outputs-should-not-contain-secrets prefer-interpolation prefer-unquoted-property-names protect-commandtoexecute-secrets
  secure-parameter-default secure-params-in-nested-deploy secure-params-in-parameters-file secure-secrets-in-params
  simplify-interpolation simplify-json-null use-description-outputs use-description-params use-parent-property
  use-recent-api-versions use-recent-module-versions use-resource-id-functions use-resource-symbol-reference use-safe-access
  use-secure-value-for-secure-inputs use-stable-resource-identifiers use-stable-vm-image use-user-defined-types
  what-if-short-circuiting`.split(/\s+/);

test('every rule of the linter is an error, but for two, and no rule is made up', () => {
  const { analyzers } = JSON.parse(readFileSync(join(infra, 'bicepconfig.json'), 'utf8'));
  const levels: [string, { level: string }][] = Object.entries(analyzers.core.rules);
  expect(levels.map(([rule]) => rule).toSorted()).toEqual(rules.toSorted());
  expect(levels.filter(([, { level }]) => level !== 'error')).toEqual([
    // It goes by the day: what was built yesterday is not built tomorrow. And it refuses the only version of diagnosticSettings
    // that is not ten years old (Azure/bicep#10740, #15992).
    ['use-recent-api-versions', { level: 'off' }],
    // Objects such as tags are open by nature.
    ['use-user-defined-types', { level: 'off' }],
  ]);
});

test('a rule is left out for one line only, with its reason above it', async () => {
  const left = [...(await allTemplates())].flatMap(([path, { text }]) =>
    [...text.matchAll(/^( *\S.*)\n *#disable-next-line ([\w-]+)$/gm)].map(([, above = '', code]) => ({
      path,
      code,
      reason: above.trim().startsWith('// '),
    })),
  );
  expect(left).toEqual([
    { path: 'main.bicep', code: 'what-if-short-circuiting', reason: true },
    { path: 'modules/network.bicep', code: 'use-resource-id-functions', reason: true },
  ]);
  const all = [...(await allTemplates()).values()].flatMap(({ text }) => text.match(/#disable/g) ?? []);
  expect(all).toHaveLength(left.length);
});

test('no open parameter has the name of a secret (secure-secrets-in-params)', async () => {
  for (const [path, { parameters }] of await allTemplates()) {
    const open = parameters.filter(
      ({ name, type, decorators }) =>
        /^(string|object)$/.test(type) &&
        /password|pwd|secret|accountkey|acctkey/i.test(name) &&
        !/secret(permissions|version|ur[il]|name)/i.test(name) &&
        !decorators.includes('@secure()'),
    );
    expect({ path, open: open.map(({ name }) => name) }).toEqual({ path, open: [] });
  }
});

test('a property that is an id is a resource, a parameter or a call, or says why not (use-resource-id-functions)', async () => {
  for (const [path, file] of await allTemplates()) {
    const { resources, modules, parameters } = file;
    const symbols = [...resources, ...modules].map(({ symbol }) => symbol);
    const known = new Set([...symbols, ...parameters.map(({ name }) => name)]);
    const lines = file.text.split('\n');
    const foreign = lines.filter((line, index) => {
      const [, root = ''] = /^ +\w*[iI]d: (\w+)[.[](?!.*\?)/.exec(line) ?? [];
      const excused = lines[index - 1]?.includes('#disable-next-line use-resource-id-functions') === true;
      return root !== '' && !known.has(root) && !excused;
    });
    expect({ path, foreign }).toEqual({ path, foreign: [] });
  }
});
