import type { Json, JsonObject } from '../../../shared/model/json.ts';
import type { TenantObject } from '../tenant-objects.ts';
import { type GraphAnswer, type GraphRequest, graphError } from './exchange.ts';
import type { GraphState } from './graph-state.ts';
import { groupProperties, inUpperCase, propertiesOf, selected, typeOf, userProperties } from './rendering.ts';

/** One page of at most 999; the rest is behind a link that remembers the last id and the query. */
export function listOf(
  state: GraphState,
  request: GraphRequest,
  objects: readonly TenantObject[],
): GraphAnswer {
  return pageOf(
    state,
    request,
    objects.map((object) => () => entryOf(state, object, selectOf(request))),
  );
}

/** Pages over anything: `$top` up to 999, 100 unless told. */
export function pageOf(
  state: GraphState,
  request: GraphRequest,
  items: readonly (() => Json)[],
): GraphAnswer {
  const { decoded } = request.query;
  const top = Number(decoded.get('top') ?? '100');
  if (!Number.isInteger(top) || top < 1 || top > pageSizeMax) {
    return graphError(
      400,
      'Request_BadRequest',
      `Invalid page size specified: '${decoded.get('top')}'. Must be between 1 and 999 inclusive.`,
    );
  }
  if (decoded.has('filter') || decoded.has('expand') || decoded.has('orderby')) {
    return graphError(
      400,
      'Request_UnsupportedQuery',
      'The simulated lists take $select, $top, $count and $skiptoken only.',
    );
  }
  const skip = decoded.get('skiptoken');
  const start = skip === undefined ? 0 : Number(/^at(\d+)$/.exec(skip)?.[1] ?? Number.NaN);
  if (Number.isNaN(start))
    return graphError(400, 'Directory_ExpiredPageToken', 'The specified page token value has expired.');
  const page = items.slice(start, start + top).map((render) => render());
  const next = leadsBack(state, request) ? 0 : start + top;
  const isUpper = state.faults.happens('upper-case-ids');
  return {
    status: 200,
    body: {
      '@odata.context': `${state.serviceUrl()}/$metadata#${request.segments.join('/')}`,
      ...(isAdvanced(request) ? { '@odata.count': items.length } : {}),
      ...(next >= items.length ? {} : { '@odata.nextLink': linkTo(state, request, next) }),
      value: isUpper ? page.map(inUpperCase) : page,
    },
  };
}

/** The links of a list may lead to its first page again. */
function leadsBack({ faults }: GraphState, { segments }: GraphRequest): boolean {
  const [collection, , relation] = segments;
  if (collection !== 'users' && collection !== 'groups') return false;
  return faults.happens(relation === undefined ? 'list-loop' : 'member-list-loop');
}

function linkTo(state: GraphState, request: GraphRequest, at: number): string {
  const kept = [...request.query.raw]
    .filter(([name]) => name !== 'skiptoken')
    .map(([name, value]) => `$${name}=${value}`);
  const path = request.segments.map(encodeURIComponent).join('/').replaceAll('%24', '$');
  return `${state.serviceUrl()}/${path}?${[...kept, `$skiptoken=at${at}`].join('&')}`;
}

export function entryOf(state: GraphState, object: TenantObject, select: readonly string[]): JsonObject {
  const properties =
    object.kind === 'user'
      ? userProperties(object)
      : object.kind === 'group'
        ? groupProperties(object)
        : propertiesOf(object);
  const canRead = object.kind !== 'user' || state.permissions.has('User.Read.All');
  const shown = canRead ? selected(properties, select) : { id: object.id };
  return { '@odata.type': typeOf(object.kind), ...shown };
}

/** A bare number in a text, of the advanced index. */
export function countOf(request: GraphRequest, count: number): GraphAnswer {
  if (String(request.headers['consistencylevel']).toLowerCase() !== 'eventual') {
    return graphError(400, 'Request_BadRequest', '$count needs the header ConsistencyLevel: eventual.');
  }
  return { status: 200, body: count };
}

export const selectOf = ({ query }: GraphRequest): readonly string[] =>
  (query.decoded.get('select') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

export const isAdvanced = ({ headers, query }: GraphRequest): boolean =>
  String(headers['consistencylevel']).toLowerCase() === 'eventual' && query.decoded.get('count') === 'true';

export const liveOf = (objects: ReadonlyMap<string, TenantObject>): TenantObject[] =>
  [...objects.values()].filter(({ life }) => life === 'live');

const pageSizeMax = 999;
