import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../shared/model/json.ts';
import { limits } from '../../../shared/model/limits.ts';
import { applyPatch, parsePatch } from '../../../shared/scim/patch.ts';
import { refusalOf } from './support/refusal-of.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const badge = 'urn:example:2.0:Badge';

const run = (before: JsonObject, operations: readonly Json[], patched: JsonObject = {}) =>
  applyPatch(
    'User',
    { attributes: { userName: 'ann', ...before }, raw: { body: {}, patched } },
    parsePatch({ Operations: operations }),
  );

/** The attributes after one operation, without the userName that is always there. */
function outcomeOf(before: JsonObject, op: string, path: string, value?: Json): JsonObject {
  const operation = { op, path, ...(value === undefined ? {} : { value }) };
  const { userName, ...attributes } = run(before, [operation]).attributes;
  expect(userName).toBe('ann');
  return attributes;
}

const work = { type: 'work', value: 'w@x' };
const home = { type: 'home', value: 'h@x', primary: true };
const emails = [work, home];

describe('lists after an operation (RFC 7644 §3.5.2)', () => {
  test.each<[string, JsonObject, string, string, Json | undefined, JsonObject]>([
    ['nothing added is nothing', { emails }, 'add', 'emails', [], { emails }],
    ['an empty text clears', { emails }, 'replace', 'emails', '', {}],
    [
      'a replaced list has the primary that it names, whatever stood there',
      { emails: [home, work] },
      'replace',
      'emails',
      [
        { value: 'a', primary: true },
        { value: 'b', primary: true },
      ],
      {
        emails: [
          { value: 'a', primary: true },
          { value: 'b', primary: false },
        ],
      },
    ],
    [
      'an added primary takes it from the one before',
      { emails },
      'add',
      'emails',
      { value: 'n@x', primary: true },
      { emails: [work, { ...home, primary: false }, { value: 'n@x', primary: true }] },
    ],
    ['a label of nobody is not kept', {}, 'add', 'emails.type', 'work', {}],
    ['the label of nobody is not removed', {}, 'remove', 'emails.display', undefined, {}],
    [
      'a value without a list makes one',
      {},
      'replace',
      'emails.value',
      'n@x',
      { emails: [{ value: 'n@x' }] },
    ],
    [
      'what chooses nobody removes nobody',
      { emails },
      'remove',
      'emails[value co "zzz"]',
      undefined,
      { emails },
    ],
    ['what chooses nobody is not cleared', { emails }, 'replace', 'emails[value co "zzz"]', '', { emails }],
    [
      'what chooses nobody is not added to',
      { emails },
      'add',
      'emails[not (value pr)].display',
      null,
      { emails },
    ],
    ['nothing added to the chosen', { emails }, 'add', 'emails[type eq "work"]', null, { emails }],
    ['the chosen cleared', { emails }, 'replace', 'emails[type eq "work"]', null, { emails: [home] }],
    [
      'a replaced element keeps what chose it, in any case',
      { emails: [{ ...work, display: 'W' }, home] },
      'replace',
      'emails[TYPE eq "work" and value pr]',
      { display: 'D' },
      { emails: [{ ...work, display: 'D' }, home] },
    ],
    [
      'an added one keeps all',
      { emails: [{ ...work, display: 'W' }, home] },
      'add',
      'emails[type eq "work"]',
      { value: 'n@x' },
      { emails: [{ type: 'work', value: 'n@x', display: 'W' }, home] },
    ],
    [
      'one that is left with labels alone goes, the others stay',
      { emails: [{ type: 'work', display: 'W' }, home] },
      'remove',
      'emails[type eq "work"].display',
      undefined,
      { emails: [home] },
    ],
    [
      'the same type at another place is another address',
      { addresses: [{ type: 'work', locality: 'A' }] },
      'add',
      'addresses',
      [
        { type: 'work', locality: 'B' },
        { type: 'work', locality: 'A' },
      ],
      {
        addresses: [
          { type: 'work', locality: 'A' },
          { type: 'work', locality: 'B' },
        ],
      },
    ],
    [
      'the same value and type is brought up to date',
      { emails },
      'add',
      'emails',
      [
        { ...work, display: 'W' },
        { type: 'other', value: 'w@x' },
      ],
      { emails: [{ ...work, display: 'W' }, home, { type: 'other', value: 'w@x' }] },
    ],
  ])('%s', (_, before, op, path, value, expected) => {
    expect(outcomeOf(before, op, path, value)).toStrictEqual(expected);
  });

  const roles = [
    { value: 'Admin', type: 'a', primary: true },
    { value: 'Reader', type: 'a' },
    { value: 'Admin', display: 'D' },
  ];

  test.each<[string, string, Json, JsonObject]>([
    ['by value, without case', 'roles', [{ value: 'ADMIN' }], { roles: [roles[1] ?? null] }],
    ['by bare value', 'roles', 'reader', { roles: [roles[0] ?? null, roles[2] ?? null] }],
    ['by all that is named', 'roles', { value: 'admin', type: 'A' }, { roles: roles.slice(1) }],
    ['by a flag', 'roles', { value: 'admin', primary: 'True' }, { roles: roles.slice(1) }],
    ['by what some lack', 'roles', { value: 'admin', display: 'd' }, { roles: roles.slice(0, 2) }],
    ['nobody of another value', 'roles', { value: 'none' }, { roles }],
    ['nobody of an empty list', 'roles', [], { roles }],
  ])('values are removed %s', (_, path, value, expected) => {
    expect(outcomeOf({ roles }, 'remove', path, value)).toStrictEqual(expected);
  });

  test('binary values are removed with regard to case', () => {
    const x509Certificates = [{ value: 'AbC' }];
    expect(outcomeOf({ x509Certificates }, 'remove', 'x509Certificates', [{ value: 'abc' }])).toStrictEqual({
      x509Certificates,
    });
    expect(outcomeOf({ x509Certificates }, 'remove', 'x509Certificates', [{ value: 'AbC' }])).toStrictEqual(
      {},
    );
  });
});

