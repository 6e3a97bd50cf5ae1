import type { Json, JsonObject } from '../../../shared/model/json.ts';
import type { RefusalCode } from '../../../shared/model/refusal.ts';

export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const badge = 'urn:ietf:params:scim:schemas:extension:Badge:2.0:User';

/** A PATCH on a user that was sent by a real client or is owed to a standard: `E` entra-client.md, `P` scim-peers.md. */
export interface PatchCase {
  readonly source: string;
  readonly before?: JsonObject;
  readonly operations: readonly Json[];
  /** Attributes beside userName afterwards; a code when the whole request is refused. */
  readonly expected: JsonObject | { readonly refused: RefusalCode };
}

const op = (name: string, path: string | undefined, value?: Json): Json => ({
  op: name,
  ...(path !== undefined && { path }),
  ...(value !== undefined && { value }),
});
const work = { type: 'work', value: 'a@b.example' };
const home = { type: 'home', value: 'h@b.example' };

export const patchCases: readonly PatchCase[] = [
  {
    source: 'E D1: Replace sets what is not there',
    operations: [op('Replace', 'displayName', 'X')],
    expected: { displayName: 'X' },
  },
  {
    source: 'E D1, P32: Add overwrites a single value',
    before: { displayName: 'old', externalId: 'o', title: 't' },
    operations: [op('Add', 'displayName', 'X'), op('Add', 'externalId', 'e'), op('Add', 'title', 'T')],
    expected: { displayName: 'X', externalId: 'e', title: 'T' },
  },
  {
    source: 'E D2: one operation per attribute, dotted and with a URN',
    operations: [op('Replace', 'name.givenName', 'G'), op('Replace', `${enterprise}:employeeNumber`, '7')],
    expected: { name: { givenName: 'G' }, [enterprise]: { employeeNumber: '7' } },
  },
  {
    source: 'E D3, P15: booleans as text',
    before: { active: true },
    operations: [op('Replace', 'active', 'False')],
    expected: { active: false },
  },
  {
    source: 'E D3: Add of active with a boolean',
    operations: [op('Add', 'active', false)],
    expected: { active: false },
  },
  {
    source: 'E D4, P16: a value path makes the element it names',
    operations: [op('Replace', 'emails[type eq "work"].value', 'a@b.example')],
    expected: { emails: [work] },
  },
  {
    source: 'E D4: a new element beside those of other types',
    before: { emails: [home] },
    operations: [op('Add', 'emails[type eq "work"].value', 'a@b.example')],
    expected: { emails: [home, work] },
  },
  {
    source: 'E D4, P19, §5.3.5: parts of one address in one request, siblings survive',
    before: { addresses: [{ type: 'work', country: 'C' }] },
    operations: [
      op('Add', 'addresses[type eq "work"].streetAddress', 'S'),
      op('Add', 'addresses[type eq "work"].locality', 'L'),
    ],
    expected: { addresses: [{ type: 'work', country: 'C', streetAddress: 'S', locality: 'L' }] },
  },
  {
    source: 'E D4: the captured mix of three operations',
    operations: [
      op('Replace', 'emails[type eq "work"].value', 'a@b.example'),
      op('Replace', 'addresses[type eq "work"].formatted', 'F'),
      op('Add', `${enterprise}:department`, 'D'),
    ],
    expected: {
      emails: [work],
      addresses: [{ type: 'work', formatted: 'F' }],
      [enterprise]: { department: 'D' },
    },
  },
  {
    source: 'E D5, P17: several operations make one element, primary as text',
    operations: [
      op('Add', 'emails[type eq "work"].primary', 'True'),
      op('Add', 'emails[type eq "work"].value', 'a@b.example'),
      op('Add', 'emails[type eq "work"].display', 'd'),
    ],
    expected: { emails: [{ ...work, primary: true, display: 'd' }] },
  },
  {
    source: 'E D5: an element of labels alone is none',
    operations: [op('Add', 'emails[type eq "work"].primary', true)],
    expected: {},
  },
  {
    source: 'E D6, P28: a boolean compared with text, element made',
    operations: [
      op('Add', 'roles[primary eq "True"].value', 'Admin'),
      op('Add', 'roles[primary eq "True"].display', 'Adm'),
      op('Add', 'roles[primary eq "True"].type', 'App'),
    ],
    expected: { roles: [{ primary: true, value: 'Admin', display: 'Adm', type: 'App' }] },
  },
  {
    source: 'E D6: a boolean compared with text, element there',
    before: { roles: [{ primary: true, value: 'Old' }] },
    operations: [op('Replace', 'roles[primary eq "True"].value', 'New')],
    expected: { roles: [{ primary: true, value: 'New' }] },
  },
  {
    source: 'E D7, P29: roles whose value is a JSON document',
    before: { roles: [{ value: 'R' }] },
    operations: [op('Add', 'roles', [{ value: '{"id":"1","value":"Admin"}' }])],
    expected: { roles: [{ value: 'R' }, { value: '{"id":"1","value":"Admin"}' }] },
  },
  {
    source: 'E D8, P20: the manager as text',
    operations: [op('Add', `${enterprise}:manager`, 'm1')],
    expected: { [enterprise]: { manager: { value: 'm1' } } },
  },
  {
    source: 'E D8, P22: the manager replaced',
    before: { [enterprise]: { manager: { value: 'm1' }, department: 'D' } },
    operations: [op('replace', `${enterprise}:manager`, 'm2')],
    expected: { [enterprise]: { manager: { value: 'm2' }, department: 'D' } },
  },
  {
    source: 'E D8, P22: the manager removed by empty text',
    before: { [enterprise]: { manager: { value: 'm1' } } },
    operations: [op('replace', `${enterprise}:manager`, '')],
    expected: {},
  },
  {
    source: 'E §5.3.4: the manager removed by an empty value',
    before: { [enterprise]: { manager: { value: 'm1' }, department: 'D' } },
    operations: [op('replace', `${enterprise}:manager`, { value: '' })],
    expected: { [enterprise]: { department: 'D' } },
  },
  {
    source: 'E D8: the manager removed with its path',
    before: { [enterprise]: { manager: { value: 'm1' } } },
    operations: [op('Remove', `${enterprise}:manager`)],
    expected: {},
  },
  {
    source: 'E D8, P21: the manager as a list on its bare name',
    operations: [op('Add', 'manager', [{ $ref: 'http://x/Users/m1', value: 'm1' }])],
    expected: { [enterprise]: { manager: { value: 'm1' } } },
  },
  {
    source: 'E D8: the manager as an empty list',
    before: { [enterprise]: { manager: { value: 'm1' } } },
    operations: [op('Replace', 'manager', [])],
    expected: {},
  },
  {
    source: 'RFC 7643 §4.3: the display name of the manager is read-only',
    before: { [enterprise]: { manager: { value: 'm1' } } },
    operations: [op('replace', `${enterprise}:manager.displayName`, 'Boss')],
    expected: { [enterprise]: { manager: { value: 'm1' } } },
  },
  {
    source: 'E F2, P18: keys of an operation without a path are paths',
    operations: [
      op('replace', undefined, {
        displayName: 'Bjfe',
        'name.givenName': 'Kkom',
        'name.familyName': 'Unua',
        [`${enterprise}:employeeNumber`]: 'Aklq',
        'emails[type eq "work"].value': 'a@b.example',
      }),
    ],
    expected: {
      displayName: 'Bjfe',
      name: { givenName: 'Kkom', familyName: 'Unua' },
      [enterprise]: { employeeNumber: 'Aklq' },
      emails: [work],
    },
  },
  {
    source: 'E F3: the same with add',
    operations: [op('add', undefined, { displayName: 'D', title: 'T', 'name.givenName': 'G' })],
    expected: { displayName: 'D', title: 'T', name: { givenName: 'G' } },
  },
  {
    source: 'E F4: both kinds of operation in one request',
    operations: [
      op('replace', undefined, { displayName: 'D' }),
      op('replace', 'emails[type eq "work"].value', 'a@b.example'),
    ],
    expected: { displayName: 'D', emails: [work] },
  },
  {
    source: 'E F7, P30: a replaced list is exact',
    before: { roles: [{ value: 'A' }, { value: 'B' }] },
    operations: [op('replace', 'roles', [{ value: 'B' }, { value: 'C', primary: true }])],
    expected: { roles: [{ value: 'B' }, { value: 'C', primary: true }] },
  },
  {
    source: 'E F8: userName and active without a path',
    before: { active: true },
    operations: [op('replace', undefined, { active: false, userName: 'someone' })],
    expected: { active: false, userName: 'someone' },
  },
  {
    source: 'E §5.3.1: names, ops, URNs and type literals without case',
    before: { emails: [work] },
    operations: [
      op('RePlAcE', 'EMAILS[TYPE eq "WORK"].VALUE', 'n@b.example'),
      op('ADD', `${enterprise.toUpperCase()}:DEPARTMENT`, 'D'),
    ],
    expected: { emails: [{ type: 'work', value: 'n@b.example' }], [enterprise]: { department: 'D' } },
  },
  {
    source: 'E §5.3.4, P24: null and empty text clear, with and without a path',
    before: {
      title: 't',
      nickName: 'n',
      name: { givenName: 'g', familyName: 'f' },
      emails: [work, home],
      [enterprise]: { department: 'D' },
    },
    operations: [
      op('replace', 'title', ''),
      op('replace', undefined, { nickName: null, 'name.givenName': '' }),
      op('replace', 'emails[type eq "work"].value', null),
      op('replace', `${enterprise}:department`, ''),
    ],
    expected: { name: { familyName: 'f' }, emails: [home] },
  },
  {
    source: 'P24: an element is removed when its value goes',
    before: { emails: [{ ...work, display: 'd', primary: true }] },
    operations: [op('replace', 'emails[type eq "work"].value', '')],
    expected: {},
  },
  {
    source: 'E §5.3.4: a cleared list is gone',
    before: { emails: [work], roles: [{ value: 'R' }] },
    operations: [op('replace', 'emails', []), op('replace', 'roles', null)],
    expected: {},
  },
  {
    source: 'RFC 7644 §3.5.2.1: adding nothing to a list leaves it',
    before: { emails: [work] },
    operations: [op('add', 'emails', [])],
    expected: { emails: [work] },
  },
  {
    source: 'E §5.3.6: unknown attributes do not hold up a disable',
    before: { active: true },
    operations: [
      op('add', 'favouriteColour', 'red'),
      op('replace', 'emails[colour eq "red"].value', 'x'),
      op('replace', undefined, { active: 'False', 'some thing': 1, 'a.b.c': 2 }),
    ],
    expected: { active: false },
  },
  {
    source: 'T25: a removal whose filter names an unknown attribute removes nothing',
    before: { emails: [work] },
    operations: [op('remove', 'emails[not (colour eq "red")]')],
    expected: { emails: [work] },
  },
  {
    source: 'P31: a Remove that carries a value',
    before: { emails: [work, home] },
    operations: [op('Remove', 'emails[type eq "work"].value', 'a@b.example')],
    expected: { emails: [home] },
  },
  {
    source: 'E D10 on other lists: Remove with values removes only those',
    before: { roles: [{ value: 'A', display: 'a' }, { value: 'B' }, { value: 'C' }] },
    operations: [op('Remove', 'roles', [{ value: 'a' }, { value: 'C' }, { value: 'Z' }])],
    expected: { roles: [{ value: 'B' }] },
  },
  {
    source: 'RFC 7644 §3.5.2.2: remove of a list, an element, a part and a single value',
    before: {
      title: 't',
      roles: [{ value: 'A' }],
      emails: [{ ...work, display: 'd' }, home],
      name: { givenName: 'g' },
    },
    operations: [
      op('remove', 'title'),
      op('remove', 'roles'),
      op('remove', 'emails[type eq "home"]'),
      op('remove', 'emails.display'),
      op('remove', 'name.givenName'),
    ],
    expected: { emails: [work] },
  },
  {
    source: 'E §5.3.3: removing what is not there is success',
    before: { emails: [work] },
    operations: [
      op('remove', 'title'),
      op('remove', 'emails[type eq "fax"]'),
      op('remove', 'emails[type eq "fax"].value'),
    ],
    expected: { emails: [work] },
  },
  {
    source: 'P35: a value path reaches every element it chooses',
    before: { emails: [work, { type: 'work', value: 'b@b.example' }] },
    operations: [op('replace', 'emails[type eq "work"].display', 'd')],
    expected: {
      emails: [
        { ...work, display: 'd' },
        { type: 'work', value: 'b@b.example', display: 'd' },
      ],
    },
  },
  {
    source: 'RFC 7644 §3.5.2: a new primary takes it from the old one',
    before: { emails: [{ ...work, primary: true }, home] },
    operations: [op('replace', 'emails[type eq "home"].primary', true)],
    expected: {
      emails: [
        { ...work, primary: false },
        { ...home, primary: true },
      ],
    },
  },
  {
    source: 'RFC 7644 §3.5.2: an added primary takes it from the old one',
    before: { emails: [{ ...work, primary: true }] },
    operations: [op('add', 'emails', [{ ...home, primary: true }])],
    expected: {
      emails: [
        { ...work, primary: false },
        { ...home, primary: true },
      ],
    },
  },
  {
    source: 'RFC 7643 §2.4: value and type are not repeated',
    before: { emails: [work] },
    operations: [op('add', 'emails', [{ ...work, primary: true }, home])],
    expected: { emails: [{ ...work, primary: true }, home] },
  },
  {
    source: 'RFC 7644 §3.5.2.3: an element replaced as a whole keeps what chose it',
    before: { emails: [{ ...work, display: 'd' }] },
    operations: [op('replace', 'emails[type eq "work"]', { value: 'n@b.example' })],
    expected: { emails: [{ type: 'work', value: 'n@b.example' }] },
  },
  {
    source: 'RFC 7644 §3.5.2.1: an element added to keeps its other parts',
    before: { emails: [{ ...work, display: 'd' }] },
    operations: [op('add', 'emails[type eq "work"]', { value: 'n@b.example' })],
    expected: { emails: [{ type: 'work', value: 'n@b.example', display: 'd' }] },
  },
  {
    source: 'RFC 7644 §3.5.2: clearing an element chosen by a filter',
    before: { emails: [work, home] },
    operations: [op('replace', 'emails[type eq "work"]', null), op('add', 'emails[type eq "home"]', null)],
    expected: { emails: [home] },
  },
  {
    source: 'RFC 7644 §3.5.2.3: parts of a complex value that are not named stay',
    before: { name: { givenName: 'g', familyName: 'f', middleName: 'm' } },
    operations: [
      op('replace', 'name', { givenName: 'G', middleName: null }),
      op('add', undefined, { name: { formatted: 'F' } }),
    ],
    expected: { name: { givenName: 'G', familyName: 'f', formatted: 'F' } },
  },
  {
    source: 'RFC 7644 §3.5.2: a complex value removed, and cleared',
    before: { name: { givenName: 'g' }, [enterprise]: { manager: { value: 'm' }, costCenter: 'c' } },
    operations: [op('replace', 'name', null), op('remove', `${enterprise}:manager.value`)],
    expected: { [enterprise]: { costCenter: 'c' } },
  },
  {
    source: 'RFC 7644 §3.5.2: a sub-attribute of a list without a filter',
    before: {
      phoneNumbers: [
        { type: 'work', value: '1' },
        { type: 'fax', value: '2' },
      ],
    },
    operations: [op('replace', 'phoneNumbers.display', 'd'), op('add', 'ims.value', 'im')],
    expected: {
      phoneNumbers: [
        { type: 'work', value: '1', display: 'd' },
        { type: 'fax', value: '2', display: 'd' },
      ],
      ims: [{ value: 'im' }],
    },
  },
  {
    source: 'RFC 7644 §3.5.2: a value chosen on a single complex value',
    before: { [enterprise]: { manager: { value: 'm1' } } },
    operations: [
      op('remove', `${enterprise}:manager[value eq "other"]`),
      op('replace', 'manager[value eq "M1"].value', 'M1'),
    ],
    expected: { [enterprise]: { manager: { value: 'M1' } } },
  },
  {
    source: 'RFC 7643 §3.3: the enterprise extension as a whole',
    before: { [enterprise]: { department: 'D', division: 'V', costCenter: 'C' } },
    operations: [
      op('replace', enterprise, { department: 'E', division: null, unknown: 1 }),
      op('add', enterprise, null),
    ],
    expected: { [enterprise]: { department: 'E', costCenter: 'C' } },
  },
  {
    source: 'RFC 7643 §3.3: the enterprise extension without a path, then removed',
    before: { [enterprise]: { department: 'D' } },
    operations: [op('add', undefined, { [enterprise]: { division: 'V' } }), op('remove', enterprise)],
    expected: {},
  },
  {
    source: 'RFC 7643 §3.3: the enterprise extension cleared',
    before: { [enterprise]: { department: 'D' } },
    operations: [op('replace', enterprise, '')],
    expected: {},
  },
  {
    source: 'E §6.1.4: custom extensions by path and by key',
    operations: [
      op('add', `${badge}:colour`, 'red'),
      op('replace', undefined, { [`${badge}:number`]: 7, [`${badge}:owner.name`]: 'o' }),
    ],
    expected: { [badge]: { colour: 'red', number: 7, owner: { name: 'o' } } },
  },
  {
    source: 'E §6.1.4: custom extensions are found in any case, and cleared',
    before: { [badge]: { colour: 'red', number: 7, owner: { name: 'o', level: 1 }, tags: ['a'] } },
    operations: [
      op('replace', `${badge.toUpperCase()}:COLOUR`, 'blue'),
      op('remove', `${badge}:number`),
      op('replace', `${badge}:owner.name`, ''),
      op('add', `${badge}:tags`, ['a', 'b']),
    ],
    expected: { [badge]: { colour: 'blue', owner: { level: 1 }, tags: ['a', 'b'] } },
  },
  {
    source: 'E §6.1.4: values of custom extensions are merged, replaced and kept',
    before: { [badge]: { owner: { name: 'o' }, tags: ['a'] } },
    operations: [
      op('add', `${badge}:owner`, { level: 2 }),
      op('replace', `${badge}:tags`, ['c']),
      op('add', `${badge}:tags`, []),
      op('add', `${badge}:tags`, 'd'),
      op('remove', `${badge}:owner.nothing`),
    ],
    expected: { [badge]: { owner: { name: 'o', level: 2 }, tags: ['c', 'd'] } },
  },
  {
    source: 'E §6.1.4: a custom extension as a whole',
    before: { [badge]: { colour: 'red', number: 7 }, 'urn:example:pass': { a: 1 } },
    operations: [
      op('replace', badge, { colour: null, size: 'L', password: 'secret' }),
      op('add', badge, null),
      op('remove', 'urn:example:pass'),
      op('add', 'urn:example:other', { b: 2 }),
    ],
    expected: { [badge]: { number: 7, size: 'L' }, 'urn:example:other': { b: 2 } },
  },
  {
    source: 'E §6.1.4: a custom extension removed and cleared',
    before: { [badge]: { colour: 'red' }, 'urn:example:pass': { a: { b: 1 } } },
    operations: [op('replace', badge, null), op('remove', 'urn:example:pass:a.b')],
    expected: {},
  },
  {
    source: 'T21: what is not an attribute changes nothing',
    operations: [
      op('add', undefined, {
        id: 'x',
        meta: { version: 'x' },
        groups: [{ value: 'g' }],
        schemas: ['x'],
        etag: 'x',
        partitionKey: 'p',
      }),
      op('add', 'rowKey', 'r'),
      op('add', 'schemas', ['urn:x']),
      op('add', 'members', [{ value: 'm' }]),
      op('replace', 'password', 'secret'),
      op('replace', undefined, { Password: 'secret' }),
    ],
    expected: {},
  },
  {
    source: 'E §11.1: Operations without an operation',
    before: { title: 't' },
    operations: [],
    expected: { title: 't' },
  },
  {
    source: 'RFC 7644 §3.5.2: id is read-only',
    operations: [op('replace', 'id', 'x')],
    expected: { refused: 'read-only' },
  },
  {
    source: 'RFC 7644 §3.5.2: meta is read-only',
    operations: [op('add', 'meta.version', 'x')],
    expected: { refused: 'read-only' },
  },
  {
    source: 'RFC 7644 §3.5.2: groups is read-only',
    operations: [op('remove', 'groups')],
    expected: { refused: 'read-only' },
  },
  {
    source: 'RFC 7644 §3.5.2.2: a required attribute stays',
    operations: [op('remove', 'userName')],
    expected: { refused: 'read-only' },
  },
  {
    source: 'P §4.8: empty text for a required attribute',
    operations: [op('replace', 'userName', '')],
    expected: { refused: 'invalid-value' },
  },
  {
    source: 'P §4.8: blank text for a required attribute',
    operations: [op('replace', 'userName', ' ')],
    expected: { refused: 'invalid-value' },
  },
  {
    source: 'E §5.3.2: one bad operation undoes the others',
    operations: [op('replace', 'title', 'T'), op('replace', 'active', 'perhaps')],
    expected: { refused: 'invalid-value' },
  },
  {
    source: 'RFC 7644 §3.5.2: a text where an object belongs',
    operations: [op('replace', 'name', 'x')],
    expected: { refused: 'invalid-value' },
  },
  {
    source: 'RFC 7644 §3.5.2: a number where a text belongs',
    operations: [op('replace', 'title', 7)],
    expected: { refused: 'invalid-value' },
  },
  {
    source: 'RFC 7644 §3.5.2: a text where an extension belongs',
    operations: [op('replace', enterprise, 'x')],
    expected: { refused: 'invalid-value' },
  },
  {
    source: 'RFC 7644 §3.5.2: an element that cannot be made from its filter',
    operations: [op('replace', 'emails[type ne "work"].value', 'x')],
    expected: { refused: 'no-target' },
  },
  {
    source: 'RFC 7644 §3.5.2: a manager that is not the one named',
    operations: [op('replace', `${enterprise}:manager[value eq "x"].value`, 'y')],
    expected: { refused: 'no-target' },
  },
  {
    source: 'E §5.3.6: brackets on a single value name nothing',
    operations: [op('replace', 'title[value eq "x"]', 'y')],
    expected: {},
  },
  {
    source: 'brackets on a custom attribute',
    operations: [op('replace', `${badge}:a[b eq "x"]`, 'y')],
    expected: { refused: 'invalid-path' },
  },
  {
    source: 'a broken value path among keys',
    operations: [op('replace', undefined, { 'emails[type eq': 'y' })],
    expected: { refused: 'invalid-path' },
  },
  {
    source: 'a custom extension that is a text',
    before: { [badge]: { a: 1 } },
    operations: [op('replace', badge, 'x')],
    expected: { refused: 'invalid-value' },
  },
];
