import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../shared/model/json.ts';
import { limits } from '../../../shared/model/limits.ts';
import { parseResource } from '../../../shared/scim/resource-body.ts';
import type { ResourceKind } from '../../../shared/scim/scim-directory.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const badge = 'urn:ietf:params:scim:schemas:extension:Badge:2.0:User';

const attributesOf = (body: JsonObject) => parseResource('User', { userName: 'ann', ...body }).attributes;

function refusalOf(kind: ResourceKind, body: Json): string {
  try {
    parseResource(kind, body);
  } catch (refusal) {
    const { code, message } = refusal as { code: string; message: string };
    return `${code}: ${message}`;
  }
  return 'accepted';
}

describe('parseResource of a user', () => {
  test("takes Entra's POST as it is (E §6.1)", () => {
    const body = {
      schemas: [core, enterprise, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User', 'urn:unknown'],
      externalId: 'mailnickname',
      userName: 'upn@contoso.com',
      active: true,
      addresses: [
        {
          primary: false,
          type: 'work',
          country: 'C',
          formatted: 'F\nG',
          locality: 'L',
          postalCode: 'P',
          region: 'R',
          streetAddress: 'S',
        },
      ],
      displayName: ' D ',
      emails: [{ primary: true, type: 'work', value: 'Up@contoso.com' }],
      meta: { resourceType: 'User' },
      name: { formatted: 'G F', familyName: 'F', givenName: 'G' },
      phoneNumbers: [
        { type: 'work', value: '1' },
        { type: 'mobile', value: '+2 (3)' },
      ],
      preferredLanguage: 'de',
      roles: [],
      title: 'T',
      [enterprise]: { department: 'D', employeeNumber: '7' },
    };
    const { schemas: _, meta: __, roles: ___, ...attributes } = body;
    expect(parseResource('User', body)).toEqual({ attributes, raw: { body, patched: {} } });
  });

  test('reads names in any case and booleans as text (P15, P27)', () => {
    expect(
      parseResource('User', {
        USERNAME: 'ann',
        Active: 'True',
        eMails: [{ Value: 'a@b', Primary: 'false', TYPE: 'work' }],
        Name: { GIVENNAME: 'G' },
        [enterprise.toLowerCase()]: { DEPARTMENT: 'D', Manager: { Value: 'm' } },
      }).attributes,
    ).toEqual({
      userName: 'ann',
      active: true,
      emails: [{ value: 'a@b', primary: false, type: 'work' }],
      name: { givenName: 'G' },
      [enterprise]: { department: 'D', manager: { value: 'm' } },
    });
  });

  test.each<[string, JsonObject, JsonObject]>([
    [
      'nulls, "" and [] mean unassigned (P25)',
      { title: null, nickName: '', emails: null, roles: [], name: {}, [enterprise]: null },
      {},
    ],
    [
      'parts that are empty are left out',
      { name: { givenName: '', familyName: null, middleName: 'm' } },
      { name: { middleName: 'm' } },
    ],
    [
      'a complex value of empty parts is none',
      { name: { givenName: '' }, [enterprise]: { manager: {}, department: '' } },
      {},
    ],
    [
      'elements without a value are left out',
      {
        emails: [
          { type: 'work', value: '' },
          { type: 'home' },
          null,
          '',
          { type: 'x', value: null, display: 'd' },
          { value: 'v' },
        ],
      },
      { emails: [{ value: 'v' }] },
    ],
    ['an address of labels alone is none', { addresses: [{ type: 'work', primary: true }] }, {}],
    [
      'an element without a value but with a name stays',
      { roles: [{ display: 'd' }] },
      { roles: [{ display: 'd' }] },
    ],
    [
      'bare texts are values',
      { roles: ['Admin', 'User'] },
      { roles: [{ value: 'Admin' }, { value: 'User' }] },
    ],
    ['one element without a list', { emails: { value: 'v' } }, { emails: [{ value: 'v' }] }],
    [
      'only one primary stays (RFC 7643 §2.4)',
      {
        emails: [
          { value: 'a', primary: false },
          { value: 'b', primary: true },
          { value: 'c', primary: 'True' },
        ],
      },
      {
        emails: [
          { value: 'a', primary: false },
          { value: 'b', primary: true },
          { value: 'c', primary: false },
        ],
      },
    ],
    [
      'values of one type repeat (P35)',
      {
        emails: [
          { type: 'work', value: 'a' },
          { type: 'work', value: 'b' },
        ],
      },
      {
        emails: [
          { type: 'work', value: 'a' },
          { type: 'work', value: 'b' },
        ],
      },
    ],
    [
      'what the service makes is ignored',
      { id: 'x', meta: { version: 'v' }, groups: [{ value: 'g' }], schemas: 'x' },
      {},
    ],
    [
      'unknown attributes are ignored',
      { department: 'D', manager: 'm', members: ['x'], etag: 'x', partitionKey: 'p', 'name.givenName': 'G' },
      {},
    ],
    [
      'unknown parts are ignored',
      { name: { givenName: 'G', nope: 1 }, emails: [{ value: 'v', nope: 1 }] },
      { name: { givenName: 'G' }, emails: [{ value: 'v' }] },
    ],
    [
      'the manager as text (E §6.1.3)',
      { [enterprise]: { manager: 'm' } },
      { [enterprise]: { manager: { value: 'm' } } },
    ],
    [
      'the manager as a list',
      { [enterprise]: { manager: [{ $ref: 'x', value: 'm', displayName: 'M' }] } },
      { [enterprise]: { manager: { value: 'm' } } },
    ],
    [
      'the manager as nothing',
      { [enterprise]: { manager: [], department: 'D' } },
      { [enterprise]: { department: 'D' } },
    ],
    [
      'attributes with a URN',
      {
        [`${core}:title`]: 'T',
        [`${enterprise}:department`]: 'D',
        [`${badge}:colour`]: 'red',
        [`${badge}:owner`]: { a: 1 },
      },
      { title: 'T', [enterprise]: { department: 'D' }, [badge]: { colour: 'red', owner: { a: 1 } } },
    ],
    [
      'attributes with a URN beside the extension',
      {
        [enterprise]: { division: 'V' },
        [`${enterprise}:department`]: 'D',
        [badge]: { a: 1 },
        [`${badge}:b`]: 2,
      },
      { [enterprise]: { division: 'V', department: 'D' }, [badge]: { a: 1, b: 2 } },
    ],
    [
      'custom extensions are kept as they are (E §6.1.4)',
      {
        [badge]: { Colour: 'red', deep: { list: [1, null] }, none: null, empty: '', password: 'secret' },
        'urn:example:x': { a: true },
      },
      { [badge]: { Colour: 'red', deep: { list: [1, null] } }, 'urn:example:x': { a: true } },
    ],
    [
      'custom extensions without fields are none',
      { [badge]: { none: null }, 'urn:example:x': 'text', [`${badge}:a.b`]: 'x' },
      { 'urn:example': { x: 'text' } },
    ],
    [
      'URNs of ours that are not extensions hold nothing',
      {
        'urn:ietf:params:scim:schemas:core:2.0:Group': { displayName: 'x' },
        'urn:ietf:params:scim:api:messages:2.0:PatchOp': { a: 1 },
        [core]: { title: 'x' },
      },
      {},
    ],
    ['keys with a colon that are no URN', { 'a:b': 'x', ':': 'x' }, {}],
    [
      'prototype names (T20)',
      JSON.parse(
        '{"constructor":{"x":1},"toString":"x","hasOwnProperty":1,"__proto__":{"title":"x"},"name":{"constructor":"x","__proto__":{"y":1},"givenName":"G"}}',
      ),
      { name: { givenName: 'G' } },
    ],
    [
      'text is kept character for character (P36)',
      { title: '  T\u0301 ', displayName: 'İ\n' },
      { title: '  T\u0301 ', displayName: 'İ\n' },
    ],
  ])('%s', (_, body, expected) => {
    expect(attributesOf(body)).toEqual({ userName: 'ann', ...expected });
  });

  test('keeps no password, wherever it is (P37)', () => {
    const draft = parseResource('User', {
      userName: 'ann',
      Password: 'secret',
      [`${core}:password`]: 'secret',
      nested: [{ password: 'secret', other: 1 }],
    });
    expect(draft).toEqual({
      attributes: { userName: 'ann' },
      raw: { body: { userName: 'ann', nested: [{ other: 1 }] }, patched: {} },
    });
  });

  const refusedBodies: readonly [Json, string][] = [
    [[], 'invalid-syntax: The body must be an object that is a User.'],
    [null, 'invalid-syntax: The body must be an object that is a User.'],
    [{}, 'invalid-value: userName is required.'],
    [{ userName: '' }, 'invalid-value: userName is required.'],
    [{ userName: null }, 'invalid-value: userName is required.'],
    [{ userName: '  ' }, 'invalid-value: userName must not be blank.'],
    [{ userName: 7 }, 'invalid-value: userName must be a text, not a number.'],
    [{ userName: ['a'] }, 'invalid-value: userName must be a text, not a list.'],
    [{ userName: 'a\nb' }, 'invalid-value: userName must not hold control characters.'],
    [{ userName: 'a', externalId: 'b\t' }, 'invalid-value: externalId must not hold control characters.'],
    [{ userName: 'a', active: 'yes' }, 'invalid-value: active must be true or false, not a string.'],
    [{ userName: 'a', active: 1 }, 'invalid-value: active must be true or false, not a number.'],
    [{ userName: 'a', title: { a: 1 } }, 'invalid-value: title must be a text, not an object.'],
    [{ userName: 'a', name: 'Ann' }, 'invalid-value: name must be an object, not a string.'],
    [
      { userName: 'a', name: [{ givenName: 'a' }, { givenName: 'b' }] },
      'invalid-value: name must be one value, not a list.',
    ],
    [
      { userName: 'a', name: { givenName: true } },
      'invalid-value: name.givenName must be a text, not a boolean.',
    ],
    [{ userName: 'a', emails: [7] }, 'invalid-value: emails must be an object, not a number.'],
    [{ userName: 'a', emails: [[{ value: 'x' }]] }, 'invalid-value: emails must be an object, not a list.'],
    [{ userName: 'a', emails: [{ value: 7 }] }, 'invalid-value: emails.value must be a text, not a number.'],
    [{ userName: 'a', addresses: ['x'] }, 'invalid-value: addresses must be an object, not a string.'],
    [{ userName: 'a', [enterprise]: 'x' }, `invalid-value: ${enterprise} must be an object, not a string.`],
    [
      { userName: 'a', [enterprise]: { manager: 7 } },
      `invalid-value: ${enterprise}:manager must be an object, not a number.`,
    ],
    [
      { userName: 'a', title: 'x'.repeat(limits.textCharactersMax + 1) },
      `invalid-value: title is longer than ${limits.textCharactersMax} characters.`,
    ],
    [
      { userName: 'a', [badge]: { a: [{ b: 'x'.repeat(limits.textCharactersMax + 1) }] } },
      `invalid-value: ${badge}:a is longer than ${limits.textCharactersMax} characters.`,
    ],
    [{ userName: 'a', title: 'x'.repeat(limits.textCharactersMax) }, 'accepted'],
    [{ userName: 'a', roles: Array(limits.valuesPerAttributeMax).fill('r') }, 'accepted'],
    [
      { userName: 'a', roles: Array(limits.valuesPerAttributeMax + 1).fill('r') },
      `invalid-value: roles has more than ${limits.valuesPerAttributeMax} values.`,
    ],
    [
      { userName: 'a', x: 'y'.repeat(limits.resourceBytesMax) },
      `too-large: The resource is larger than ${limits.resourceBytesMax} bytes.`,
    ],
    [
      { userName: 'a', x: 'é'.repeat(limits.resourceBytesMax / 2) },
      `too-large: The resource is larger than ${limits.resourceBytesMax} bytes.`,
    ],
    [{ userName: 'a', x: 'y'.repeat(limits.resourceBytesMax - 100) }, 'accepted'],
  ];

  test.each(
    refusedBodies.map(([body, expected]) => [JSON.stringify(body).slice(0, 60), body, expected] as const),
  )('answers %s', (_, body, expected) => {
    expect(refusalOf('User', body)).toBe(expected);
  });
});

describe('parseResource of a group', () => {
  test("takes Entra's POST as it is (E §6.2, P43)", () => {
    const body = {
      schemas: [
        'urn:ietf:params:scim:schemas:core:2.0:Group',
        'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      ],
      externalId: 'e',
      displayName: 'G',
      meta: { resourceType: 'Group' },
    };
    expect(parseResource('Group', body)).toEqual({
      attributes: { externalId: 'e', displayName: 'G' },
      raw: { body, patched: {} },
    });
  });

  test('reads members of every shape, each once, and keeps them out of the raw record (P44, P50)', () => {
    const draft = parseResource('Group', {
      displayName: 'G',
      Members: [
        { $ref: null, value: 'A' },
        'b',
        { Value: 'c', display: 'C', type: 'User' },
        { value: 'a' },
        { value: 'B' },
      ],
    });
    expect(draft).toEqual({
      attributes: { displayName: 'G' },
      members: [{ value: 'A' }, { value: 'b' }, { value: 'c' }],
      raw: { body: { displayName: 'G' }, patched: {} },
    });
  });

  test.each<[Json, readonly string[] | undefined]>([
    [[], []],
    [null, []],
    ['x', ['x']],
    [{ value: 'x' }, ['x']],
  ])('reads members %j', (members, expected) => {
    expect(parseResource('Group', { displayName: 'G', members }).members).toEqual(
      expected?.map((value) => ({ value })),
    );
  });

  test('reads members under the URN of the schema', () => {
    const key = 'urn:ietf:params:scim:schemas:core:2.0:Group:members';
    expect(parseResource('Group', { displayName: 'G', [key]: ['x'] })).toEqual({
      attributes: { displayName: 'G' },
      members: [{ value: 'x' }],
      raw: { body: { displayName: 'G' }, patched: {} },
    });
  });

  test('knows no enterprise extension', () => {
    expect(
      parseResource('Group', { displayName: 'G', [enterprise]: { department: 'D' }, userName: 'x' })
        .attributes,
    ).toEqual({
      displayName: 'G',
    });
  });

  test.each<[Json, string]>([
    [{}, 'invalid-value: displayName is required.'],
    [{ displayName: '' }, 'invalid-value: displayName is required.'],
    [{ displayName: 'a\rb' }, 'invalid-value: displayName must not hold control characters.'],
    [
      { displayName: 'G', members: [{}] },
      'invalid-value: members must each have a value, the id of a user or group.',
    ],
    [
      { displayName: 'G', members: [{ value: null }] },
      'invalid-value: members must each have a value, the id of a user or group.',
    ],
    [
      { displayName: 'G', members: [''] },
      'invalid-value: members must each have a value, the id of a user or group.',
    ],
    [{ displayName: 'G', members: [7] }, 'invalid-value: members.value must be a text, not a number.'],
    [
      { displayName: 'G', members: [{ value: {} }] },
      'invalid-value: members.value must be a text, not an object.',
    ],
    ['x', 'invalid-syntax: The body must be an object that is a Group.'],
  ])('answers %j with %s', (body, expected) => {
    expect(refusalOf('Group', body)).toBe(expected);
  });
});
