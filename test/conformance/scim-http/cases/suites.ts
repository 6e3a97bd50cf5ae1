import type { JsonValue, ScimCase, ScimStep } from '../scim-case.ts';
import {
  enterpriseUrn,
  error,
  filter,
  get,
  groupUrn,
  list,
  patch,
  patchUrn,
  postGroup,
  postUser,
  refused,
  remove,
  shownGroup,
  shownUser,
  some,
  userMember,
  userUrn,
} from './words.ts';

const manager = `${enterpriseUrn}:manager`;
const extended = [userUrn, enterpriseUrn];
const change = (path: string, ...operations: readonly JsonValue[]): ScimStep => patch(path, operations);

/** Microsoft's gallery validation, the tests that are plain HTTP (entra-client §11.2, scim-peers §4.3). */
const gallery: readonly ScimCase[] = [
  {
    name: 'gallery: null update, verbose and path-less',
    steps: [
      postUser(
        {
          userName: 'u',
          title: 'T',
          nickName: 'N',
          displayName: 'D',
          name: { givenName: 'G' },
          [enterpriseUrn]: { department: 'X' },
        },
        'u',
      ),
      change(
        '/Users/{u}',
        { op: 'replace', path: 'title', value: '' },
        { op: 'replace', path: `${enterpriseUrn}:department`, value: '' },
      ),
      change('/Users/{u}', { op: 'replace', value: { nickName: '', 'name.givenName': null } }),
      change('/Users/{u}', { op: 'replace', path: 'displayName', value: null }),
      get('/Users/{u}', shownUser('u', { userName: 'u' })),
    ],
  },
  {
    name: 'gallery: user update of every single value, in one request',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      change(
        '/Users/{u}',
        ...[
          'displayName',
          'title',
          'nickName',
          'userType',
          'preferredLanguage',
          'locale',
          'timezone',
          'externalId',
          'name.givenName',
          `${enterpriseUrn}:costCenter`,
        ].map((path) => ({ op: 'replace', path, value: 'v1' })),
      ),
      get(
        '/Users/{u}',
        shownUser(
          'u',
          {
            userName: 'u',
            displayName: 'v1',
            title: 'v1',
            nickName: 'v1',
            userType: 'v1',
            preferredLanguage: 'v1',
            locale: 'v1',
            timezone: 'v1',
            externalId: 'v1',
            name: { givenName: 'v1' },
            [enterpriseUrn]: { costCenter: 'v1' },
          },
          extended,
        ),
      ),
    ],
  },
  {
    name: 'gallery: group create and update',
    steps: [
      postGroup({ displayName: 'G', externalId: 'e1' }, 'g'),
      change(
        '/Groups/{g}',
        { op: 'replace', path: 'displayName', value: 'H' },
        { op: 'replace', path: 'externalId', value: 'e2' },
      ),
      get('/Groups/{g}', shownGroup('g', { displayName: 'H', externalId: 'e2' })),
    ],
  },
  {
    name: 'gallery: user and group pages of five, startIndex echoed',
    steps: [
      ...Array.from({ length: 12 }, (_, index) => postUser({ userName: `u${index}` })),
      ...Array.from({ length: 6 }, (_, index) => postGroup({ displayName: `g${index}` })),
      ...[
        [1, 5],
        [6, 5],
        [11, 2],
      ].map(([startIndex = 1, itemsPerPage = 0]) =>
        get(`/Users?startIndex=${startIndex}&count=5`, {
          ...some,
          totalResults: 12,
          startIndex,
          itemsPerPage,
        }),
      ),
      ...[
        [1, 5],
        [6, 1],
      ].map(([startIndex = 1, itemsPerPage = 0]) =>
        get(`/Groups?startIndex=${startIndex}&count=5`, {
          ...some,
          totalResults: 6,
          startIndex,
          itemsPerPage,
        }),
      ),
    ],
  },
  {
    name: 'gallery: manager added as text, replaced, cleared',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      postUser({ userName: 'm' }, 'm'),
      ...['Add', 'replace'].flatMap((op) => [
        change('/Users/{u}', { op, path: manager, value: '{m}' }),
        get('/Users/{u}', {
          ...some,
          [enterpriseUrn]: { manager: { value: '{m}' } },
        }),
      ]),
      change('/Users/{u}', { op: 'replace', path: manager, value: '' }),
      get('/Users/{u}', shownUser('u', { userName: 'u' })),
    ],
  },
  {
    name: 'gallery: every mapped attribute can be derived from the schemas',
    steps: [
      get(`/Schemas/${enterpriseUrn}`, { ...some, id: enterpriseUrn, name: '<text>', description: '<text>' }),
      get(`/Schemas/${groupUrn}`, { ...some, id: groupUrn }),
    ],
  },
];

