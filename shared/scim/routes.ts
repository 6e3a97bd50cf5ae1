import { excerpt, Refusal } from '../model/refusal.ts';
import type { ResourceKind } from './scim-directory.ts';

/** What a path under the directory's base URL names, RFC 7644 §3.2. */
export type Route =
  | { readonly kind: 'root' }
  | { readonly kind: 'collection'; readonly resource: ResourceKind }
  | { readonly kind: 'resource'; readonly resource: ResourceKind; readonly id: string }
  | { readonly kind: 'search'; readonly resource?: ResourceKind }
  | { readonly kind: 'bulk' }
  | { readonly kind: 'me' }
  | { readonly kind: 'service-provider-config' }
  | { readonly kind: 'resource-types'; readonly id?: string }
  | { readonly kind: 'schemas'; readonly id?: string };

/** Methods besides HEAD, which goes where GET goes, and OPTIONS, which goes everywhere. */
const methodsOf: Record<Route['kind'], readonly string[]> = {
  root: ['GET'],
  collection: ['GET', 'POST'],
  resource: ['GET', 'PUT', 'PATCH', 'DELETE'],
  search: ['POST'],
  bulk: ['POST'],
  me: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  'service-provider-config': ['GET'],
  'resource-types': ['GET'],
  schemas: ['GET'],
};

const collections = new Map<string, ResourceKind>([
  ['users', 'User'],
  ['groups', 'Group'],
]);

/**
 * Finds the route of a percent-encoded path. Case of the collection's name, doubled slashes and a slash at the end do
 * not matter; each segment is decoded once. Refusal `not-found` for what is no endpoint of ours.
 */
export function routeOf(path: string): Route {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decoded);
  const route = namedBy(segments);
  if (!route) throw new Refusal('not-found', `There is no endpoint ${excerpt(path)}.`);
  return route;
}

/** Refusal `method-not-allowed` with `Allow`. */
export function assertAllowed(route: Route, method: string): void {
  const allow = allowOf(route);
  if (allow.includes(method)) return;
  throw new Refusal('method-not-allowed', `This endpoint takes ${allow.join(', ')}.`, {
    headers: { allow: allow.join(', ') },
  });
}

export function allowOf(route: Route): readonly string[] {
  const methods = methodsOf[route.kind];
  return [
    ...(methods.includes('GET') ? ['GET', 'HEAD'] : []),
    ...methods.filter((it) => it !== 'GET'),
    'OPTIONS',
  ];
}

function namedBy(segments: readonly string[]): Route | undefined {
  const [first, second, ...more] = segments;
  if (first === undefined) return { kind: 'root' };
  const name = first.toLowerCase();
  if (name === 'me') return { kind: 'me' };
  if (more.length > 0) return undefined;
  const resource = collections.get(name);
  if (resource) return underCollection(resource, second);
  if (name === 'resourcetypes') return withId('resource-types', second);
  if (name === 'schemas') return withId('schemas', second);
  return second === undefined ? single(name) : undefined;
}

function underCollection(resource: ResourceKind, segment: string | undefined): Route {
  if (segment === undefined) return { kind: 'collection', resource };
  if (segment.toLowerCase() === '.search') return { kind: 'search', resource };
  return { kind: 'resource', resource, id: segment };
}

const withId = (kind: 'resource-types' | 'schemas', id: string | undefined): Route =>
  id === undefined ? { kind } : { kind, id };

function single(name: string): Route | undefined {
  if (name === '.search') return { kind: 'search' };
  if (name === 'bulk') return { kind: 'bulk' };
  if (name === 'serviceproviderconfig') {
    return { kind: 'service-provider-config' };
  }
  return undefined;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new Refusal('invalid-syntax', 'The path is not percent-encoded UTF-8.', { cause });
  }
}
