import type { ScimCase, ScimStep } from '../scim-case.ts';
import { error, patchUrn, postGroup, postUser, shownUser } from './words.ts';

const title = (value: string) => ({
  schemas: [patchUrn],
  Operations: [{ op: 'replace', path: 'title', value }],
});

const conditional = (send: ScimStep['send'], status: number): ScimStep => ({
  send,
  expect: {
    status,
    ...(status === 412 ? { body: error(412) } : {}),
    ...(status === 304 ? { body: null, headers: { etag: 'W/"1"' } } : {}),
  },
});

/** RFC 7644 §3.14, RFC 9110 §13.1. */
export const entityTagCases: readonly ScimCase[] = [
  {
    name: 'a read with the version at hand is 304 (RFC 7644 §3.14)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      ...['W/"1"', '"1"', 'W/"9", W/"1"', '*'].map((tag) =>
        conditional({ method: 'GET', path: '/Users/{u}', headers: { 'if-none-match': tag } }, 304),
      ),
      {
        send: { method: 'GET', path: '/Users/{u}', headers: { 'if-none-match': 'W/"9"' } },
        expect: { status: 200, body: shownUser('u', { userName: 'u' }) },
      },
      conditional({ method: 'GET', path: '/Users/{u}', headers: { 'if-match': 'W/"9"' } }, 412),
    ],
  },
  {
    name: 'a write meant for another version is 412 and changes nothing (RFC 7644 §3.14)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      conditional(
        { method: 'PATCH', path: '/Users/{u}', headers: { 'if-match': 'W/"9"' }, body: title('T') },
        412,
      ),
      conditional(
        { method: 'PUT', path: '/Users/{u}', headers: { 'if-match': 'W/"9"' }, body: { userName: 'v' } },
        412,
      ),
      conditional({ method: 'DELETE', path: '/Users/{u}', headers: { 'if-match': 'W/"9"' } }, 412),
      conditional(
        { method: 'PATCH', path: '/Users/{u}', headers: { 'if-none-match': 'W/"1"' }, body: title('T') },
        412,
      ),
      conditional(
        { method: 'PUT', path: '/Users/{u}', headers: { 'if-none-match': '*' }, body: { userName: 'v' } },
        412,
      ),
      {
        send: { method: 'GET', path: '/Users/{u}' },
        expect: { status: 200, headers: { etag: 'W/"1"' }, body: shownUser('u', { userName: 'u' }) },
      },
    ],
  },
  {
    name: 'a write for the version at hand is done, and makes the next version (RFC 7644 §3.14)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      {
        send: { method: 'PATCH', path: '/Users/{u}', headers: { 'if-match': 'W/"1"' }, body: title('T') },
        expect: { status: 200, headers: { etag: 'W/"2"' } },
      },
      conditional(
        { method: 'PATCH', path: '/Users/{u}', headers: { 'if-match': 'W/"1"' }, body: title('S') },
        412,
      ),
      {
        send: { method: 'PATCH', path: '/Users/{u}', headers: { 'if-match': '*' }, body: title('S') },
        expect: { status: 200, headers: { etag: 'W/"3"' } },
      },
      conditional({ method: 'DELETE', path: '/Users/{u}', headers: { 'if-match': 'W/"3"' } }, 204),
      conditional({ method: 'DELETE', path: '/Users/{u}', headers: { 'if-match': '*' } }, 404),
    ],
  },
  {
    name: 'the tag of a group changes with its members (RFC 7644 §3.14)',
    steps: [
      postUser({ userName: 'u' }, 'u'),
      postGroup({ displayName: 'G' }, 'g'),
      {
        send: {
          method: 'PATCH',
          path: '/Groups/{g}',
          headers: { 'if-match': 'W/"1-0"' },
          body: {
            schemas: [patchUrn],
            Operations: [{ op: 'add', path: 'members', value: [{ value: '{u}' }] }],
          },
        },
        expect: { status: 204, headers: { etag: '<tag>' } },
      },
      conditional(
        {
          method: 'PATCH',
          path: '/Groups/{g}',
          headers: { 'if-match': 'W/"1-0"' },
          body: { schemas: [patchUrn], Operations: [{ op: 'remove', path: 'members' }] },
        },
        412,
      ),
      conditional({ method: 'DELETE', path: '/Groups/{g}', headers: { 'if-match': 'W/"1-0"' } }, 412),
    ],
  },
];
