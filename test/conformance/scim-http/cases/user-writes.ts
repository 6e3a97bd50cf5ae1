import type { JsonValue, ScimCase, ScimStep } from '../scim-case.ts';
import {
  enterpriseUrn,
  get,
  list,
  patch,
  patchUrn,
  postUser,
  refused,
  remove,
  shownUser,
  some,
  userUrn,
} from './words.ts';

const extended = [userUrn, enterpriseUrn];

/** One PATCH on a user that has a name only, and what the user is then. */
function patched(
  name: string,
  operations: readonly JsonValue[],
  attributes: { readonly [name: string]: JsonValue },
): ScimCase {
  const schemas = Object.hasOwn(attributes, enterpriseUrn) ? extended : [userUrn];
  const shown = shownUser('u', { userName: 'u', ...attributes }, schemas);
  return {
    name,
    steps: [
      postUser({ userName: 'u' }, 'u'),
      patch('/Users/{u}', operations, shown),
      get('/Users/{u}', shown),
    ],
  };
}

/** Operations in order on one user, with what each answers. */
function sequence(
  name: string,
  changes: readonly (readonly [readonly JsonValue[], { readonly [name: string]: JsonValue }])[],
): ScimCase {
  const steps = changes.map(([operations, attributes]): ScimStep => {
    const schemas = Object.hasOwn(attributes, enterpriseUrn) ? extended : [userUrn];
    return patch('/Users/{u}', operations, shownUser('u', { userName: 'u', ...attributes }, schemas));
  });
  return { name, steps: [postUser({ userName: 'u' }, 'u'), ...steps] };
}

const work = (value: string) => ({ emails: [{ type: 'work', value }] });
const manager = `${enterpriseUrn}:manager`;
const managed = (value: string) => ({
  [enterpriseUrn]: { manager: { value } },
});

