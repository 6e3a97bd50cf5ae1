import type { JsonValue, ScimStep } from '../scim-case.ts';

export const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const patchUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const bulkUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const searchUrn = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const listUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const errorUrn = 'urn:ietf:params:scim:api:messages:2.0:Error';

type Body = { readonly [name: string]: JsonValue };

/** The type of every answer that has a body, errors included. */
export const scimType = { 'content-type': 'application/scim+json' };

export const postUser = (body: Body, keep?: string): ScimStep => ({
  send: { method: 'POST', path: '/Users', body: { schemas: [userUrn], ...body } },
  expect: { status: 201, headers: scimType },
  ...(keep === undefined ? {} : { keep }),
});

export const postGroup = (body: Body, keep?: string): ScimStep => ({
  send: { method: 'POST', path: '/Groups', body: { schemas: [groupUrn], ...body } },
  expect: { status: 201, headers: scimType },
  ...(keep === undefined ? {} : { keep }),
});

export const get = (path: string, body: JsonValue, status = 200): ScimStep => ({
  send: { method: 'GET', path },
  expect: { status, headers: scimType, body },
});

export const patch = (path: string, operations: readonly JsonValue[], body?: JsonValue): ScimStep => ({
  send: { method: 'PATCH', path, body: { schemas: [patchUrn], Operations: operations } },
  expect: { status: path.startsWith('/Groups') ? 204 : 200, ...(body === undefined ? {} : { body }) },
});

export const refused = (send: ScimStep['send'], status: number, scimType?: string): ScimStep => ({
  send,
  expect: { status, headers: { 'content-type': 'application/scim+json' }, body: error(status, scimType) },
});

export const remove = (path: string): ScimStep => ({
  send: { method: 'DELETE', path },
  expect: { status: 204, headers: { 'content-type': null }, body: null },
});

/** RFC 7644 §3.12: `status` is text, `detail` says what is wrong. */
export const error = (status: number, type?: string): JsonValue => ({
  schemas: [errorUrn],
  status: String(status),
  ...(type === undefined ? {} : { scimType: type }),
  detail: '<text>',
});

export const list = (resources: readonly JsonValue[], more: Body = {}): JsonValue => ({
  schemas: [listUrn],
  totalResults: resources.length,
  startIndex: 1,
  itemsPerPage: resources.length,
  Resources: resources,
  ...more,
});

/** A whole user as it is answered. */
export const shownUser = (
  kept: string,
  attributes: Body,
  schemas: readonly string[] = [userUrn],
): JsonValue => ({
  schemas,
  id: `{${kept}}`,
  ...attributes,
  meta: {
    resourceType: 'User',
    created: '<time>',
    lastModified: '<time>',
    location: `{base}/Users/{${kept}}`,
    version: '<tag>',
  },
});

export const shownGroup = (kept: string, attributes: Body): JsonValue => ({
  schemas: [groupUrn],
  id: `{${kept}}`,
  ...attributes,
  meta: {
    resourceType: 'Group',
    created: '<time>',
    lastModified: '<time>',
    location: `{base}/Groups/{${kept}}`,
    version: '<tag>',
  },
});

export const userMember = (kept: string): JsonValue => ({
  value: `{${kept}}`,
  type: 'User',
  $ref: `{base}/Users/{${kept}}`,
});

export const groupMember = (kept: string): JsonValue => ({
  value: `{${kept}}`,
  type: 'Group',
  $ref: `{base}/Groups/{${kept}}`,
});

/** Percent-encoded, but for the names of kept ids. */
export const filter = (text: string) =>
  `filter=${encodeURIComponent(text).replaceAll('%7B', '{').replaceAll('%7D', '}')}`;
export const some = { '...': true } as const;
