import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { AttributePath } from '../filter.ts';
import { locationOf } from '../locations.ts';
import { attributeAt, type Location, mainSchemaOf, subAttributeOf } from '../schema.ts';
import type { SchemaAttribute } from '../schemas/attribute.ts';
import type { Resource, ResourceKind } from '../scim-directory.ts';
import type { Traits } from './comparison.ts';

/** How the names of a filter are read from what it is asked about: a resource, or one element of a list. */
export interface Scope<T> {
  /** The values behind a name without brackets; undefined for what does not exist. */
  readonly values: (path: AttributePath) => Values<T> | undefined;
}

export interface Values<T> {
  /** The attribute's values: one or none, or the elements of a list. */
  readonly of: (subject: T) => readonly Json[];
  /** The names within one element; undefined where elements have none. */
  readonly inner?: Scope<Json>;
  readonly traits: Traits;
  /** `password` is compared with nothing. */
  readonly secret?: boolean;
}

/** `baseUrl` is what locations are told below; without one no resource has a location. */
export const resourceScope = (kind: ResourceKind, baseUrl?: string): Scope<Resource> => ({
  values: (path) => {
    const location = attributeAt(kind, path);
    return location && valuesAt(location, baseUrl);
  },
});

function valuesAt(location: Location, baseUrl: string | undefined): Values<Resource> {
  switch (location.kind) {
    case 'extension':
      return { of: (resource) => listed(fieldOf(resource.attributes, location.urn)), traits: untyped };
    case 'custom':
      return {
        of: (resource) => listed(fieldOf(fieldOf(resource.attributes, location.urn), location.attribute)),
        inner: customScope,
        traits: untyped,
      };
    case 'attribute':
      return attributeValues(location.attribute, readerOf(location, baseUrl));
  }
}

function attributeValues(
  attribute: SchemaAttribute,
  of: (resource: Resource) => readonly Json[],
): Values<Resource> {
  return {
    of,
    ...(attribute.subAttributes && { inner: elementScope(attribute) }),
    traits: attribute,
    ...(attribute.returned === 'never' && { secret: true }),
  };
}

function readerOf(
  { extension, attribute: { name } }: Extract<Location, { kind: 'attribute' }>,
  baseUrl: string | undefined,
): Reader {
  if (extension !== undefined) {
    return (resource: Resource) => listed(own(own(resource.attributes, extension), name));
  }
  return serverMade(baseUrl).get(name) ?? ((resource: Resource) => listed(own(resource.attributes, name)));
}

type Reader = (resource: Resource) => readonly Json[];

const serverMade = (baseUrl: string | undefined): ReadonlyMap<string, Reader> =>
  new Map<string, Reader>([
    ['id', ({ id }) => [id]],
    ['schemas', schemasOf],
    ['meta', (resource) => [metaOf(resource, baseUrl)]],
  ]);

const metaOf = (resource: Resource, baseUrl: string | undefined): JsonObject => ({
  resourceType: resource.kind,
  created: resource.created,
  lastModified: resource.lastModified,
  version: resource.version,
  ...(baseUrl === undefined ? {} : { location: locationOf(resource, baseUrl) }),
});

/** The URNs of the schemas a resource makes use of. */
export function schemasOf({ kind, attributes }: Pick<Resource, 'kind' | 'attributes'>): readonly string[] {
  return [mainSchemaOf[kind].id, ...Object.keys(attributes).filter((name) => name.includes(':'))];
}

/** Within one element of a complex attribute; the caller takes care of sub-attributes named after a dot. */
export const elementScope = (of: SchemaAttribute): Scope<Json> => ({
  values: ({ schema, attribute, subAttribute }) => {
    const traits =
      schema === undefined && subAttribute === undefined ? subAttributeOf(of, attribute) : undefined;
    return traits && { of: (element) => listed(own(element, traits.name)), traits };
  },
});

const customScope: Scope<Json> = {
  values: ({ schema, attribute, subAttribute }) =>
    schema === undefined && subAttribute === undefined
      ? { of: (element) => listed(fieldOf(element, attribute)), traits: { caseExact: false } }
      : undefined,
};

const untyped: Traits = { caseExact: false };

function listed(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return none;
  return isList(value) ? value : [value];
}

const none: readonly Json[] = [];
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function own(of: Json | undefined, name: string): Json | undefined {
  return isJsonObject(of) && Object.hasOwn(of, name) ? of[name] : undefined;
}

/** A field whose name is spelled in any case. */
function fieldOf(of: Json | undefined, name: string): Json | undefined {
  return isJsonObject(of) ? own(of, spelledAs(of, name)) : undefined;
}

/** The name by which an object has a field already, whatever its case; else the name itself. */
export function spelledAs(of: JsonObject, name: string): string {
  if (Object.hasOwn(of, name)) return name;
  const folded = name.toLowerCase();
  return Object.keys(of).find((key) => key.toLowerCase() === folded) ?? name;
}
