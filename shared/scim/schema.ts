import { attribute, complex, type Schema, type SchemaAttribute } from './schemas/attribute.ts';
import { groupSchema, groupSchemaId } from './schemas/group.ts';
import { metaSchemas } from './schemas/meta.ts';
import { enterpriseSchema, enterpriseSchemaId, userSchema, userSchemaId } from './schemas/user.ts';
import type { ResourceKind } from './scim-directory.ts';

/** An attribute as named by a caller; `AttributePath` of filters is one. */
export interface AttributeName {
  readonly schema?: string;
  readonly attribute: string;
  readonly subAttribute?: string;
}

/** Where a path leads in resources of a kind. */
export type Location =
  /** An attribute of the schemas; `extension` is the canonical URN it is kept under, absent for core attributes. */
  | {
      readonly kind: 'attribute';
      readonly extension?: string;
      readonly attribute: SchemaAttribute;
      readonly subAttribute?: SchemaAttribute;
    }
  /** A whole extension, ours or a custom one. */
  | { readonly kind: 'extension'; readonly urn: string }
  /** An attribute of a custom extension, about which nothing is known. */
  | {
      readonly kind: 'custom';
      readonly urn: string;
      readonly attribute: string;
      readonly subAttribute?: string;
    };

/** Every schema of the service for /Schemas: what clients map comes first. */
export const schemas: readonly Schema[] = [userSchema, enterpriseSchema, groupSchema, ...metaSchemas];

export const mainSchemaOf: Readonly<Record<ResourceKind, Schema>> = { User: userSchema, Group: groupSchema };

/** Extensions of a kind that are ours; those of clients are kept without being known. */
export const extensionsOf: Readonly<Record<ResourceKind, readonly Schema[]>> = {
  User: [enterpriseSchema],
  Group: [],
};

/** Resolves names without case, URN-qualified or not; undefined for what does not exist. */
export function attributeAt(kind: ResourceKind, path: AttributeName): Location | undefined {
  const name = path.attribute.toLowerCase();
  if (path.schema === undefined) return within(bareNames[kind].get(name), path);
  const urn = path.schema.toLowerCase();
  if (urn === coreUrns[kind]) return within(coreNames[kind].get(name), path);
  const extension = extensionNames[kind].get(urn);
  if (extension !== undefined) {
    if (name === '') return { kind: 'extension', urn: extension.urn };
    return within(extension.names.get(name), path);
  }
  return isReserved(urn) ? undefined : custom(path.schema, path);
}

/** URNs that name something of ours or of the protocol; nothing of a client is kept under them. */
export const isReserved = (urn: string): boolean =>
  reservedUrns.has(urn.toLowerCase()) || urn.toLowerCase().startsWith('urn:ietf:params:scim:api:');

/** Whether a URN is an extension that is ours. */
export const isExtensionOf = (kind: ResourceKind, urn: string): boolean =>
  extensionNames[kind].has(urn.toLowerCase());

export type AttributeLocation = Extract<Location, { kind: 'attribute' }>;
type Names = ReadonlyMap<string, AttributeLocation>;

function within(found: AttributeLocation | undefined, path: AttributeName): Location | undefined {
  if (found === undefined || path.subAttribute === undefined) return found;
  const subAttribute = subAttributeOf(found.attribute, path.subAttribute);
  return subAttribute && { ...found, subAttribute };
}

export function subAttributeOf(of: SchemaAttribute, name: string): SchemaAttribute | undefined {
  return subAttributes.get(of)?.get(name.toLowerCase());
}

function custom(urn: string, path: AttributeName): Location | undefined {
  const { attribute: name, subAttribute } = path;
  if (name === '') return { kind: 'extension', urn };
  return { kind: 'custom', urn, attribute: name, ...(subAttribute !== undefined && { subAttribute }) };
}

const ownId = attribute('id', 'Identifier given by the service', {
  mutability: 'readOnly',
  returned: 'always',
  uniqueness: 'server',
});
const ownSchemas = attribute('schemas', 'URNs of the schemas in use', {
  multiValued: true,
  required: true,
  type: 'reference',
  returned: 'always',
});
const exact = { mutability: 'readOnly', caseExact: true } as const;
const ownMeta = {
  ...complex('meta', 'What the service knows about the resource', [
    attribute('resourceType', 'The type of the resource', exact),
    attribute('created', 'When it was created', { ...exact, type: 'dateTime' }),
    attribute('lastModified', 'When it was changed last', { ...exact, type: 'dateTime' }),
    attribute('location', 'Its address', { ...exact, type: 'reference' }),
    attribute('version', 'Its entity tag', exact),
  ]),
  mutability: 'readOnly',
} as const;

/** RFC 7643 §3.1: part of every resource and of no schema. */
const common = [ownSchemas, ownId, ownMeta];

const coreNames = {
  User: namesOf([...common, ...userSchema.attributes]),
  Group: namesOf([...common, ...groupSchema.attributes]),
};
const coreUrns = { User: userSchemaId.toLowerCase(), Group: groupSchemaId.toLowerCase() };

const enterpriseNames = namesOf(enterpriseSchema.attributes, enterpriseSchemaId);
const extensionNames: Record<ResourceKind, ReadonlyMap<string, { urn: string; names: Names }>> = {
  User: new Map([[enterpriseSchemaId.toLowerCase(), { urn: enterpriseSchemaId, names: enterpriseNames }]]),
  Group: new Map(),
};

/** `manager` alone is the enterprise manager: Entra's older form of the reference check and its update. */
const bareNames: Record<ResourceKind, Names> = {
  User: new Map([...coreNames.User, ...[...enterpriseNames].filter(([name]) => name === 'manager')]),
  Group: coreNames.Group,
};

const reservedUrns = new Set(schemas.map(({ id }) => id.toLowerCase()));

const subAttributes = new Map(
  [...common, ...schemas.flatMap((schema) => schema.attributes)].map((of) => [
    of,
    new Map((of.subAttributes ?? []).map((sub) => [sub.name.toLowerCase(), sub])),
  ]),
);

function namesOf(attributes: readonly SchemaAttribute[], extension?: string): Names {
  return new Map(
    attributes.map((of) => [
      of.name.toLowerCase(),
      { kind: 'attribute', attribute: of, ...(extension !== undefined && { extension }) },
    ]),
  );
}