/** scim-peers §3.2 and §3.3, entra-client §5. */
export const userWriteCases: readonly ScimCase[] = [
  patched(
    'op in any case and a text boolean (scim-peers row 15, entra-client D1, D3; XE-03, XE-04)',
    [{ op: 'Replace', path: 'active', value: 'False' }],
    { active: false },
  ),
  patched(
    'a value path makes the entry that is missing (scim-peers row 16, entra-client D4)',
    [{ op: 'Add', path: 'emails[type eq "work"].value', value: 'u@x' }],
    work('u@x'),
  ),
  patched(
    'several operations on one missing entry make one entry (scim-peers rows 17, 19)',
    [
      { op: 'Add', path: 'addresses[type eq "work"].formatted', value: 'Here 1' },
      { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Here' },
      { op: 'Add', path: 'addresses[type eq "work"].primary', value: 'True' },
    ],
    { addresses: [{ type: 'work', formatted: 'Here 1', locality: 'Here', primary: true }] },
  ),
  patched(
    'keys of a value without path are paths (scim-peers row 18, entra-client F2, F8)',
    [
      {
        op: 'replace',
        value: {
          displayName: 'U',
          'name.givenName': 'Una',
          'name.familyName': 'Ulm',
          'emails[type eq "work"].value': 'u@x',
          [`${enterpriseUrn}:employeeNumber`]: '7',
          active: false,
        },
      },
    ],
    {
      displayName: 'U',
      name: { givenName: 'Una', familyName: 'Ulm' },
      emails: [{ type: 'work', value: 'u@x' }],
      active: false,
      [enterpriseUrn]: { employeeNumber: '7' },
    },
  ),
  patched(
    'the manager as text (scim-peers row 20, entra-client D8)',
    [{ op: 'Add', path: manager, value: 'm-1' }],
    managed('m-1'),
  ),
  patched(
    'the manager as a list on the bare path (scim-peers row 21)',
    [{ op: 'Add', path: 'manager', value: [{ $ref: null, value: 'm-1' }] }],
    managed('m-1'),
  ),
  sequence(
    'the manager set, replaced, then cleared by an empty text (scim-peers rows 22, 23; gallery Update_Manager)',
    [
      [[{ op: 'Add', path: manager, value: 'm-1' }], managed('m-1')],
      [[{ op: 'Add', path: manager, value: 'm-1' }], managed('m-1')],
      [[{ op: 'replace', path: manager, value: 'm-2' }], managed('m-2')],
      [[{ op: 'replace', path: manager, value: '' }], {}],
      [[{ op: 'add', path: manager, value: { value: 'm-3' } }], managed('m-3')],
      [[{ op: 'replace', path: manager, value: { value: '' } }], {}],
    ],
  ),
  sequence('empty text and null clear a value (scim-peers row 24, gallery SCIM_Null_Update)', [
    [
      [
        {
          op: 'replace',
          value: { title: 'T', nickName: 'N', 'name.givenName': 'G', 'emails[type eq "work"].value': 'u@x' },
        },
      ],
      { title: 'T', nickName: 'N', name: { givenName: 'G' }, ...work('u@x') },
    ],
    [
      [
        { op: 'replace', path: 'title', value: '' },
        { op: 'replace', value: { nickName: null, 'name.givenName': '' } },
        { op: 'replace', path: 'emails[type eq "work"].value', value: null },
      ],
      {},
    ],
  ]),
  {
    name: 'a body with nulls, empty lists, odd names and unknown schemas is taken (scim-peers rows 25, 26, 27; XE-12)',
    steps: [
      {
        send: {
          method: 'POST',
          path: '/Users',
          body: {
            schemas: [userUrn, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User', 'urn:x:unknown'],
            UserName: 'u',
            Active: 'True',
            roles: [],
            title: null,
            emails: null,
            id: 'mine',
            meta: { resourceType: 'User' },
          },
        },
        expect: { status: 201, body: shownUser2({ userName: 'u', active: true }) },
        keep: 'u',
      },
      get('/Users/{u}', shownUser('u', { userName: 'u', active: true })),
    ],
  },
  patched(
    'a role chosen by a text boolean (scim-peers row 28, entra-client D6)',
    [{ op: 'Add', path: 'roles[primary eq "True"].value', value: 'admin' }],
    { roles: [{ primary: true, value: 'admin' }] },
  ),
  patched(
    'roles as JSON in text are kept as they are (scim-peers row 29, entra-client D7)',
    [{ op: 'Add', path: 'roles', value: [{ value: '{"id":"1","value":"Admin","displayName":"Admin"}' }] }],
    { roles: [{ value: '{"id":"1","value":"Admin","displayName":"Admin"}' }] },
  ),
  sequence('a list replaced is exactly the new list (scim-peers row 30, entra-client F7)', [
    [
      [{ op: 'add', path: 'roles', value: [{ value: 'a' }, { value: 'b' }] }],
      { roles: [{ value: 'a' }, { value: 'b' }] },
    ],
    [[{ op: 'replace', path: 'roles', value: [{ value: 'c' }] }], { roles: [{ value: 'c' }] }],
  ]),
  sequence('a removal by value path that carries a value (scim-peers row 31)', [
    [[{ op: 'add', path: 'emails[type eq "work"].value', value: 'u@x' }], work('u@x')],
    [[{ op: 'Remove', path: 'emails[type eq "work"].value', value: 'u@x' }], {}],
  ]),
  sequence('add on a value that is set overwrites it (scim-peers row 32, entra-client D1)', [
    [[{ op: 'Add', path: 'displayName', value: 'One' }], { displayName: 'One' }],
    [[{ op: 'Add', path: 'displayName', value: 'Two' }], { displayName: 'Two' }],
  ]),
  {
    name: 'a rename onto a name that is held is 409, also in other case, and changes nothing (scim-peers row 33)',
    steps: [
      postUser({ userName: 'ada' }, 'ada'),
      postUser({ userName: 'bob' }, 'bob'),
      refused(
        {
          method: 'PATCH',
          path: '/Users/{bob}',
          body: {
            schemas: [patchUrn],
            Operations: [{ op: 'replace', value: { userName: 'ADA', title: 'T' } }],
          },
        },
        409,
        'uniqueness',
      ),
      get('/Users/{bob}', shownUser('bob', { userName: 'bob' })),
      refused(
        { method: 'PUT', path: '/Users/{bob}', body: { schemas: [userUrn], userName: 'ADA' } },
        409,
        'uniqueness',
      ),
      patch(
        '/Users/{bob}',
        [{ op: 'replace', path: 'userName', value: 'Bob2' }],
        shownUser('bob', { userName: 'Bob2' }),
      ),
      postUser({ userName: 'bob' }, 'next'),
    ],
  },
  patched(
    'the URN of an extension appears in schemas once it has a value (scim-peers row 34)',
    [{ op: 'add', path: `${enterpriseUrn}:department`, value: 'R&D' }],
    { [enterpriseUrn]: { department: 'R&D' } },
  ),
  {
    name: 'values are returned as they were sent (scim-peers row 36, entra-client §9.6)',
    steps: [
      postUser(
        {
          userName: '  U@X.com',
          phoneNumbers: [{ type: 'work', value: '+49 (0)89 / 1234-5' }],
          emails: [{ type: 'work', value: 'MiXed@X.com' }],
        },
        'u',
      ),
      get(
        '/Users/{u}',
        shownUser('u', {
          userName: '  U@X.com',
          phoneNumbers: [{ type: 'work', value: '+49 (0)89 / 1234-5' }],
          emails: [{ type: 'work', value: 'MiXed@X.com' }],
        }),
      ),
    ],
  },
  {
    name: 'an unknown extension is kept and returned (S3-17, entra-client §6.1.4)',
    steps: [
      postUser(
        { userName: 'u', 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User': { badge: '7' } },
        'u',
      ),
      get(
        '/Users/{u}',
        shownUser(
          'u',
          { userName: 'u', 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User': { badge: '7' } },
          [userUrn, 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User'],
        ),
      ),
      patch(
        '/Users/{u}',
        [{ op: 'replace', path: 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User:badge', value: '8' }],
        { ...some, 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User': { badge: '8' } },
      ),
    ],
  },
  {
    name: 'a PATCH is kept whole or not at all (RFC 7644 §3.5.2, T26)',
    steps: [
      postUser({ userName: 'u', title: 'Old' }, 'u'),
      refused(
        {
          method: 'PATCH',
          path: '/Users/{u}',
          body: {
            schemas: [patchUrn],
            Operations: [
              { op: 'replace', path: 'title', value: 'New' },
              { op: 'replace', path: 'active', value: 'perhaps' },
            ],
          },
        },
        400,
        'invalidValue',
      ),
      get('/Users/{u}', shownUser('u', { userName: 'u', title: 'Old' })),
    ],
  },
  {
    name: 'an op that is not understood is 400, never a silent 200 (XE-03)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      refused(
        {
          method: 'PATCH',
          path: '/Users/{u}',
          body: { schemas: [patchUrn], Operations: [{ op: 'upsert', path: 'title', value: 'New' }] },
        },
        400,
        'invalidSyntax',
      ),
    ],
  },
  {
    name: 'a PATCH without effect keeps the version, an empty one succeeds (entra-client §11.1, scim-peers §4.4)',
    steps: [
      postUser({ userName: 'u', title: 'T' }, 'u'),
      {
        send: { method: 'PATCH', path: '/Users/{u}', body: { schemas: [patchUrn], Operations: [] } },
        expect: { status: 200, headers: { etag: 'W/"1"' } },
      },
      {
        send: {
          method: 'PATCH',
          path: '/Users/{u}',
          body: { schemas: [patchUrn], Operations: [{ op: 'replace', path: 'title', value: 'T' }] },
        },
        expect: { status: 200, headers: { etag: 'W/"1"' } },
      },
      {
        send: {
          method: 'PATCH',
          path: '/Users/{u}',
          body: { schemas: [patchUrn], Operations: [{ op: 'replace', path: 'title', value: 'S' }] },
        },
        expect: { status: 200, headers: { etag: 'W/"2"' } },
      },
    ],
  },
  {
    name: 'PUT replaces all that is given and keeps the id; sent back as read it changes nothing (RFC 7644 §3.5.1, I13)',
    steps: [
      postUser({ userName: 'u', title: 'T', nickName: 'N' }, 'u'),
      {
        send: {
          method: 'PUT',
          path: '/Users/{u}',
          body: { schemas: [userUrn], id: 'other', userName: 'u', nickName: 'N' },
        },
        expect: {
          status: 200,
          headers: { etag: 'W/"2"', location: '{base}/Users/{u}' },
          body: shownUser('u', { userName: 'u', nickName: 'N' }),
        },
      },
      {
        send: {
          method: 'PUT',
          path: '/Users/{u}',
          body: {
            schemas: [userUrn],
            id: '{u}',
            userName: 'u',
            nickName: 'N',
            meta: { resourceType: 'User', version: 'W/"2"' },
          },
        },
        expect: { status: 200, headers: { etag: 'W/"2"' } },
      },
      refused(
        { method: 'PUT', path: '/Users/{u}', body: { schemas: [userUrn], nickName: 'N' } },
        400,
        'invalidValue',
      ),
      refused(
        {
          method: 'PUT',
          path: '/Users/019ab000-0000-7000-8000-000000000000',
          body: { schemas: [userUrn], userName: 'x' },
        },
        404,
      ),
    ],
  },
  {
    name: 'disabling and enabling keeps id, attributes and memberships (scim-peers row 38, XE-15, XE-16)',
    steps: [
      postUser({ userName: 'u', title: 'T', active: true }, 'u'),
      {
        send: { method: 'POST', path: '/Groups', body: { displayName: 'G', members: [{ value: '{u}' }] } },
        expect: { status: 201 },
        keep: 'g',
      },
      patch(
        '/Users/{u}',
        [{ op: 'Replace', path: 'active', value: 'False' }],
        shownUser('u', { userName: 'u', title: 'T', active: false }),
      ),
      get('/Groups/{g}', { ...some, members: [{ value: '{u}', type: 'User', $ref: '{base}/Users/{u}' }] }),
      patch(
        '/Users/{u}',
        [{ op: 'Replace', path: 'active', value: 'True' }],
        shownUser('u', { userName: 'u', title: 'T', active: true }),
      ),
      get(
        '/Users/{u}',
        shownUser('u', {
          userName: 'u',
          title: 'T',
          active: true,
          groups: [{ value: '{g}', $ref: '{base}/Groups/{g}', type: 'direct' }],
        }),
      ),
    ],
  },
  {
    name: 'a deleted user is gone for every verb, and its name is free (scim-peers rows 39, 40; T05)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      remove('/Users/{u}'),
      ...['GET', 'DELETE'].map((method) => refused({ method, path: '/Users/{u}' }, 404)),
      refused(
        {
          method: 'PATCH',
          path: '/Users/{u}',
          body: { schemas: [patchUrn], Operations: [{ op: 'replace', path: 'title', value: 'T' }] },
        },
        404,
      ),
      get('/Users?filter=userName+eq+"u"', list([])),
      postUser({ userName: 'u' }, 'again'),
      get('/Users/{again}', shownUser('again', { userName: 'u' })),
      refused({ method: 'GET', path: '/Users/{u}' }, 404),
    ],
  },
  {
    name: 'a second user of one name is 409 uniqueness, in other case, full width and when the first is inactive (scim-peers row 41, T04)',
    steps: [
      postUser({ userName: 'Straße', active: false }, 'u'),
      ...['Straße', 'STRASSE', 'straße ', 'ＳＴＲＡＳＳＥ'].map((userName) =>
        refused(
          { method: 'POST', path: '/Users', body: { schemas: [userUrn], userName } },
          409,
          'uniqueness',
        ),
      ),
      ...['Straße', 'STRASSE', 'straße ', 'ＳＴＲＡＳＳＥ'].map((userName) =>
        get(`/Users?attributes=id&filter=userName+eq+"${encodeURIComponent(userName)}"`, {
          ...some,
          totalResults: 1,
        }),
      ),
    ],
  },
  {
    name: 'an id is only ever an id (T01)',
    steps: [
      postUser({ userName: 'victim', externalId: '1' }, 'v'),
      postUser({ userName: '{v}', externalId: '{v}' }, 'a'),
      refused({ method: 'GET', path: '/Users/1' }, 404),
      refused({ method: 'DELETE', path: '/Users/victim' }, 404),
      patch('/Users/{v}', [{ op: 'replace', path: 'title', value: 'Mine' }], {
        ...some,
        id: '{v}',
        userName: 'victim',
      }),
      remove('/Users/{a}'),
      get('/Users/{v}', shownUser('v', { userName: 'victim', externalId: '1', title: 'Mine' })),
      refused({ method: 'GET', path: '/Groups/{v}' }, 404),
    ],
  },
  {
    name: 'columns of storage and server-made attributes cannot be set (T20, T21)',
    steps: [
      postUser(
        {
          userName: 'u',
          partitionKey: 'x',
          rowKey: 'x',
          etag: 'x',
          directoryId: 'x',
          deleted: true,
          version: 99,
          groups: [{ value: 'g' }],
          meta: { version: 'x', created: '2000-01-01T00:00:00Z' },
        },
        'u',
      ),
      get('/Users/{u}', shownUser('u', { userName: 'u' })),
      {
        send: {
          method: 'POST',
          path: '/Users',
          text: '{"userName":"p","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
        },
        expect: { status: 201 },
        keep: 'p',
      },
      get('/Users/{p}', shownUser('p', { userName: 'p' })),
    ],
  },
  {
    name: 'deleting a manager leaves its reports readable (entra-client §14.12)',
    steps: [
      postUser({ userName: 'boss' }, 'boss'),
      postUser({ userName: 'u', [enterpriseUrn]: { manager: '{boss}' } }, 'u'),
      remove('/Users/{boss}'),
      get(
        '/Users/{u}',
        shownUser('u', { userName: 'u', [enterpriseUrn]: { manager: { value: '{boss}' } } }, extended),
      ),
    ],
  },
];

function shownUser2(attributes: { readonly [name: string]: JsonValue }): JsonValue {
  return {
    schemas: [userUrn],
    id: '<id>',
    ...attributes,
    meta: { ...some, resourceType: 'User', location: '<text>' },
  };
}
