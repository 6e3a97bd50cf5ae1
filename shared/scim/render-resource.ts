import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { schemasOf } from './filters/scope.ts';
import { locationOf } from './locations.ts';
import { mainSchemaOf } from './schema.ts';
import type { Resource } from './scim-directory.ts';

/**
 * A resource as the RFC shows it, in a stable order: schemas (with the extensions present), id, attributes, extensions, meta.
 * `baseUrl` is `https://…/scim/v2/{directoryId}` without a trailing slash. `members` are `{value, type: 'User'|'Group'}`,
 * `groups` are `{value, type: 'direct'|'indirect'}`; each gets its `$ref` here.
 */
export function renderResource(resource: Resource, baseUrl: string): JsonObject {
  const { kind, id, attributes, version, created, lastModified } = resource;
  const schemas = schemasOf(resource);
  const rendered: Record<string, Json> = { schemas, id };
  for (const { name } of mainSchemaOf[kind].attributes) {
    const value = attributes[name];
    if (value !== undefined) rendered[name] = withReferences(name, value, baseUrl);
  }
  for (const urn of schemas.slice(1)) {
    // A manager has no `$ref`: the id may belong to nobody yet, and what was sent is what comes back.
    rendered[urn] = attributes[urn] ?? {};
  }
  const location = locationOf(resource, baseUrl);
  rendered['meta'] = { resourceType: kind, created, lastModified, location, version };
  return rendered;
}

function withReferences(name: string, value: Json, baseUrl: string): Json {
  if (name === 'groups') return referring(value, () => `${baseUrl}/Groups/`);
  if (name === 'members') {
    return referring(value, (type) => `${baseUrl}/${type === 'Group' ? 'Groups' : 'Users'}/`);
  }
  return value;
}

function referring(list: Json, addressOf: (type: Json | undefined) => string): Json {
  if (!Array.isArray(list)) return list;
  return list.map((element: Json) => {
    if (!isJsonObject(element)) return element;
    const { value = '', type } = element;
    return {
      value,
      $ref: addressOf(type) + encodeURIComponent(String(value)),
      ...(type !== undefined && { type }),
    };
  });
}
