import type { Json } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';
import { Refusal } from '../../model/refusal.ts';
import { type AttributePath, parsePath } from '../filter.ts';
import { attributeAt, isReserved, type Location } from '../schema.ts';
import type { ResourceKind } from '../scim-directory.ts';

/** A key of an object of attributes as a path; undefined for what cannot be one, which is no attribute of ours. */
export function pathOfKey(key: string): AttributePath | undefined {
  try {
    return parsePath(key);
  } catch (cause) {
    // A broken value path is a broken request; any other odd key is just unknown.
    if (!(cause instanceof Refusal) || key.includes('[')) throw cause;
    return undefined;
  }
}

/** A name of `attributes` or `sortBy` as a path; undefined for what cannot be one. */
export function pathOfName(name: string): AttributePath | undefined {
  try {
    return parsePath(name);
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    return undefined;
  }
}

/**
 * Where a value belongs. An object under a URN that nobody knows is a whole extension and not an attribute of one,
 * whatever the URN's last part looks like.
 */
export function locate(
  kind: ResourceKind,
  path: AttributePath,
  value: Json | undefined,
): Location | undefined {
  const location = attributeAt(kind, path);
  if (location?.kind !== 'custom' || location.subAttribute !== undefined) return location;
  const urn = `${location.urn}:${location.attribute}`;
  const isWhole = isJsonObject(value) && !/:(user|group)$/i.test(location.urn) && !isReserved(urn);
  return isWhole ? { kind: 'extension', urn } : location;
}
