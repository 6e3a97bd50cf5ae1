/** An attribute with its characteristics, RFC 7643 §2.2 and §7; rendered as it is at /Schemas. */
export interface SchemaAttribute {
  readonly name: string;
  readonly type:
    | 'string'
    | 'boolean'
    | 'decimal'
    | 'integer'
    | 'dateTime'
    | 'binary'
    | 'reference'
    | 'complex';
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly SchemaAttribute[];
}

export interface Schema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly SchemaAttribute[];
}

type Traits = Partial<Omit<SchemaAttribute, 'name' | 'description'>>;

/** An attribute with the defaults of RFC 7643 §2.2 where `traits` says nothing. */
export const attribute = (name: string, description: string, traits: Traits = {}): SchemaAttribute => ({
  name,
  type: 'string',
  multiValued: false,
  description,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  ...traits,
});

export const complex = (
  name: string,
  description: string,
  subAttributes: readonly SchemaAttribute[],
): SchemaAttribute => attribute(name, description, { type: 'complex', subAttributes });

/** A multi-valued complex attribute. */
export const list = (
  name: string,
  description: string,
  subAttributes: readonly SchemaAttribute[],
): SchemaAttribute => attribute(name, description, { type: 'complex', multiValued: true, subAttributes });

/** An attribute and all below it as the service's own, which no client can change. */
export const readOnly = (of: SchemaAttribute): SchemaAttribute => ({
  ...of,
  mutability: 'readOnly',
  ...(of.subAttributes && { subAttributes: of.subAttributes.map(readOnly) }),
});
