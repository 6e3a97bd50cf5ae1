import type { Filter } from './filter.ts';

/** `urn:…:User:name.givenName`, `emails[type eq "work"].value`: RFC 7644 §3.5.2, figure 7. */
export interface AttributePath {
  /** The schema URN before the attribute, as written; absent for core attributes and for a bare extension attribute. */
  readonly schema?: string;
  /** Attribute name as written; empty when the path is a schema URN alone. */
  readonly attribute: string;
  readonly valueFilter?: Filter;
  readonly subAttribute?: string;
}
