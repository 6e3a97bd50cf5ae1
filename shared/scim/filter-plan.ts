import type { Filter } from './filter.ts';
import type { ResourceKind } from './scim-directory.ts';

/** One term of a conjunction that an index or a point read answers. */
export interface Lookup {
  /** `member`: a group's direct member by id; `manager`: the enterprise manager's id (no index: verify by `term`). */
  readonly by: 'id' | 'userName' | 'displayName' | 'externalId' | 'email' | 'member' | 'manager';
  /** `foldedKey` of the value for userName, displayName and email; lower case for ids; verbatim for externalId. */
  readonly key: string;
  /** The term it was made from. An index may give more than the term wants (`type eq "work"`): test the term as well. */
  readonly term: Filter;
}

export interface FilterPlan {
  /** The most selective first, in the order of `Lookup.by`; empty when only a scan can answer. */
  readonly lookups: readonly Lookup[];
  /** What no lookup names; absent when nothing is left. */
  readonly residual?: Filter;
}

/** What of a filter an index can answer. The filter equals the conjunction of all `term`s and `residual`. */
export declare function planOf(kind: ResourceKind, filter: Filter): FilterPlan;
/** Conjunction of filters; undefined of none. */
export declare function allOf(filters: readonly Filter[]): Filter | undefined;