/** Okta's twelve steps (scim-peers §4.5). */
const okta: readonly ScimCase[] = [
  {
    name: 'Okta: the twelve steps',
    steps: [
      postUser(
        {
          userName: 'first@x',
          name: { givenName: 'F', familyName: 'L' },
          emails: [{ value: 'first@x', primary: true, type: 'work' }],
          active: true,
        },
        'first',
      ),
      get('/Users?count=1&startIndex=1', {
        ...some,
        totalResults: 1,
        itemsPerPage: 1,
        startIndex: 1,
        Resources: [
          {
            ...some,
            id: '{first}',
            active: true,
            name: { givenName: 'F', familyName: 'L' },
            emails: [{ value: 'first@x', primary: true, type: 'work' }],
          },
        ],
      }),
      get('/Users/{first}', { ...some, id: '{first}' }),
      get('/Users?filter=userName+eq+"abcdefgh@atko.com"', list([])),
      refused({ method: 'GET', path: '/Users/00919288221112222' }, 404),
      get('/Users?filter=userName+eq+"runscope300@atko.com"', list([])),
      {
        send: {
          method: 'POST',
          path: '/Users',
          headers: { 'content-type': 'application/json' },
          body: {
            schemas: [userUrn],
            userName: 'Runscope300@atko.com',
            name: { givenName: 'R', familyName: 'S' },
            emails: [{ primary: true, value: 'runscope300@atko.com', type: 'work' }],
            displayName: 'R S',
            active: true,
          },
        },
        expect: {
          status: 201,
          body: {
            ...some,
            userName: 'Runscope300@atko.com',
            active: true,
            meta: { ...some, resourceType: 'User' },
          },
        },
        keep: 'made',
      },
      get('/Users/{made}', { ...some, userName: 'Runscope300@atko.com' }),
      refused(
        {
          method: 'POST',
          path: '/Users',
          headers: { 'content-type': 'application/json' },
          body: { schemas: [userUrn], userName: 'Runscope300@atko.com' },
        },
        409,
        'uniqueness',
      ),
      get('/Users?filter=userName+eq+"RUNSCOPE300@ATKO.COM"', { ...some, totalResults: 1 }),
      get('/Groups', list([])),
      {
        send: { method: 'GET', path: '/Users', authorization: 'non-token' },
        expect: { status: 401, body: error(401) },
      },
      refused({ method: 'GET', path: '/NoSuchPath' }, 404),
    ],
  },
];

