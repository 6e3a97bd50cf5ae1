import type { JsonValue, ScimCase, ScimStep } from '../scim-case.ts';
import {
  get,
  groupMember,
  groupUrn,
  patch,
  patchUrn,
  postGroup,
  postUser,
  refused,
  remove,
  shownGroup,
  some,
  userMember,
} from './words.ts';

const people = [
  postUser({ userName: 'ada' }, 'ada'),
  postUser({ userName: 'bob' }, 'bob'),
  postUser({ userName: 'eve' }, 'eve'),
];
const staff = postGroup({ displayName: 'Staff', members: [{ value: '{ada}' }, { value: '{bob}' }] }, 'g');

/** Ids are made in order, so that members stand in the order of their creation. */
const holds = (...kept: readonly string[]): ScimStep =>
  get(
    '/Groups/{g}',
    shownGroup('g', { displayName: 'Staff', ...(kept.length > 0 ? { members: kept.map(userMember) } : {}) }),
  );

const change = (...operations: readonly JsonValue[]) => patch('/Groups/{g}', operations, null);
const version = (etag: string): ScimStep => ({
  send: { method: 'HEAD', path: '/Groups/{g}?excludedAttributes=members' },
  expect: { status: 200, headers: { etag }, body: null },
});

/** scim-peers §3.4, entra-client D9-D11 and F6. */
export const groupWriteCases: readonly ScimCase[] = [
  {
    name: 'a group is created with the schema that only Entra knows, without members (scim-peers row 43)',
    steps: [
      {
        send: {
          method: 'POST',
          path: '/Groups',
          body: {
            schemas: [groupUrn, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
            externalId: 'x-1',
            displayName: 'Staff',
            meta: { resourceType: 'Group' },
          },
        },
        expect: {
          status: 201,
          headers: { location: '<text>', etag: '<tag>' },
          body: { ...some, displayName: 'Staff', externalId: 'x-1' },
        },
        keep: 'g',
      },
      get('/Groups/{g}', shownGroup('g', { displayName: 'Staff', externalId: 'x-1' })),
    ],
  },
  {
    name: 'one member is added, answered 204 without a body (scim-peers row 44, entra-client D9)',
    steps: [
      ...people,
      staff,
      change({ op: 'Add', path: 'members', value: [{ $ref: null, value: '{eve}' }] }),
      holds('ada', 'bob', 'eve'),
    ],
  },
  {
    name: 'Remove with a value list removes only those (scim-peers row 45, entra-client D10, XE-05)',
    steps: [
      ...people,
      staff,
      change({ op: 'Remove', path: 'members', value: [{ $ref: null, value: '{ada}' }] }),
      holds('bob'),
    ],
  },
  {
    name: 'Remove with a value list that names nobody of the group removes nobody (XE-05, T25)',
    steps: [
      ...people,
      staff,
      change({ op: 'Remove', path: 'members', value: [{ value: '{eve}' }] }),
      change({ op: 'Remove', path: 'members', value: [] }),
      holds('ada', 'bob'),
    ],
  },
  {
    name: 'remove by value filter (scim-peers row 46, entra-client F6, XE-05)',
    steps: [...people, staff, change({ op: 'remove', path: 'members[value eq "{ada}"]' }), holds('bob')],
  },
  {
    name: 'remove without a value empties the group (scim-peers row 47, RFC 7644 §3.5.2.2, XE-05)',
    steps: [...people, staff, change({ op: 'remove', path: 'members' }), holds()],
  },
  {
    name: 'a members filter that cannot be read removes nobody (T25)',
    steps: [
      ...people,
      staff,
      ...['members[value eq]', "members[value eq '{ada}']", 'members[', 'members[]'].map((path) =>
        refused(
          {
            method: 'PATCH',
            path: '/Groups/{g}',
            body: { schemas: [patchUrn], Operations: [{ op: 'remove', path }] },
          },
          400,
          'invalidPath',
        ),
      ),
      holds('ada', 'bob'),
    ],
  },
  {
    name: 'replace of members is the exact list (scim-peers row 48, XE-06)',
    steps: [
      ...people,
      staff,
      change({ op: 'Replace', path: 'members', value: [{ value: '{eve}' }] }),
      holds('eve'),
      change({ op: 'replace', value: { members: [{ value: '{ada}' }, { value: '{eve}' }] } }),
      holds('ada', 'eve'),
    ],
  },
  {
    name: 'a replace without members leaves them alone (scim-peers row 49, S3-25)',
    steps: [
      ...people,
      staff,
      change({ op: 'replace', value: { displayName: 'Crew' } }),
      {
        send: { method: 'PUT', path: '/Groups/{g}', body: { schemas: [groupUrn], displayName: 'Staff' } },
        expect: {
          status: 200,
          body: shownGroup('g', { displayName: 'Staff', members: [userMember('ada'), userMember('bob')] }),
        },
      },
    ],
  },
  {
    name: 'PUT with members is the exact list (RFC 7644 §3.5.1)',
    steps: [
      ...people,
      staff,
      {
        send: {
          method: 'PUT',
          path: '/Groups/{g}',
          body: {
            schemas: [groupUrn],
            displayName: 'Staff',
            members: [{ value: '{eve}' }, { value: '{ada}' }],
          },
        },
        expect: {
          status: 200,
          body: shownGroup('g', { displayName: 'Staff', members: [userMember('ada'), userMember('eve')] }),
        },
      },
      holds('ada', 'eve'),
    ],
  },
  {
    name: 'members as text, with capitals, with a display name (scim-peers row 50)',
    steps: [
      ...people,
      postGroup({ displayName: 'Staff' }, 'g'),
      change({ op: 'add', path: 'members', value: '{ada}' }),
      change({ op: 'add', path: 'members', value: ['{bob}'] }),
      change({ op: 'add', path: 'members', value: [{ Value: '{eve}', displayName: 'Eve' }] }),
      holds('ada', 'bob', 'eve'),
    ],
  },
  {
    name: 'adding again and removing what is not there succeed, write nothing and keep the version (scim-peers row 51, XE-08)',
    steps: [
      ...people,
      postGroup({ displayName: 'Staff' }, 'g'),
      version('W/"1-0"'),
      change({ op: 'remove', path: 'members[value eq "{eve}"]' }),
      version('W/"1-0"'),
      change({ op: 'add', path: 'members', value: [{ value: '{ada}' }] }),
      change({ op: 'add', path: 'members', value: [{ value: '{ada}' }] }),
      holds('ada'),
    ],
  },
  {
    name: 'an add and a remove of one member in one request follow their order (entra-client §5.3.2)',
    steps: [
      ...people,
      staff,
      change(
        { op: 'add', path: 'members', value: [{ value: '{eve}' }] },
        { op: 'remove', path: 'members[value eq "{eve}"]' },
      ),
      holds('ada', 'bob'),
      change(
        { op: 'remove', path: 'members[value eq "{ada}"]' },
        { op: 'add', path: 'members', value: [{ value: '{ada}' }] },
      ),
      holds('ada', 'bob'),
    ],
  },
  {
    name: 'an unknown member is left out and loses nobody else (scim-peers row 53, XE-02)',
    steps: [
      ...people,
      postGroup({ displayName: 'Staff', members: [{ value: 'ghost' }, { value: '{ada}' }] }, 'g'),
      change({
        op: 'add',
        path: 'members',
        value: [{ value: '019ab000-0000-7000-8000-000000000000' }, { value: '{bob}' }, { value: 'ghost' }],
      }),
      holds('ada', 'bob'),
      change({ op: 'remove', path: 'members', value: [{ value: 'ghost' }] }),
      holds('ada', 'bob'),
    ],
  },
  {
    name: 'a group as member is of type Group; what it holds is indirect for its users (scim-peers row 54, XE-02)',
    steps: [
      ...people,
      staff,
      postGroup({ displayName: 'Everyone', members: [{ value: '{g}' }] }, 'all'),
      patch('/Groups/{g}', [{ op: 'add', path: 'members', value: [{ value: '{all}' }] }], null),
      get('/Groups/{all}', shownGroup('all', { displayName: 'Everyone', members: [groupMember('g')] })),
      get('/Users/{ada}?attributes=groups', {
        ...some,
        id: '{ada}',
        groups: [
          { value: '{g}', $ref: '{base}/Groups/{g}', type: 'direct' },
          { value: '{all}', $ref: '{base}/Groups/{all}', type: 'indirect' },
        ],
      }),
      remove('/Groups/{g}'),
      get('/Groups/{all}', shownGroup('all', { displayName: 'Everyone' })),
      get('/Users/{ada}', { ...some, userName: 'ada' }),
    ],
  },
  {
    name: 'group names are unique without case, on create and on rename, and free after a delete (scim-peers row 55)',
    steps: [
      postGroup({ displayName: 'Staff' }, 'g'),
      postGroup({ displayName: 'Crew' }, 'h'),
      refused(
        { method: 'POST', path: '/Groups', body: { schemas: [groupUrn], displayName: 'STAFF' } },
        409,
        'uniqueness',
      ),
      refused(
        {
          method: 'PATCH',
          path: '/Groups/{h}',
          body: { schemas: [patchUrn], Operations: [{ op: 'replace', path: 'displayName', value: 'staff' }] },
        },
        409,
        'uniqueness',
      ),
      patch('/Groups/{g}', [{ op: 'replace', path: 'displayName', value: 'STAFF' }], null),
      remove('/Groups/{g}'),
      refused({ method: 'GET', path: '/Groups/{g}' }, 404),
      postGroup({ displayName: 'staff' }, 'again'),
    ],
  },
  {
    name: 'deleting a user takes it out of its groups (scim-peers row 57, entra-client §14.12)',
    steps: [...people, staff, remove('/Users/{ada}'), holds('bob')],
  },
  {
    name: 'a rename without path applies name and externalId (scim-peers row 58)',
    steps: [
      postGroup({ displayName: 'Staff' }, 'g'),
      change({ op: 'replace', value: { displayName: 'Crew', externalId: 'x-2' } }),
      get('/Groups/{g}', shownGroup('g', { displayName: 'Crew', externalId: 'x-2' })),
    ],
  },
  {
    name: 'PATCH shows the group where it is asked for (scim-peers §4.8, RFC 7644 §3.5.2)',
    steps: [
      ...people,
      postGroup({ displayName: 'Staff' }, 'g'),
      {
        send: {
          method: 'PATCH',
          path: '/Groups/{g}',
          headers: { prefer: 'return=representation' },
          body: {
            schemas: [patchUrn],
            Operations: [{ op: 'add', path: 'members', value: [{ value: '{ada}' }] }],
          },
        },
        expect: {
          status: 200,
          body: shownGroup('g', { displayName: 'Staff', members: [userMember('ada')] }),
        },
      },
      {
        send: {
          method: 'PATCH',
          path: '/Groups/{g}?attributes=displayName',
          body: {
            schemas: [patchUrn],
            Operations: [{ op: 'add', path: 'members', value: [{ value: '{bob}' }] }],
          },
        },
        expect: { status: 200, body: { schemas: [groupUrn], id: '{g}', displayName: 'Staff' } },
      },
    ],
  },
];
