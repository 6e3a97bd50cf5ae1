import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../shared/model/json.ts';
import { parseFilter } from '../../../shared/scim/filter.ts';
import { compileFilter } from '../../../shared/scim/filter-match.ts';
import { parseJson } from '../../../shared/scim/parse-json.ts';
import { applyPatch, parsePatch } from '../../../shared/scim/patch.ts';
import { parseProjection, project } from '../../../shared/scim/projection.ts';
import { renderResource } from '../../../shared/scim/render-resource.ts';
import { parseResource } from '../../../shared/scim/resource-body.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const hostile = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
);
const place = fc.constantFrom(
  '',
  'name.',
  'emails.',
  `${enterprise}:`,
  'urn:example:Badge:2.0:User:',
  'urn:',
);
const tail = fc.constantFrom('', '.x', '.polluted', '.prototype.polluted', '[type eq "work"].polluted');

const paths = fc.oneof(
  fc.tuple(place, hostile, tail).map((parts) => parts.join('')),
  hostile.map((name) => `emails[${name} eq "x"].value`),
  hostile.map((name) => `emails[type eq "work"].${name}`),
);
/** JSON text, since an object literal cannot spell these keys. */
const values = hostile.chain((name) =>
  fc.constantFrom(
    `{"${name}":{"polluted":1}}`,
    `{"a":{"${name}":{"polluted":1}}}`,
    `[{"${name}":{"polluted":1},"value":"v"}]`,
    '"v"',
  ),
);

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const ownNames = () => prototypes.map((of) => Reflect.ownKeys(of).length);
const intact = ownNames();

/** Whatever it is told, it may only refuse. */
function attempt(run: () => unknown): void {
  try {
    run();
  } catch (refusal) {
    expect(refusal).toHaveProperty('name', 'Refusal');
  }
}

function expectIntact(): void {
  expect(ownNames()).toEqual(intact);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect(parseResource('User', { userName: 'ann', title: 'T' }).attributes).toEqual({
    userName: 'ann',
    title: 'T',
  });
}

const before = {
  attributes: {
    userName: 'ann',
    emails: [{ type: 'work', value: 'a' }],
    'urn:example:Badge:2.0:User': { a: 1 },
  },
  raw: { body: {}, patched: {} },
};

describe('names of the prototype (T20)', () => {
  test('change nothing but the resource when they come in a PATCH', () => {
    fc.assert(
      fc.property(fc.constantFrom('add', 'replace', 'remove'), paths, values, (op, path, value) => {
        for (const body of [
          `{"Operations":[{"op":"${op}","path":${JSON.stringify(path)},"value":${value}}]}`,
          `{"Operations":[{"op":"add","value":{${JSON.stringify(path)}:${value}}}]}`,
          `{"Operations":[{"op":"add","value":${value}}]}`,
        ]) {
          attempt(() => {
            const outcome = applyPatch('User', before, parsePatch(parseJson(body)));
            expect(Object.getPrototypeOf(outcome.attributes)).toBe(Object.prototype);
          });
          attempt(() => applyPatch('User', before, parsePatch(JSON.parse(body))));
        }
        expectIntact();
      }),
    );
  });

  test('change nothing when they come in bodies, filters and projections', () => {
    const resource = {
      kind: 'User',
      id: 'x',
      version: '',
      created: '',
      lastModified: '',
      attributes: before.attributes,
    } as const;
    fc.assert(
      fc.property(paths, values, (path, value) => {
        const body = `{"userName":"ann",${JSON.stringify(path)}:${value}}`;
        attempt(() =>
          renderResource({ ...resource, attributes: parseResource('User', parseJson(body)).attributes }, ''),
        );
        attempt(() => parseResource('User', JSON.parse(body)));
        for (const text of [`${path} pr`, `${path} eq "x"`, `emails[${path} pr]`]) {
          attempt(() => expect(compileFilter('User', parseFilter(text))(resource)).toBe(false));
        }
        attempt(() => project('User', renderResource(resource, ''), parseProjection(path, path)));
        expectIntact();
      }),
    );
  });
});

describe('columns of storage (T21)', () => {
  const columns: JsonObject = Object.fromEntries(
    [
      'partitionKey',
      'rowKey',
      'PartitionKey',
      'etag',
      'timestamp',
      'directoryId',
      'deleted',
      'source',
      'version',
      'membersStamp',
      'raw',
      'schema',
      'kind',
      'created',
    ].map((name): [string, Json] => [name, 'intruder']),
  );

  test('are no attributes in POST, PUT and PATCH', () => {
    const draft = parseResource('User', { userName: 'ann', ...columns });
    const byKey = applyPatch('User', before, parsePatch({ Operations: [{ op: 'add', value: columns }] }));
    const byPath = applyPatch(
      'User',
      before,
      parsePatch({ Operations: Object.keys(columns).map((path) => ({ op: 'add', path, value: 'x' })) }),
    );
    expect([draft.attributes, byKey.attributes, byPath.attributes]).toEqual([
      { userName: 'ann' },
      before.attributes,
      before.attributes,
    ]);
  });
});

describe('the work a hostile text can cause (T23)', () => {
  test.each<[string, (size: number) => string]>([
    ['spaces', (size) => `a${' '.repeat(size)}`],
    ['quotes', (size) => `a eq "${'"'.repeat(size)}`],
    ['quoted words', (size) => `a eq "${'" eq '.repeat(size / 5)}"`],
    ['backslashes', (size) => `a eq "${'\\'.repeat(size)}"`],
    ['colons', (size) => `urn${':'.repeat(size)} pr`],
    ['dots', (size) => `a${'.'.repeat(size)} pr`],
    ['brackets', (size) => `a${'['.repeat(size)} pr`],
    ['digits', (size) => `a eq ${'1'.repeat(size)}e`],
    ['letters', (size) => `${'a'.repeat(size)} eq`],
    ['negations', (size) => `${'not '.repeat(size / 4)}pr`],
  ])('is bounded for %s', (_, make) => {
    // Anything that grows faster than the length runs into the time-out of the test: 20 rounds of the longest filter.
    for (let round = 0; round < 20; round++) {
      expect(() => attempt(() => parseFilter(make(8000)))).not.toThrow();
    }
  });
});
