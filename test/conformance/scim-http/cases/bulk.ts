import type { JsonValue, ScimCase, ScimStep } from '../scim-case.ts';
import {
  bulkUrn,
  enterpriseUrn,
  error,
  get,
  groupMember,
  list,
  patchUrn,
  postUser,
  refused,
  some,
  userMember,
} from './words.ts';

const bulk = (
  operations: readonly JsonValue[],
  results: readonly JsonValue[],
  more: { readonly [name: string]: JsonValue } = {},
): ScimStep => ({
  send: { method: 'POST', path: '/Bulk', body: { schemas: [bulkUrn], Operations: operations, ...more } },
  expect: {
    status: 200,
    isOrdered: true,
    body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'], Operations: results },
  },
});
const post = (bulkId: string, path: string, data: JsonValue) => ({ method: 'POST', path, bulkId, data });
const created = (bulkId: string) => ({
  method: 'POST',
  bulkId,
  location: '<text>',
  version: '<tag>',
  status: '201',
});
const failed = (method: string, status: number, type?: string) => ({
  method,
  status: String(status),
  response: error(status, type),
});

/** RFC 7644 §3.7. */
export const bulkCases: readonly ScimCase[] = [
  {
    name: 'operations of every method with their answers (RFC 7644 §3.7.3)',
    steps: [
      postUser({ userName: 'ada' }, 'ada'),
      postUser({ userName: 'bob' }, 'bob'),
      bulk(
        [
          post('qwerty', '/Users', { userName: 'Alice' }),
          { method: 'put', path: '/Users/{ada}', version: 'W/"1"', data: { userName: 'ada', title: 'T' } },
          {
            method: 'PATCH',
            path: '/Users/{ada}',
            data: { schemas: [patchUrn], Operations: [{ op: 'remove', path: 'title' }] },
          },
          { method: 'DELETE', path: '/Users/{bob}', version: 'W/"1"' },
        ],
        [
          created('qwerty'),
          { method: 'PUT', location: '{base}/Users/{ada}', version: 'W/"2"', status: '200' },
          { method: 'PATCH', location: '{base}/Users/{ada}', version: 'W/"3"', status: '200' },
          { method: 'DELETE', location: '{base}/Users/{bob}', status: '204' },
        ],
      ),
    ],
  },
  {
    name: 'a bulkId stands for what is created before or after it (RFC 7644 §3.7.2)',
    steps: [
      bulk(
        [
          post('g', '/Groups', { displayName: 'G', members: [{ type: 'User', value: 'bulkId:u' }] }),
          post('u', '/Users', { userName: 'u' }),
          {
            method: 'PATCH',
            path: '/Users/bulkId:u',
            data: { schemas: [patchUrn], Operations: [{ op: 'add', path: 'title', value: 'T' }] },
          },
        ],
        [
          created('g'),
          created('u'),
          { method: 'PATCH', location: '<text>', version: 'W/"2"', status: '200' },
        ],
      ),
      get('/Groups?filter=displayName+eq+"g"', {
        ...some,
        Resources: [{ ...some, members: [{ ...some, type: 'User' }] }],
      }),
      get('/Users?filter=userName+eq+"u"', { ...some, Resources: [{ ...some, title: 'T' }] }),
    ],
  },
  {
    name: 'circles are created and then closed (RFC 7644 §3.7.1)',
    steps: [
      bulk(
        [
          post('a', '/Users', {
            userName: 'a',
            [enterpriseUrn]: { department: 'D', manager: { value: 'bulkId:b' } },
          }),
          post('b', '/Users', { userName: 'b', [enterpriseUrn]: { manager: { value: 'bulkId:a' } } }),
          post('x', '/Groups', { displayName: 'X', members: [{ value: 'bulkId:y' }] }),
          post('y', '/Groups', { displayName: 'Y', members: [{ value: 'bulkId:x' }] }),
          post('z', '/Groups', { displayName: 'Z', members: [{ value: 'bulkId:z' }, { value: 'bulkId:a' }] }),
        ],
        ['a', 'b', 'x', 'y', 'z'].map(created),
      ),
      get('/Users?filter=userName+eq+"a"', {
        ...some,
        Resources: [{ ...some, [enterpriseUrn]: { department: 'D', manager: { value: '<id>' } } }],
      }),
      get('/Groups?filter=members.type+eq+"Group"', { ...some, totalResults: 3 }),
    ],
  },
  {
    name: 'one failure is its own; what depends on it fails, the rest is done (RFC 7644 §3.7.3)',
    steps: [
      postUser({ userName: 'ada' }, 'ada'),
      bulk(
        [
          post('dup', '/Users', { userName: 'ADA' }),
          post('g', '/Groups', { displayName: 'G', members: [{ value: 'bulkId:dup' }] }),
          post('u', '/Users', { userName: 'u' }),
          { method: 'DELETE', path: '/Users/none' },
          {
            method: 'PATCH',
            path: '/Users/{ada}',
            version: 'W/"9"',
            data: { schemas: [patchUrn], Operations: [] },
          },
          { method: 'GET', path: '/Users/{ada}' },
          { method: 'POST', path: '/Bulk', data: {} },
          { method: 'POST', path: '/nowhere', data: {} },
          post('h', '/Groups', { displayName: 'H', members: [{ value: 'bulkId:none' }] }),
        ],
        [
          { ...failed('POST', 409, 'uniqueness'), bulkId: 'dup' },
          { ...failed('POST', 409), bulkId: 'g' },
          created('u'),
          { ...failed('DELETE', 404), location: '{base}/Users/none' },
          { ...failed('PATCH', 412), location: '{base}/Users/{ada}' },
          { ...failed('GET', 405), location: '{base}/Users/{ada}' },
          failed('POST', 400, 'invalidPath'),
          failed('POST', 404),
          { ...failed('POST', 409), bulkId: 'h' },
        ],
      ),
      get('/Groups', list([])),
    ],
  },
  {
    name: 'failOnErrors ends the work (RFC 7644 §3.7.3)',
    steps: [
      bulk(
        [
          { method: 'DELETE', path: '/Users/1' },
          post('u', '/Users', { userName: 'u' }),
          { method: 'DELETE', path: '/Users/2' },
          post('v', '/Users', { userName: 'v' }),
        ],
        [
          { ...failed('DELETE', 404), location: '<text>' },
          created('u'),
          { ...failed('DELETE', 404), location: '<text>' },
        ],
        { failOnErrors: 2 },
      ),
      get('/Users?filter=userName+eq+"v"', list([])),
    ],
  },
  {
    name: 'what is no Bulk request, and too many operations, are refused whole (RFC 7644 §3.7.4)',
    steps: [
      ...['[]', '{}', '{"Operations":[1]}', '{"Operations":[{"method":1}]}'].map((text) =>
        refused({ method: 'POST', path: '/Bulk', text }, 400, 'invalidSyntax'),
      ),
      refused(
        { method: 'POST', path: '/Bulk', body: { Operations: [], failOnErrors: 'yes' } },
        400,
        'invalidValue',
      ),
      refused(
        {
          method: 'POST',
          path: '/Bulk',
          body: {
            schemas: [bulkUrn],
            Operations: Array.from({ length: 1001 }, (_, index) =>
              post(`u${index}`, '/Users', { userName: `u${index}` }),
            ),
          },
        },
        413,
      ),
      get('/Users', list([])),
    ],
  },
  {
    name: 'members are named by bulkId in a PATCH as well (RFC 7644 §3.7.2)',
    steps: [
      postUser({ userName: 'ada' }, 'ada'),
      {
        send: { method: 'POST', path: '/Groups', body: { displayName: 'G' } },
        expect: { status: 201 },
        keep: 'g',
      },
      {
        send: { method: 'POST', path: '/Groups', body: { displayName: 'Inner' } },
        expect: { status: 201 },
        keep: 'inner',
      },
      bulk(
        [
          {
            method: 'PATCH',
            path: '/Groups/{g}',
            data: {
              schemas: [patchUrn],
              Operations: [
                {
                  op: 'add',
                  path: 'members',
                  value: [{ value: '{ada}' }, { value: 'bulkId:u' }, { value: '{inner}' }],
                },
              ],
            },
          },
          post('u', '/Users', { userName: 'u' }),
          {
            method: 'PATCH',
            path: '/Groups/{g}',
            data: {
              schemas: [patchUrn],
              Operations: [{ op: 'remove', path: 'members[value eq "bulkId:u"]' }],
            },
          },
        ],
        [
          { method: 'PATCH', location: '{base}/Groups/{g}', version: '<tag>', status: '204' },
          created('u'),
          { method: 'PATCH', location: '{base}/Groups/{g}', version: '<tag>', status: '204' },
        ],
      ),
      get('/Groups/{g}', { ...some, members: [userMember('ada'), groupMember('inner')] }),
    ],
  },
];
