import type { JsonObject } from '../model/json.ts';
import type { ResourceKind, Wanted } from './scim-directory.ts';

/** `attributes` and `excludedAttributes`, RFC 7644 §3.9: names that do not exist are ignored. Opaque to others. */
export interface Projection {
  readonly attributes?: readonly string[];
  readonly excluded?: readonly string[];
}

/** Each a list separated by commas (`.search` joins its arrays); absent or empty text asks for the default. */
export declare function parseProjection(attributes?: string, excludedAttributes?: string): Projection;
/** What a projection leaves of a rendered resource; `id` and `schemas` always stay. */
export declare function project(kind: ResourceKind, resource: JsonObject, projection: Projection): JsonObject;
/** What has to be read for an answer: `groups` in lists only when asked for by name. */
export declare function wantedOf(kind: ResourceKind, projection: Projection, single: boolean): Wanted;