/** scimvalidator.microsoft.com (entra-client §11.1). */
const webValidator: readonly ScimCase[] = [
  {
    name: 'web validator: replace by value paths and one path-less object, then verbose',
    steps: [
      postUser(
        {
          userName: 'u',
          emails: [{ type: 'work', value: 'a@x', primary: true }],
          roles: [{ primary: 'True', value: 'r', display: 'd', type: 't' }],
          profileUrl: 'word',
          [enterpriseUrn]: { manager: { value: 'random' } },
        },
        'u',
      ),
      change(
        '/Users/{u}',
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'b@x' },
        { op: 'replace', path: 'emails[type eq "work"].primary', value: true },
        { op: 'replace', path: 'roles[primary eq "True"].display', value: 'd2' },
        {
          op: 'replace',
          value: { displayName: 'D', 'name.formatted': 'N', [`${enterpriseUrn}:division`]: 'V' },
        },
      ),
      get(
        '/Users/{u}',
        shownUser(
          'u',
          {
            userName: 'u',
            displayName: 'D',
            name: { formatted: 'N' },
            profileUrl: 'word',
            emails: [{ type: 'work', value: 'b@x', primary: true }],
            roles: [{ primary: true, value: 'r', display: 'd2', type: 't' }],
            [enterpriseUrn]: { division: 'V', manager: { value: 'random' } },
          },
          extended,
        ),
      ),
    ],
  },
  {
    name: 'web validator: attributes added on missing entries, then removed',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      change(
        '/Users/{u}',
        { op: 'add', path: 'phoneNumbers[type eq "mobile"].value', value: '1' },
        { op: 'add', path: 'addresses[type eq "work"].region', value: 'R' },
        { op: 'add', value: { title: 'T' } },
      ),
      get(
        '/Users/{u}',
        shownUser('u', {
          userName: 'u',
          title: 'T',
          phoneNumbers: [{ type: 'mobile', value: '1' }],
          addresses: [{ type: 'work', region: 'R' }],
        }),
      ),
      change(
        '/Users/{u}',
        { op: 'remove', path: 'phoneNumbers[type eq "mobile"].value' },
        { op: 'remove', path: 'addresses[type eq "work"].region' },
        { op: 'remove', path: 'title' },
      ),
      get('/Users/{u}', shownUser('u', { userName: 'u' })),
    ],
  },
  {
    name: 'web validator: rename, disable, manager, delete',
    steps: [
      postUser({ userName: 'u', active: true }, 'u'),
      change('/Users/{u}', { op: 'replace', value: { userName: 'v' } }),
      change('/Users/{u}', { op: 'replace', path: 'active', value: false }),
      change('/Users/{u}', { op: 'add', path: manager, value: 'm' }),
      get(
        '/Users?filter=userName+eq+"V"',
        list([
          shownUser(
            'u',
            {
              userName: 'v',
              active: false,
              [enterpriseUrn]: { manager: { value: 'm' } },
            },
            extended,
          ),
        ]),
      ),
      change('/Users/{u}', { op: 'remove', path: manager }),
      get('/Users/{u}', shownUser('u', { userName: 'v', active: false })),
      remove('/Users/{u}'),
      refused({ method: 'GET', path: '/Users/{u}' }, 404),
      refused({ method: 'DELETE', path: '/Users/{u}' }, 404),
    ],
  },
  {
    name: 'web validator: groups from create to delete',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      postGroup({ displayName: 'G', externalId: 'e' }, 'g'),
      refused(
        { method: 'POST', path: '/Groups', body: { schemas: [groupUrn], displayName: 'G' } },
        409,
        'uniqueness',
      ),
      change('/Groups/{g}', { op: 'replace', value: { externalId: 'e2' } }),
      change('/Groups/{g}', { op: 'replace', path: 'members', value: [{ value: '{u}' }] }),
      get(
        `/Groups?excludedAttributes=members&${filter('displayName eq "g"')}`,
        list([shownGroup('g', { displayName: 'G', externalId: 'e2' })]),
      ),
      get('/Groups/{g}', shownGroup('g', { displayName: 'G', externalId: 'e2', members: [userMember('u')] })),
      change('/Groups/{g}', { op: 'remove', path: 'members[value eq "{u}"]' }),
      get('/Groups/{g}', shownGroup('g', { displayName: 'G', externalId: 'e2' })),
      remove('/Groups/{g}'),
      refused({ method: 'GET', path: '/Groups/{g}' }, 404),
    ],
  },
];

