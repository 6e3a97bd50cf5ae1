import type { Filter } from './filter.ts';
import type { Resource, ResourceKind, Wanted } from './scim-directory.ts';

/**
 * A filter made ready for many resources. Attributes that do not exist match nothing; `ne` is the opposite of `eq`,
 * so that it matches them; `password` matches nothing at all.
 * Refusal `invalid-filter` for an order comparison of booleans or binaries, RFC 7644 §3.4.2.2.
 */
export declare function compileFilter(kind: ResourceKind, filter: Filter): (resource: Resource) => boolean;
export declare function matches(filter: Filter, kind: ResourceKind, resource: Resource): boolean;
/** Which of the attributes that are read only on demand a filter looks at. */
export declare function wantedByFilter(kind: ResourceKind, filter: Filter): Wanted;
