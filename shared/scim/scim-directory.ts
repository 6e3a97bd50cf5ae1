import type { JsonObject } from '../model/json.ts';
import type { Filter } from './filter.ts';
import type { PatchOperation } from './patch-operation.ts';
import type { ResourceDraft } from './resource-draft.ts';

/**
 * The directory that the protocol asks for, in its own words: shared/directory is one.
 * Every function throws a `Refusal`: `not-found` for an id, `uniqueness`, `precondition-failed`, `too-many`, `busy`.
 */
export interface ScimDirectory {
  create(kind: ResourceKind, draft: ResourceDraft, wanted: Wanted): Promise<Resource>;
  read(target: Target, wanted: Wanted): Promise<Resource>;
  list(kind: ResourceKind, query: ListQuery, wanted: Wanted): Promise<ListPage>;
  /** PUT, RFC 7644 §3.5.1. Undefined `members` in the draft leaves memberships alone. */
  replace(target: Target, draft: ResourceDraft, terms: WriteTerms): Promise<Resource>;
  /** PATCH, RFC 7644 §3.5.2: all operations or none; without effect nothing is written and the version stays. */
  patch(target: Target, operations: readonly PatchOperation[], terms: WriteTerms): Promise<Resource>;
  remove(target: Target, on: Precondition): Promise<void>;
}

/** A resource by the id in its URL, as sent. */
export interface Target {
  readonly kind: ResourceKind;
  readonly id: string;
}

export interface WriteTerms {
  readonly on: Precondition;
  /** What the answer shows. */
  readonly wanted: Wanted;
}

export type ResourceKind = 'User' | 'Group';

/** Attributes that cost more than the resource's own row: read only when the answer shows them or the filter needs them. */
export interface Wanted {
  /** Group.members, direct. */
  readonly members: boolean;
  /** User.groups, direct and indirect. */
  readonly groups: boolean;
}

export interface Resource {
  readonly kind: ResourceKind;
  readonly id: string;
  /** The entity tag as sent, `W/"…"`, RFC 7644 §3.14. */
  readonly version: string;
  readonly created: string;
  readonly lastModified: string;
  /** Canonical names and types, with `members` or `groups` only where wanted; without id, schemas and meta. */
  readonly attributes: JsonObject;
  /** Members of the request that are not in the directory and were left out of it. */
  readonly unknownMembers?: readonly string[];
  /** What a replacement of the members took away. */
  readonly droppedMembers?: DroppedMembers;
}

export interface DroppedMembers {
  readonly removed: number;
  readonly before: number;
  /** Beyond the thresholds of the directory's settings. */
  readonly isLarge: boolean;
}

/** If-Match and If-None-Match as parsed lists of entity tags; `*` stands for any. */
export interface Precondition {
  readonly ifMatch?: readonly string[];
  readonly ifNoneMatch?: readonly string[];
}

export interface ListQuery {
  readonly filter?: Filter;
  /** What `meta.location` is told below, `https://…/scim/v2/{directoryId}`: filters may ask for it. */
  readonly baseUrl: string;
  readonly page: PageRequest;
  readonly sort?: { readonly by: SortAttribute; readonly descending: boolean };
}

export type PageRequest =
  /** RFC 7644 §3.4.2.4; startIndex ≥ 1, count ≥ 0. */
  | { readonly kind: 'index'; readonly startIndex: number; readonly count: number }
  /** RFC 9865; no cursor asks for the first page. */
  | { readonly kind: 'cursor'; readonly cursor?: string; readonly count: number };

/** The attributes that an index serves in order; sorting by another is declared unsupported. */
export type SortAttribute = 'id' | 'userName' | 'displayName' | 'meta.created';

export interface ListPage {
  readonly resources: readonly Resource[];
  readonly totalResults: number;
  readonly nextCursor?: string;
  readonly previousCursor?: string;
}