/** The examples of RFC 7644 §3 that make or change something. */
const rfc: readonly ScimCase[] = [
  {
    name: 'RFC 7644 §3.3: creating a user',
    steps: [
      {
        send: {
          method: 'POST',
          path: '/Users',
          body: {
            schemas: [userUrn],
            userName: 'bjensen',
            externalId: 'bjensen',
            name: { formatted: 'Ms. Barbara J Jensen III', familyName: 'Jensen', givenName: 'Barbara' },
          },
        },
        expect: {
          status: 201,
          headers: { etag: '<tag>', location: '<text>', 'content-type': 'application/scim+json' },
          body: {
            schemas: [userUrn],
            id: '<id>',
            externalId: 'bjensen',
            userName: 'bjensen',
            name: { formatted: 'Ms. Barbara J Jensen III', familyName: 'Jensen', givenName: 'Barbara' },
            meta: {
              resourceType: 'User',
              created: '<time>',
              lastModified: '<time>',
              location: '<text>',
              version: '<tag>',
            },
          },
        },
      },
    ],
  },
  {
    name: 'RFC 7644 §3.5.2: add, replace and remove as in the examples',
    steps: [
      postUser(
        {
          userName: 'babs',
          emails: [{ value: 'old@jensen.org', type: 'home' }],
          addresses: [{ type: 'work', streetAddress: 'Old' }],
        },
        'babs',
      ),
      change('/Users/{babs}', {
        op: 'add',
        value: { emails: [{ value: 'babs@jensen.org', type: 'home' }], nickname: 'Babs' },
      }),
      get('/Users/{babs}', {
        ...some,
        nickName: 'Babs',
        emails: [
          { value: 'old@jensen.org', type: 'home' },
          { value: 'babs@jensen.org', type: 'home' },
        ],
      }),
      change('/Users/{babs}', { op: 'remove', path: 'emails[type eq "home" and value ew "jensen.org"]' }),
      change('/Users/{babs}', {
        op: 'replace',
        path: 'addresses[type eq "work"].streetAddress',
        value: '1010 Broadway Ave',
      }),
      change('/Users/{babs}', {
        op: 'replace',
        value: {
          emails: [
            { value: 'bjensen@example.com', type: 'work', primary: true },
            { value: 'babs@jensen.org', type: 'home' },
          ],
          nickname: 'Babs2',
        },
      }),
      get(
        '/Users/{babs}',
        shownUser('babs', {
          userName: 'babs',
          nickName: 'Babs2',
          emails: [
            { value: 'bjensen@example.com', type: 'work', primary: true },
            { value: 'babs@jensen.org', type: 'home' },
          ],
          addresses: [{ type: 'work', streetAddress: '1010 Broadway Ave' }],
        }),
      ),
      refused(
        {
          method: 'PATCH',
          path: '/Users/{babs}',
          body: { schemas: [patchUrn], Operations: [{ op: 'remove' }] },
        },
        400,
        'noTarget',
      ),
    ],
  },
  {
    name: 'RFC 7644 §3.5.2.1 and §3.5.2.2: members added, removed, and all removed',
    steps: [
      postUser({ userName: 'babs' }, 'babs'),
      postUser({ userName: 'mandy' }, 'mandy'),
      postGroup({ displayName: 'Tour Guides' }, 'g'),
      change('/Groups/{g}', {
        op: 'add',
        path: 'members',
        value: [{ display: 'Babs', $ref: '{base}/Users/{babs}', value: '{babs}' }, { value: '{mandy}' }],
      }),
      change(
        '/Groups/{g}',
        { op: 'remove', path: 'members[value eq "{babs}"]' },
        { op: 'add', path: 'members', value: [{ value: '{babs}' }] },
      ),
      get(
        '/Groups/{g}',
        shownGroup('g', { displayName: 'Tour Guides', members: [userMember('babs'), userMember('mandy')] }),
      ),
      change('/Groups/{g}', { op: 'remove', path: 'members' }),
      get('/Groups/{g}', shownGroup('g', { displayName: 'Tour Guides' })),
    ],
  },
];

export const suiteCases: readonly ScimCase[] = [...rfc, ...gallery, ...okta, ...webValidator];
