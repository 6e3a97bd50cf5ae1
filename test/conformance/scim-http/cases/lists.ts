import type { JsonValue, ScimCase } from '../scim-case.ts';
import { get, groupUrn, list, postGroup, postUser, refused, searchUrn, some, userUrn } from './words.ts';

const listUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const people = ['carl', 'Ada', 'bob'].map((userName) => postUser({ userName }, userName));
const named = (...names: readonly string[]) =>
  names.map((userName) => ({ schemas: [userUrn], id: `{${userName}}`, userName }));
const ordered = (path: string, body: JsonValue) => ({
  send: { method: 'GET', path },
  expect: { status: 200, isOrdered: true, body },
});

/** RFC 7644 §3.4.2-3.4.3, RFC 9865; entra-client §14.15. */
export const listCases: readonly ScimCase[] = [
  {
    name: 'paging by index is 1-based, honest and clipped (RFC 7644 §3.4.2.4, scim-peers rows 14, 63)',
    steps: [
      ...people,
      get('/Users?startIndex=1&count=2&attributes=id', {
        ...some,
        totalResults: 3,
        startIndex: 1,
        itemsPerPage: 2,
      }),
      get('/Users?startIndex=3&count=2&attributes=id', {
        ...some,
        totalResults: 3,
        startIndex: 3,
        itemsPerPage: 1,
      }),
      get('/Users?startIndex=4&count=2', list([], { totalResults: 3, startIndex: 4 })),
      get('/Users?startIndex=1000000', list([], { totalResults: 3, startIndex: 1_000_000 })),
      get(
        '/Users?startIndex=9223372036854775807&count=9223372036854775807',
        list([], { totalResults: 3, startIndex: Number.MAX_SAFE_INTEGER }),
      ),
      get('/Users?count=0', list([], { totalResults: 3 })),
      get('/Users?count=-5', list([], { totalResults: 3 })),
      get('/Users?startIndex=-5&count=100000', { ...some, totalResults: 3, startIndex: 1, itemsPerPage: 3 }),
      get('/Users?STARTINDEX=3&Count=1&count=3', { ...some, startIndex: 3, itemsPerPage: 1 }),
      get('/Users?startIndex=2&count=1&filter=userName+pr', {
        ...some,
        totalResults: 3,
        startIndex: 2,
        itemsPerPage: 1,
      }),
      refused({ method: 'GET', path: '/Users?startIndex=one' }, 400, 'invalidValue'),
      refused({ method: 'GET', path: '/Users?count=1.5' }, 400, 'invalidValue'),
    ],
  },
  {
    name: 'sorting by name, both ways; what no index serves is refused (RFC 7644 §3.4.2.3)',
    steps: [
      ...people,
      ordered('/Users?attributes=userName&sortBy=userName', list(named('Ada', 'bob', 'carl'))),
      ordered(
        '/Users?attributes=userName&sortBy=USERNAME&sortOrder=Descending',
        list(named('carl', 'bob', 'Ada')),
      ),
      ordered(
        '/Users?attributes=userName&sortBy=userName&sortOrder=descending&startIndex=2&count=1',
        list(named('bob'), { totalResults: 3, startIndex: 2 }),
      ),
      ordered(
        `/Users?attributes=userName&sortBy=${userUrn}:userName&filter=userName+pr&sortOrder=descending`,
        list(named('carl', 'bob', 'Ada')),
      ),
      postGroup({ displayName: 'Z' }, 'z'),
      postGroup({ displayName: 'y' }, 'y'),
      ordered(
        '/Groups?attributes=id&sortBy=displayName',
        list([
          { schemas: [groupUrn], id: '{y}' },
          { schemas: [groupUrn], id: '{z}' },
        ]),
      ),
      refused({ method: 'GET', path: '/Users?sortBy=title' }, 400, 'invalidPath'),
      refused({ method: 'GET', path: '/Users?sortBy=userName&sortOrder=sideways' }, 400, 'invalidValue'),
    ],
  },
  {
    name: 'paging by cursor has no startIndex, and ends without nextCursor (RFC 9865 §2)',
    steps: [
      ...people,
      get('/Users?cursor=&count=2&attributes=id', {
        schemas: [listUrn],
        totalResults: 3,
        itemsPerPage: 2,
        nextCursor: '<text>',
        Resources: [some, some],
      }),
      get('/Users?cursor&count=10&attributes=id', {
        schemas: [listUrn],
        totalResults: 3,
        itemsPerPage: 3,
        Resources: [some, some, some],
      }),
      refused({ method: 'GET', path: '/Users?cursor=nonsense' }, 400, 'invalidCursor'),
      refused({ method: 'GET', path: '/Users?cursor=&count=many' }, 400, 'invalidCount'),
    ],
  },
  {
    name: 'attributes and excludedAttributes in lists and single reads (RFC 7644 §3.9)',
    steps: [
      postUser(
        {
          userName: 'u',
          title: 'T',
          name: { givenName: 'U', familyName: 'V' },
          emails: [{ value: 'u@x', type: 'work' }],
        },
        'u',
      ),
      get('/Users/{u}?attributes=userName,name.givenName,emails.value', {
        schemas: [userUrn],
        id: '{u}',
        userName: 'u',
        name: { givenName: 'U' },
        emails: [{ value: 'u@x' }],
      }),
      get('/Users?attributes=USERNAME', list([{ schemas: [userUrn], id: '{u}', userName: 'u' }])),
      get('/Users/{u}?excludedAttributes=name,emails,meta,id', {
        schemas: [userUrn],
        id: '{u}',
        userName: 'u',
        title: 'T',
      }),
      get('/Users/{u}?attributes=nothing', { schemas: [userUrn], id: '{u}' }),
    ],
  },
  {
    name: 'a search below a type is the same query as a body (RFC 7644 §3.4.3)',
    steps: [
      ...people,
      {
        send: {
          method: 'POST',
          path: '/Users/.search',
          body: {
            schemas: [searchUrn],
            attributes: ['userName'],
            filter: 'userName eq "ADA"',
            startIndex: 1,
            count: 10,
          },
        },
        expect: { status: 200, body: list(named('Ada')) },
      },
      {
        send: {
          method: 'POST',
          path: '/Users/.search',
          body: { schemas: [searchUrn], excludedAttributes: ['meta'], filter: 'userName eq "nobody"' },
        },
        expect: { status: 200, body: list([]) },
      },
      refused({ method: 'POST', path: '/Users/.search', body: { filter: { a: 1 } } }, 400, 'invalidValue'),
      refused({ method: 'POST', path: '/Users/.search', body: [] }, 400, 'invalidSyntax'),
    ],
  },
  {
    name: 'a search at the root is users, then groups, as one list (RFC 7644 §3.4.2.1)',
    steps: [
      ...people,
      postGroup({ displayName: 'G' }, 'g'),
      {
        send: {
          method: 'POST',
          path: '/.search',
          body: { schemas: [searchUrn], attributes: ['id'], startIndex: 3, count: 2 },
        },
        expect: {
          status: 200,
          body: {
            ...some,
            totalResults: 4,
            startIndex: 3,
            itemsPerPage: 2,
            Resources: [
              { ...some, schemas: [userUrn] },
              { schemas: [groupUrn], id: '{g}' },
            ],
          },
        },
      },
      {
        send: {
          method: 'POST',
          path: '/.search',
          body: { schemas: [searchUrn], attributes: ['id'], startIndex: 4, count: 5 },
        },
        expect: {
          status: 200,
          body: list([{ schemas: [groupUrn], id: '{g}' }], { totalResults: 4, startIndex: 4 }),
        },
      },
      {
        send: {
          method: 'POST',
          path: '/.search',
          body: { schemas: [searchUrn], filter: 'displayName eq "g"', attributes: ['id'] },
        },
        expect: { status: 200, body: list([{ schemas: [groupUrn], id: '{g}' }]) },
      },
      {
        send: { method: 'POST', path: '/.search', body: { schemas: [searchUrn], cursor: '', count: 3 } },
        expect: { status: 200, body: { ...some, totalResults: 4, itemsPerPage: 3, nextCursor: 'Group.' } },
      },
      {
        send: {
          method: 'POST',
          path: '/.search',
          body: { schemas: [searchUrn], cursor: 'Group.', count: 3 },
        },
        expect: { status: 200, body: { ...some, totalResults: 4, itemsPerPage: 1 } },
      },
    ],
  },
];
