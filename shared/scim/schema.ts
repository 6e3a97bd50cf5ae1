import type { AttributePath } from './filter.ts';
import type { ResourceKind } from './scim-directory.ts';

/** An attribute with its characteristics, RFC 7643 §2.2 and §7; rendered as it is at /Schemas. */
export interface SchemaAttribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex';
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

export declare const userSchemaId: string;
export declare const groupSchemaId: string;
export declare const enterpriseSchemaId: string;

/** Every schema of the service for /Schemas: User, enterprise User, Group, then the meta-schemas. */
export declare const schemas: readonly Schema[];

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

/** Resolves names without case, URN-qualified or not; undefined for what does not exist. */
export declare function attributeAt(kind: ResourceKind, path: AttributePath): Location | undefined;