describe('complex attributes and extensions after an operation', () => {
  const name = { givenName: 'G', familyName: 'F' };

  test.each<[string, JsonObject, string, string, Json | undefined, JsonObject]>([
    [
      'a part is removed, whatever value comes with it',
      { name },
      'remove',
      'name.givenName',
      'x',
      { name: { familyName: 'F' } },
    ],
    [
      'the whole is removed, whatever value comes with it',
      { name },
      'remove',
      'name',
      { givenName: 'x' },
      {},
    ],
    [
      'an unknown part is passed over',
      { name },
      'replace',
      'name',
      { givenName: 'H', nothing: 1 },
      { name: { ...name, givenName: 'H' } },
    ],
    [
      'a filter that it fulfils',
      { name },
      'replace',
      'name[givenName eq "g"].familyName',
      'X',
      { name: { ...name, familyName: 'X' } },
    ],
    [
      'a filter that it does not fulfil removes nothing',
      { name },
      'remove',
      'name[givenName eq "z"]',
      undefined,
      { name },
    ],
    [
      'an extension is removed, whatever value comes with it',
      { [enterprise]: { department: 'D' } },
      'remove',
      enterprise,
      { department: 'D' },
      {},
    ],
    ['an extension is cleared', { [enterprise]: { department: 'D' } }, 'replace', enterprise, null, {}],
    [
      'an extension is not cleared by an addition',
      { [enterprise]: { department: 'D' } },
      'add',
      enterprise,
      '',
      { [enterprise]: { department: 'D' } },
    ],
  ])('%s', (_, before, op, path, value, expected) => {
    expect(outcomeOf(before, op, path, value)).toStrictEqual(expected);
  });
});

/** `null` stands for a field that is gone. */
describe('extensions that only the client knows', () => {
  const before = { [badge]: { level: 1, tags: ['a'], holder: { first: 'A', last: 'B' }, text: 'abc' } };
  const fields = before[badge];

  test.each<[string, string, string, Json | undefined, JsonObject]>([
    [
      'a field is removed, whatever value comes with it',
      'remove',
      `${badge}:level`,
      2,
      { ...fields, level: null },
    ],
    ['a field is cleared by an empty text', 'add', `${badge}:level`, '', { ...fields, level: null }],
    ['a list is cleared by an empty one', 'replace', `${badge}:tags`, [], { ...fields, tags: null }],
    ['a list stays when nothing is added', 'add', `${badge}:tags`, [], fields],
    ['a list grows by what is new', 'add', `${badge}:tags`, ['b', 'a'], { ...fields, tags: ['a', 'b'] }],
    ['a list is replaced', 'replace', `${badge}:tags`, ['b'], { ...fields, tags: ['b'] }],
    [
      'an object gains fields',
      'add',
      `${badge}:holder`,
      { first: 'C' },
      { ...fields, holder: { first: 'C', last: 'B' } },
    ],
    ['an object becomes a text', 'replace', `${badge}:holder`, 'H', { ...fields, holder: 'H' }],
    ['a text becomes an object', 'add', `${badge}:text`, { a: 1 }, { ...fields, text: { a: 1 } }],
    [
      'a field within a field',
      'replace',
      `${badge}:Holder.First`,
      'C',
      { ...fields, holder: { first: 'C', last: 'B' } },
    ],
    [
      'secrets are never kept',
      'add',
      badge,
      { password: 'x', pin: { Password: 'y', a: 1 } },
      { ...fields, pin: { a: 1 } },
    ],
    [
      'a name that is none is passed over',
      'add',
      badge,
      JSON.parse('{"__proto__":{"a":1},"b":2}'),
      { ...fields, b: 2 },
    ],
  ])('%s', (_, op, path, value, expected) => {
    const given = Object.entries(expected).filter(([, inner]) => inner !== null);
    expect(outcomeOf(before, op, path, value)).toEqual({ [badge]: Object.fromEntries(given) });
  });
});

