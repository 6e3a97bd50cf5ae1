import type { Json, JsonObject } from '../model/json.ts';
import { assertReadable } from './entity-tags.ts';
import type { ScimResponse, ScimSettings } from './exchange.ts';
import { rendered } from './lists.ts';
import { locationOf } from './locations.ts';
import { parsePatch } from './patch.ts';
import { type Projection, wantedOf } from './projection.ts';
import { parseResource } from './resource-body.ts';
import { assertAllowed, type Route } from './routes.ts';
import type { Precondition, Resource, ResourceKind, ScimDirectory, Target } from './scim-directory.ts';

/** What a request about one resource has to do with, over HTTP or inside a Bulk request. */
export interface ResourceCall {
  readonly directory: ScimDirectory;
  readonly baseUrl: string;
  readonly settings: ScimSettings;
  readonly projection: Projection;
  readonly on: Precondition;
  /** `Prefer: return=representation`, RFC 7240. */
  readonly prefersResource: boolean;
}

/** An answer and what the request log says of it. */
export interface Answer {
  readonly response: ScimResponse;
  readonly objectId?: string;
  readonly note?: string;
  readonly largeRemoval?: { readonly removed: number; readonly before: number };
  /** Whether it answers Entra's connection test. */
  readonly probe?: boolean;
}

/** The answer to a request about one resource. */
export interface ResourceAnswer extends Answer {
  readonly objectId: string;
}

/** POST, RFC 7644 §3.3. */
async function createResource(kind: ResourceKind, body: Json, call: ResourceCall): Promise<ResourceAnswer> {
  const draft = parseResource(kind, body);
  const resource = await call.directory.create(kind, draft, wantedOf(kind, call.projection, false));
  return answerOf(resource, { status: 201, call });
}

/** GET of one, RFC 7644 §3.4.1. */
export async function readResource(
  target: Target,
  call: Omit<ResourceCall, 'settings' | 'prefersResource'>,
): Promise<Answer> {
  const resource = await call.directory.read(target, wantedOf(target.kind, call.projection, true));
  assertReadable(call.on, resource.version);
  return answerOf(resource, { status: 200, call });
}

/** PUT, RFC 7644 §3.5.1. */
async function replaceResource(target: Target, body: Json, call: ResourceCall): Promise<ResourceAnswer> {
  const draft = parseResource(target.kind, body);
  const terms = { on: call.on, wanted: wantedOf(target.kind, call.projection, false) };
  return answerOf(await call.directory.replace(target, draft, terms), { status: 200, call });
}

/** PATCH, RFC 7644 §3.5.2: a user is shown, a group only when asked for, for it may be long. */
async function patchResource(target: Target, body: Json, call: ResourceCall): Promise<ResourceAnswer> {
  const operations = parsePatch(body);
  const isShown = target.kind === 'User' || showsGroup(call);
  const wanted = isShown ? wantedOf(target.kind, call.projection, false) : { members: false, groups: false };
  const resource = await call.directory.patch(target, operations, { on: call.on, wanted });
  if (isShown) return answerOf(resource, { status: 200, call });
  return { ...notesOf(resource), response: { status: 204, headers: { etag: resource.version } } };
}

/** DELETE, RFC 7644 §3.6. */
async function deleteResource(target: Target, call: ResourceCall): Promise<ResourceAnswer> {
  await call.directory.remove(target, call.on);
  return { objectId: target.id, response: { status: 204, headers: {} } };
}

const showsGroup = ({ projection, prefersResource, settings }: ResourceCall) =>
  prefersResource ||
  settings.groupPatchAnswer === 'resource' ||
  projection.attributes !== undefined ||
  projection.excluded !== undefined;

function answerOf(
  resource: Resource,
  how: { readonly status: number; readonly call: Pick<ResourceCall, 'projection' | 'baseUrl'> },
): ResourceAnswer {
  const { status, call } = how;
  const body: JsonObject = rendered(resource, call.projection, call.baseUrl);
  return {
    ...notesOf(resource),
    response: {
      status,
      headers: {
        'content-type': 'application/scim+json',
        etag: resource.version,
        location: locationOf(resource, call.baseUrl),
      },
      body,
    },
  };
}

const namedMax = 10;

function notesOf(resource: Resource): Omit<ResourceAnswer, 'response'> {
  const notes = [...droppedNote(resource), ...unknownNote(resource)];
  const { removed = 0, before = 0, isLarge = false } = resource.droppedMembers ?? {};
  return {
    objectId: resource.id,
    ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
    ...(isLarge ? { largeRemoval: { removed, before } } : {}),
  };
}

const droppedNote = ({ droppedMembers }: Resource): readonly string[] =>
  droppedMembers ? [`replace dropped ${droppedMembers.removed} of ${droppedMembers.before} members`] : [];

function unknownNote({ unknownMembers = [] }: Resource): readonly string[] {
  if (unknownMembers.length === 0) return [];
  const named = unknownMembers.slice(0, namedMax).map((member) => member.slice(0, 100));
  const more = unknownMembers.length > namedMax ? ', …' : '';
  return [`${unknownMembers.length} members left out, not in this directory: ${named.join(', ')}${more}`];
}

/** What a write names: a collection to create in, or a resource. */
export type WriteRoute = Extract<Route, { kind: 'collection' | 'resource' }>;

/** A write by its method, over HTTP or inside a Bulk request; `body` is read only where there is one. */
export async function writeResource(
  write: { readonly method: string; readonly route: WriteRoute; readonly body: () => Promise<Json> },
  call: ResourceCall,
): Promise<ResourceAnswer> {
  const { method, route, body } = write;
  assertAllowed(route, method);
  if (route.kind === 'collection') return createResource(route.resource, await body(), call);
  const target = { kind: route.resource, id: route.id };
  if (method === 'DELETE') return deleteResource(target, call);
  return method === 'PUT'
    ? replaceResource(target, await body(), call)
    : patchResource(target, await body(), call);
}
