import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { pathOfName } from './bodies/locate.ts';
import { isList } from './bodies/read-value.ts';
import { spelledAs } from './filters/scope.ts';
import { attributeAt, type Location } from './schema.ts';
import type { ResourceKind, Wanted } from './scim-directory.ts';

/** `attributes` and `excludedAttributes`, RFC 7644 §3.9: names that do not exist are ignored. Opaque to others. */
export interface Projection {
  readonly attributes?: readonly string[];
  readonly excluded?: readonly string[];
}

/** Each a list separated by commas (`.search` joins its arrays); absent or empty text asks for the default. */
export function parseProjection(attributes?: string, excludedAttributes?: string): Projection {
  const [only, excluded] = [namesOf(attributes), namesOf(excludedAttributes)];
  return { ...(only.length > 0 && { attributes: only }), ...(excluded.length > 0 && { excluded }) };
}

/** What a projection leaves of a rendered resource; `id` and `schemas` always stay. */
export function project(kind: ResourceKind, resource: JsonObject, projection: Projection): JsonObject {
  const { attributes, excluded } = projection;
  let left = resource;
  if (attributes) left = only(resource, [...always, ...routesOf(kind, attributes)]);
  if (excluded)
    left = without(
      left,
      routesOf(kind, excluded).filter(([name]) => !isAlways(name)),
    );
  return left;
}

/** What has to be read for an answer: `groups` in lists only when asked for by name. */
export function wantedOf(kind: ResourceKind, projection: Projection, single: boolean): Wanted {
  const { attributes, excluded } = projection;
  const named = attributes && new Set(routesOf(kind, attributes).map(([name]) => name));
  const left = new Set(
    routesOf(kind, excluded ?? []).flatMap(([name, sub]) => (sub === undefined ? [name] : [])),
  );
  const isShown = (name: string, byDefault: boolean) => (named?.has(name) ?? byDefault) && !left.has(name);
  return {
    members: kind === 'Group' && isShown('members', true),
    groups: kind === 'User' && isShown('groups', single),
  };
}

const namesOf = (list: string | undefined): readonly string[] =>
  (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** The keys that lead to an attribute in a rendered resource. */
type Route = readonly [name: string, ...deeper: string[]];

const always: readonly Route[] = [['schemas'], ['id']];
const isAlways = (name: string): boolean => name === 'schemas' || name === 'id';

const routesOf = (kind: ResourceKind, names: readonly string[]): readonly Route[] =>
  names.flatMap((name) => {
    const path = pathOfName(name);
    const location = path && attributeAt(kind, path);
    return location ? routesTo(location) : [];
  });

function routesTo(location: Location): readonly Route[] {
  switch (location.kind) {
    case 'extension':
      return [[location.urn]];
    case 'custom': {
      const { urn, attribute, subAttribute } = location;
      const deeper = subAttribute === undefined ? [attribute] : [attribute, subAttribute];
      // The last part of an unknown URN may be an attribute or belong to the URN.
      return subAttribute === undefined ? [[urn, ...deeper], [`${urn}:${attribute}`]] : [[urn, ...deeper]];
    }
    case 'attribute': {
      const { extension, attribute, subAttribute } = location;
      const deeper = subAttribute === undefined ? [] : [subAttribute.name];
      return extension === undefined
        ? [[attribute.name, ...deeper]]
        : [[extension, attribute.name, ...deeper]];
    }
  }
}

/** The part of an object that the routes lead to, in the object's own order. */
function only(of: JsonObject, routes: readonly (readonly string[])[]): JsonObject {
  const wanted = byFirst(of, routes);
  return cut(of, (name, value) => {
    const deeper = wanted.get(name);
    if (deeper === undefined || deeper.some((route) => route.length === 0)) return deeper && value;
    return within(value, (inner) => only(inner, deeper));
  });
}

function without(of: JsonObject, routes: readonly (readonly string[])[]): JsonObject {
  const unwanted = byFirst(of, routes);
  return cut(of, (name, value) => {
    const deeper = unwanted.get(name);
    if (deeper === undefined) return value;
    if (deeper.some((route) => route.length === 0)) return undefined;
    return within(value, (inner) => without(inner, deeper)) ?? (isContainer(value) ? undefined : value);
  });
}

function cut(of: JsonObject, keep: (name: string, value: Json) => Json | undefined): JsonObject {
  const kept: [string, Json][] = [];
  for (const [name, value] of Object.entries(of)) {
    const part = keep(name, value);
    if (part !== undefined) kept.push([name, part]);
  }
  return Object.fromEntries(kept);
}

/** An object or a list of objects with only a part of each; undefined when nothing is left. */
function within(value: Json, part: (of: JsonObject) => JsonObject): Json | undefined {
  const parts = (isList(value) ? value : [value]).filter(isJsonObject).map(part);
  const filled = parts.filter((inner) => Object.keys(inner).length > 0);
  return isList(value) && filled.length > 0 ? filled : filled[0];
}

const isContainer = (value: Json): boolean => isList(value) || isJsonObject(value);

/** Routes by the key they begin with, as spelled in the object. */
function byFirst(of: JsonObject, routes: readonly (readonly string[])[]): Map<string, string[][]> {
  const groups = new Map<string, string[][]>();
  for (const [first = '', ...rest] of routes) {
    const name = spelledAs(of, first);
    groups.set(name, [...(groups.get(name) ?? []), rest]);
  }
  return groups;
}