describe('what an operation cannot do, with the attribute and the reason (E §8)', () => {
  const long = 'x'.repeat(200);
  const tooLong = 'x'.repeat(limits.textCharactersMax + 1);

  test.each<[string, string, Json, string]>([
    ['replace', 'name.givenName', 5, 'invalid-value: name.givenName must be a text, not a number.'],
    ['replace', 'name', 5, 'invalid-value: name must be an object, not a number.'],
    ['replace', 'name', { GivenName: {} }, 'invalid-value: name.givenName must be a text, not an object.'],
    [
      'replace',
      'name[givenName eq "z"].familyName',
      'x',
      'no-target: Nothing matches name[givenName eq "z"].familyName.',
    ],
    [
      'replace',
      `name[givenName eq "${long}"]`,
      {},
      `no-target: Nothing matches ${`name[givenName eq "${long}`.slice(0, 100)}.`,
    ],
    ['add', 'emails[type ne "work"].value', 'x', 'no-target: Nothing matches emails[type ne "work"].value.'],
    ['add', 'emails[type pr].value', 'x', 'no-target: Nothing matches emails[type pr].value.'],
    ['add', 'emails[display eq ""].value', 'x', 'no-target: Nothing matches emails[display eq ""].value.'],
    [
      'add',
      `emails[display co "${long}"].value`,
      'x',
      `no-target: Nothing matches ${`emails[display co "${long}`.slice(0, 100)}.`,
    ],
    [
      'add',
      'emails[primary eq "maybe"].value',
      'x',
      'invalid-value: emails.primary must be true or false, not a string.',
    ],
    [
      'replace',
      `${enterprise}:department`,
      5,
      `invalid-value: ${enterprise}:department must be a text, not a number.`,
    ],
    ['replace', enterprise, 'x', `invalid-value: ${enterprise} must be an object, not a string.`],
    ['replace', 'groups', [], 'read-only: groups is made by the service and cannot be changed.'],
    ['remove', 'userName', null, 'read-only: userName is required and cannot be removed.'],
    ['replace', 'userName', '', 'invalid-value: userName is required and cannot be empty.'],
    [
      'add',
      `${badge}:a[value eq "1"]`,
      'x',
      'invalid-path: a is a custom attribute, which has no value filters.',
    ],
    [
      'add',
      `${badge}:a${long}[value eq "1"]`,
      'x',
      `invalid-path: a${'x'.repeat(99)} is a custom attribute, which has no value filters.`,
    ],
    ['add', `${badge}:a`, tooLong, `invalid-value: a is longer than ${limits.textCharactersMax} characters.`],
  ])('%s %.60s %.20j', (op, path, value, refusal) => {
    const before = { name: { givenName: 'G' }, [badge]: { b: 1 } };
    expect(refusalOf(() => run(before, [{ op, path, value }]))).toBe(refusal);
  });

  test('an extension of the client is an object', () => {
    const operation = { op: 'replace', path: badge, value: 'x' };
    expect(refusalOf(() => run({ [badge]: { a: 1 } }, [operation]))).toBe(
      `invalid-value: ${badge} must be an object, not a string.`,
    );
  });

  test.each([
    'emails[type eq "work" and nothing eq "x"].value',
    'emails[nothing eq "x" and type eq "work"].value',
    'emails[type eq "work" or (nothing pr or value pr)].value',
    'emails[type.x eq "work"].value',
    'emails[urn:x:type eq "work"].value',
  ])('%s names what does not exist: it is remembered and passed over (E §5.3)', (path) => {
    const outcome = run({ emails }, [{ op: 'replace', path, value: 'n@x' }]);
    expect([outcome.attributes, outcome.raw.patched]).toEqual([
      { userName: 'ann', emails },
      { [path]: 'n@x' },
    ]);
  });
});

describe('the record of what was sent', () => {
  test('holds an entry of the longest length, and no longer one', () => {
    const max = 'x'.repeat(limits.patchedCharactersMax - JSON.stringify(['a', '']).length);
    const full = run({}, [{ op: 'add', path: 'a', value: max }], { old: 1 });
    expect([full.changed, full.raw.patched]).toEqual([true, { a: max }]);
    const over = run({}, [{ op: 'add', path: 'a', value: `${max}x` }], { old: 1 });
    expect([over.changed, over.raw.patched]).toEqual([false, { old: 1 }]);
  });

  test('a path that is said twice stands where it was said last', () => {
    const { raw } = run({}, [
      { op: 'add', path: 'a', value: 1 },
      { op: 'add', path: 'b', value: 2 },
      { op: 'add', path: 'a', value: 3 },
    ]);
    expect(Object.entries(raw.patched)).toEqual([
      ['b', 2],
      ['a', 3],
    ]);
  });

  test('has no entry for a prototype', () => {
    const { changed, raw } = run({}, [{ op: 'add', value: JSON.parse('{"__proto__":{"a":1}}') }]);
    expect([changed, raw.patched]).toEqual([false, {}]);
  });
});
