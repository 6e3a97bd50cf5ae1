import type { ScimCase, ScimStep } from '../scim-case.ts';
import {
  error,
  get,
  list,
  patchUrn,
  postGroup,
  postUser,
  refused,
  shownUser,
  some,
  userUrn,
} from './words.ts';

const unauthenticated = (send: ScimStep['send']): ScimStep => ({
  send,
  expect: {
    status: 401,
    headers: { 'www-authenticate': '<bearer>', 'content-type': 'application/scim+json' },
    body: error(401),
  },
});

const notAllowed = (method: string, path: string, allow: string): ScimStep => ({
  send: { method, path, ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }) },
  expect: { status: 405, headers: { allow }, body: error(405) },
});

const spellings = [
  '/Users/{u}',
  '/users/{u}',
  '/USERS/{u}',
  '/Users/{u}/',
  '//Users//{u}',
  '/%55sers/{u}',
  '/User%73/{u}',
];
const collection = 'GET, HEAD, POST, OPTIONS';
const single = 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS';
const read = 'GET, HEAD, OPTIONS';

/** scim-peers §3.5, entra-client §2 and §8, RFC 7644 §2, §3.1, §3.12. */
export const transportCases: readonly ScimCase[] = [
  {
    name: 'without the key every path and method answers the same 401 (T12, T15, S3-11, scim-peers row 62)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      ...[null, 'Bearer wrong', 'Basic dXNlcjpwYXNz', 'Bearer', ''].map((authorization) =>
        unauthenticated({ method: 'GET', path: '/Users/{u}', authorization }),
      ),
      ...[
        ...spellings,
        '/Users',
        '/Users/none',
        '/Groups',
        '/Bulk',
        '/Me',
        '/Schemas',
        '/ServiceProviderConfig',
        '/nowhere',
        '/',
        '/Users/%zz',
        '/Users%2f{u}',
        '/./Users',
        '/Users;x=1',
      ].map((path) => unauthenticated({ method: 'GET', path, authorization: null })),
      ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'].flatMap((method): ScimStep[] => [
        {
          send: {
            method,
            path: '/Users/{u}',
            authorization: null,
            ...(method === 'POST' ? { text: '{not json' } : {}),
          },
          expect: { status: 401 },
        },
      ]),
    ],
  },
  {
    name: 'one resource has one spelling for every way to write its path (T12, S3-09, scim-peers row 65)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      ...spellings.map((path) => get(path, shownUser('u', { userName: 'u' }))),
      get('/users?filter=userName+eq+"u"', list([shownUser('u', { userName: 'u' })])),
      get('/Users/?filter=userName+eq+"u"', list([shownUser('u', { userName: 'u' })])),
    ],
  },
  {
    name: 'an id is read in any case (RFC 9562 §4)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      get('/Users?filter=id+eq+"{u}"', list([shownUser('u', { userName: 'u' })])),
    ],
  },
  {
    name: 'what is no endpoint is 404 with a SCIM error (RFC 7644 §3.12, scim2-tester)',
    steps: [
      '/nowhere',
      '/Users/1/2',
      '/Users%2f1',
      '/Users;x',
      '/Schemas/urn:none',
      '/ResourceTypes/None',
      '/ServiceProviderConfig/1',
      '/Bulk/1',
    ].map((path) => refused({ method: 'GET', path }, 404)),
  },
  {
    name: 'a wrong method is 405 with Allow (RFC 9110 §15.5.6, scim2-tester)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      notAllowed('PUT', '/Users', collection),
      notAllowed('PATCH', '/Users', collection),
      notAllowed('DELETE', '/Groups', collection),
      notAllowed('POST', '/Users/{u}', single),
      notAllowed('GET', '/Bulk', 'POST, OPTIONS'),
      notAllowed('GET', '/.search', 'POST, OPTIONS'),
      notAllowed('PUT', '/Users/.search', 'POST, OPTIONS'),
      ...['POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
        [
          '/ServiceProviderConfig',
          '/ResourceTypes',
          '/ResourceTypes/User',
          '/Schemas',
          `/Schemas/${userUrn}`,
        ].map((path) => notAllowed(method, path, read)),
      ),
    ],
  },
  {
    name: 'OPTIONS tells what is allowed, HEAD answers as GET without a body (RFC 9110 §9.3)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      {
        send: { method: 'OPTIONS', path: '/Users' },
        expect: { status: 204, headers: { allow: collection }, body: null },
      },
      {
        send: { method: 'OPTIONS', path: '/Users/{u}' },
        expect: { status: 204, headers: { allow: single }, body: null },
      },
      {
        send: { method: 'HEAD', path: '/Users/{u}' },
        expect: {
          status: 200,
          headers: { etag: 'W/"1"', 'content-type': 'application/scim+json' },
          body: null,
        },
      },
      { send: { method: 'HEAD', path: '/Users' }, expect: { status: 200, body: null } },
      { send: { method: 'HEAD', path: '/Users/none' }, expect: { status: 404, body: null } },
    ],
  },
  {
    name: '/Me is not implemented (RFC 7644 §3.11)',
    steps: [
      ...['GET', 'DELETE'].map((method) => refused({ method, path: '/Me' }, 501)),
      refused({ method: 'PATCH', path: '/Me', body: {} }, 501),
    ],
  },
  {
    name: 'bodies come as SCIM or plain JSON with any parameters, or without a type; others are 415 (RFC 7644 §3.1, entra-client §2.5)',
    steps: [
      ...[
        'application/scim+json',
        'application/json; charset=utf-8',
        'Application/SCIM+JSON;charset="UTF-8"',
        '',
      ].map(
        (type, index): ScimStep => ({
          send: {
            method: 'POST',
            path: '/Users',
            headers: { 'content-type': type },
            body: { userName: `u${index}` },
          },
          expect: { status: 201 },
        }),
      ),
      ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data'].map(
        (type) =>
          refused(
            { method: 'POST', path: '/Users', headers: { 'content-type': type }, body: { userName: 'x' } },
            415,
          ),
      ),
      refused(
        { method: 'POST', path: '/Users', headers: { 'content-encoding': 'gzip' }, body: { userName: 'x' } },
        415,
      ),
    ],
  },
  {
    name: 'no User-Agent, any Accept: the answer is SCIM JSON (scim-peers rows 2, 3)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      ...['text/html', '*/*', 'application/json'].map(
        (accept): ScimStep => ({
          send: { method: 'GET', path: '/Users/{u}', headers: { accept } },
          expect: { status: 200, headers: { 'content-type': 'application/scim+json' } },
        }),
      ),
    ],
  },
  {
    name: 'what is no JSON, or not an object, is 400 invalidSyntax and stores nothing (T23)',
    steps: [
      ...[
        '',
        '{',
        '{"userName":"u",}',
        '[]',
        '"text"',
        'null',
        `${'['.repeat(5000)}${']'.repeat(5000)}`,
        `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`,
        '{"userName":"\\ud800"}',
        '{"userName":"\\u0000"}',
      ].map((text) => refused({ method: 'POST', path: '/Users', text }, 400, 'invalidSyntax')),
      ...['[]', '{}', '{"Operations":{}}', '{"Operations":[1]}'].map((text) =>
        refused(
          { method: 'PATCH', path: '/Users/019ab000-0000-7000-8000-000000000000', text },
          400,
          'invalidSyntax',
        ),
      ),
      get('/Users', list([])),
    ],
  },
  {
    name: 'a wrong type is 400 invalidValue and names the attribute (entra-client §14.18)',
    steps: [
      ...[
        { userName: 7 },
        { userName: '' },
        {},
        { userName: 'u', active: 'perhaps' },
        { userName: 'u', emails: [7] },
        { userName: 'u', name: 'x' },
      ].map((body) => ({
        send: { method: 'POST', path: '/Users', body },
        expect: { status: 400, body: { ...some, status: '400' } },
      })),
      get('/Users', list([])),
    ],
  },
  {
    name: 'what is too large is refused at once (T23)',
    steps: [
      refused(
        {
          method: 'POST',
          path: '/Users',
          text: JSON.stringify({ userName: 'u', title: 'x'.repeat(1024 * 1024) }),
        },
        413,
      ),
      refused(
        {
          method: 'POST',
          path: '/Bulk',
          text: JSON.stringify({ Operations: [], pad: 'x'.repeat(4 * 1024 * 1024) }),
        },
        413,
      ),
      {
        send: { method: 'POST', path: '/Users', body: { userName: 'x'.repeat(100_000) } },
        expect: { status: 400 },
      },
      {
        send: {
          method: 'PATCH',
          path: '/Users/019ab000-0000-7000-8000-000000000000',
          body: {
            schemas: [patchUrn],
            Operations: Array.from({ length: 1001 }, () => ({ op: 'replace', path: 'title', value: 'x' })),
          },
        },
        expect: { status: 413, body: error(413) },
      },
      get('/Users', list([])),
    ],
  },
  {
    name: 'an error is small, whatever was sent (T23)',
    steps: [
      {
        send: { method: 'GET', path: `/Users?filter=${'x'.repeat(8000)}` },
        expect: { status: 400, body: error(400, 'invalidFilter') },
      },
    ],
  },
  {
    name: 'the Host header names nothing (T27, scim-peers row 64)',
    steps: [
      postGroup({ displayName: 'G' }, 'g'),
      {
        send: { method: 'GET', path: '/Groups/{g}', headers: { 'x-forwarded-host': 'evil.example' } },
        expect: { status: 200, headers: { location: '{base}/Groups/{g}' } },
      },
    ],
  },
];
