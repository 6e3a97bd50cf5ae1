import type { JsonObject } from '../model/json.ts';
import { type Filter, parseFilter } from './filter.ts';
import { type Parameters, pageRequestOf, sortOf } from './paging.ts';
import { type Projection, parseProjection, project, wantedOf } from './projection.ts';
import { renderResource } from './render-resource.ts';
import type { ListPage, PageRequest, Resource, ResourceKind, ScimDirectory } from './scim-directory.ts';

export const listResponseSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

export interface Listing {
  readonly directory: ScimDirectory;
  readonly baseUrl: string;
  readonly parameters: Parameters;
}

/** A query of one resource type, RFC 7644 §3.4.2. Nothing found is a list of nothing, never 404. */
export async function listOf(kind: ResourceKind, listing: Listing): Promise<JsonObject> {
  const { directory, parameters } = listing;
  const projection = projectionOf(parameters);
  const sort = sortOf(parameters, kind);
  const page = pageRequestOf(parameters);
  const filter = filterOf(parameters);
  const query = { page, baseUrl: listing.baseUrl, ...(filter ? { filter } : {}), ...(sort ? { sort } : {}) };
  const found = await directory.list(kind, query, wantedOf(kind, projection, false));
  return renderList(found, { page, projection, baseUrl: listing.baseUrl });
}

export interface ListRendering {
  readonly page: PageRequest;
  readonly projection: Projection;
  readonly baseUrl: string;
}

/** `startIndex` is echoed as asked for; a page by cursor has none, RFC 9865 §2. */
export function renderList(found: ListPage, how: ListRendering): JsonObject {
  const { page, projection, baseUrl } = how;
  const { nextCursor, previousCursor } = found;
  return {
    schemas: [listResponseSchema],
    totalResults: found.totalResults,
    ...(page.kind === 'index' ? { startIndex: page.startIndex } : {}),
    itemsPerPage: found.resources.length,
    ...(nextCursor === undefined ? {} : { nextCursor }),
    ...(previousCursor === undefined ? {} : { previousCursor }),
    Resources: found.resources.map((resource) => rendered(resource, projection, baseUrl)),
  };
}

export const rendered = (resource: Resource, projection: Projection, baseUrl: string): JsonObject =>
  project(resource.kind, renderResource(resource, baseUrl), projection);

export const projectionOf = (parameters: Parameters): Projection =>
  parseProjection(parameters.get('attributes'), parameters.get('excludedattributes'));

export function filterOf(parameters: Parameters): Filter | undefined {
  const text = parameters.get('filter');
  return text === undefined || text.trim() === '' ? undefined : parseFilter(text);
}
