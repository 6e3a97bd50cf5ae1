import type { JsonObject } from '../model/json.ts';
import type { Resource } from './scim-directory.ts';

/**
 * A resource as the RFC shows it, in a stable order: schemas (with the extensions present), id, attributes, extensions, meta.
 * `baseUrl` is `https://…/scim/v2/{directoryId}` without a trailing slash. `members` are `{value, type: 'User'|'Group'}`,
 * `groups` are `{value, type: 'direct'|'indirect'}`; each gets its `$ref` here.
 */
export declare function renderResource(resource: Resource, baseUrl: string): JsonObject;
/** `{baseUrl}/Users/{id}`. */
export declare function locationOf(resource: Pick<Resource, 'kind' | 'id'>, baseUrl: string): string;
