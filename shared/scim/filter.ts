/** A filter as a tree, RFC 7644 §3.4.2.2. */
export type Filter =
  | {
      readonly kind: 'compare';
      /** May carry a `valueFilter`: `emails[type eq "work"].value eq "x"`. */
      readonly path: AttributePath;
      readonly operator: CompareOperator;
      readonly value: CompareValue;
    }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly filter: Filter }
  /** `emails[type eq "work"]`: one element fulfils all of it. */
  | { readonly kind: 'value-path'; readonly path: AttributePath; readonly filter: Filter };

/** `urn:…:User:name.givenName`, `emails[type eq "work"].value`: RFC 7644 §3.5.2, figure 7. */
export interface AttributePath {
  /** The schema URN before the attribute, as written; absent for core attributes and for a bare extension attribute. */
  readonly schema?: string;
  /** Attribute name as written; empty when the path is a schema URN alone. */
  readonly attribute: string;
  readonly valueFilter?: Filter;
  readonly subAttribute?: string;
}

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type CompareValue = string | number | boolean | null;

/** Reads a filter; Refusal `invalid-filter` for what cannot be read, is too long, too deep or has too many terms. */
export declare function parseFilter(text: string): Filter;
/** Reads the path of a PATCH operation or of a projection; Refusal `invalid-path`. */
export declare function parsePath(text: string): AttributePath;
