import type { JsonObject } from '../model/json.ts';
import { limits } from '../model/limits.ts';
import { excerpt, Refusal } from '../model/refusal.ts';
import { listResponseSchema } from './lists.ts';
import type { Parameters } from './paging.ts';
import { extensionsOf, mainSchemaOf, schemas } from './schema.ts';
import type { ResourceKind } from './scim-directory.ts';

const core = 'urn:ietf:params:scim:schemas:core:2.0';

/** RFC 7643 §5 and RFC 9865 §4: nothing that is not true. */
export function serviceProviderConfig(baseUrl: string): JsonObject {
  return {
    schemas: [`${core}:ServiceProviderConfig`],
    patch: { supported: true },
    bulk: {
      supported: true,
      maxOperations: limits.bulkOperationsMax,
      maxPayloadSize: limits.bulkBodyBytesMax,
    },
    filter: { supported: true, maxResults: limits.pageSizeMax },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: limits.pageSizeDefault,
      maxPageSize: limits.pageSizeMax,
      cursorTimeout: limits.cursorLifeSeconds,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'SCIM key',
        description: 'The key of this directory as a bearer token, or a token that Entra issued for it',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}

const described: Record<ResourceKind, { readonly endpoint: string; readonly description: string }> = {
  User: { endpoint: '/Users', description: 'A person in the directory' },
  Group: { endpoint: '/Groups', description: 'A group of users and groups in the directory' },
};

/** RFC 7643 §6. */
export function resourceTypes(baseUrl: string): readonly JsonObject[] {
  return (['User', 'Group'] as const).map((kind) => ({
    schemas: [`${core}:ResourceType`],
    id: kind,
    name: kind,
    ...described[kind],
    schema: mainSchemaOf[kind].id,
    schemaExtensions: extensionsOf[kind].map(({ id }) => ({ schema: id, required: false })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${kind}` },
  }));
}

/** RFC 7643 §7. */
export function schemaResources(baseUrl: string): readonly JsonObject[] {
  return schemas.map((schema) => ({
    schemas: [`${core}:Schema`],
    // The schema data is JSON by its type, down to the last sub-attribute.
    ...(schema as unknown as JsonObject),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
  }));
}

/** One of the resources by id, without case. Refusal `not-found`. */
export function discovered(resources: readonly JsonObject[], id: string): JsonObject {
  const found = resources.find((resource) => String(resource['id']).toLowerCase() === id.toLowerCase());
  if (!found) throw new Refusal('not-found', `There is no ${excerpt(id)} here.`);
  return found;
}

export const listOfAll = (resources: readonly JsonObject[]): JsonObject => ({
  schemas: [listResponseSchema],
  totalResults: resources.length,
  startIndex: 1,
  itemsPerPage: resources.length,
  Resources: resources,
});

/** RFC 7644 §4: what is discovered is never filtered. */
export function assertUnfiltered(parameters: Parameters): void {
  if (parameters.has('filter')) throw new Refusal('forbidden', 'Discovery endpoints take no filter.');
}
