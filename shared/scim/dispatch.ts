import type { Json, JsonObject } from '../model/json.ts';
import { limits } from '../model/limits.ts';
import { Refusal } from '../model/refusal.ts';
import { bulkResponse } from './bulk.ts';
import {
  assertUnfiltered,
  discovered,
  listOfAll,
  resourceTypes,
  schemaResources,
  serviceProviderConfig,
} from './discovery.ts';
import { preconditionOf } from './entity-tags.ts';
import type { ScimCaller, ScimRequest } from './exchange.ts';
import { isProbe } from './exchange-record.ts';
import { filterOf, listOf, projectionOf } from './lists.ts';
import { type Parameters, searchParameters } from './paging.ts';
import {
  type Answer,
  type ResourceCall,
  readResource,
  type WriteRoute,
  writeResource,
} from './resource-requests.ts';
import { allowOf, type Route } from './routes.ts';
import type { ResourceKind, ScimDirectory } from './scim-directory.ts';
import { searchAll } from './search.ts';

/** A request with all that answering it takes. */
export interface Call {
  readonly request: ScimRequest;
  /** HEAD is GET by now. */
  readonly method: string;
  readonly route: Route;
  readonly parameters: Parameters;
  readonly directory: ScimDirectory;
  readonly baseUrl: string;
  readonly caller: () => Promise<ScimCaller>;
  readonly body: (bytesMax: number) => Promise<Json>;
}

/** Answers what a route stands for. The method is one that the route takes. */
export async function answerTo(call: Call): Promise<Answer> {
  const { route, method } = call;
  if (method === 'OPTIONS')
    return { response: { status: 204, headers: { allow: allowOf(route).join(', ') } } };
  switch (route.kind) {
    case 'root':
      return found(await searchAll(call));
    case 'collection':
      return method === 'GET' ? listed(call, route.resource) : written(call, route);
    case 'resource':
      return method === 'GET' ? readOne(call, route) : written(call, route);
    case 'search':
      return searched(call, route.resource);
    case 'bulk':
      return bulk(call);
    case 'me':
      throw new Refusal('not-implemented', 'The key of a directory is nobody: there is no /Me.');
    case 'service-provider-config':
    case 'resource-types':
    case 'schemas':
      return found(discovery(call, route));
  }
}

async function listed(call: Call, kind: ResourceKind): Promise<Answer> {
  const list = await listOf(kind, call);
  return { ...found(list), probe: isProbe(filterOf(call.parameters), Number(list['totalResults'])) };
}

async function searched(call: Call, kind: ResourceKind | undefined): Promise<Answer> {
  const parameters = searchParameters(await call.body(limits.bodyBytesMax));
  const listing = { ...call, parameters };
  return found(kind === undefined ? await searchAll(listing) : await listOf(kind, listing));
}

const readOne = (call: Call, route: Extract<Route, { kind: 'resource' }>) =>
  readResource(
    { kind: route.resource, id: route.id },
    {
      directory: call.directory,
      baseUrl: call.baseUrl,
      projection: projectionOf(call.parameters),
      on: preconditionOf(call.request.header),
    },
  );

async function written(call: Call, route: WriteRoute): Promise<Answer> {
  const write = { method: call.method, route, body: () => call.body(limits.bodyBytesMax) };
  return writeResource(write, await resourceCall(call));
}

async function resourceCall(call: Call): Promise<ResourceCall> {
  const { settings } = await call.caller();
  const { header } = call.request;
  return {
    directory: call.directory,
    baseUrl: call.baseUrl,
    settings,
    projection: projectionOf(call.parameters),
    on: preconditionOf(header),
    prefersResource: /\breturn=representation\b/i.test(header('prefer') ?? ''),
  };
}

type Discovery = Extract<Route, { kind: 'service-provider-config' | 'resource-types' | 'schemas' }>;

function discovery({ baseUrl, parameters }: Call, route: Discovery): JsonObject {
  assertUnfiltered(parameters);
  if (route.kind === 'service-provider-config') return serviceProviderConfig(baseUrl);
  const all = route.kind === 'schemas' ? schemaResources(baseUrl) : resourceTypes(baseUrl);
  return route.id === undefined ? listOfAll(all) : discovered(all, route.id);
}

async function bulk(call: Call): Promise<Answer> {
  const body = await call.body(limits.bulkBodyBytesMax);
  const done = await bulkResponse(body, await resourceCall(call));
  return { ...found(done.body), ...done.remarks };
}

const found = (body: JsonObject): Answer => ({
  response: { status: 200, headers: { 'content-type': 'application/scim+json' }, body },
});
