import { Refusal } from '../model/refusal.ts';
import type { ScimRequest } from './exchange.ts';
import { planOf } from './filter-plan.ts';
import { filterOf, projectionOf } from './lists.ts';
import { type Parameters, queryParameters } from './paging.ts';
import { wantedOf } from './projection.ts';
import { routeOf } from './routes.ts';
import type { ResourceKind } from './scim-directory.ts';

/**
 * Whether a request is a read that costs a look-up or two whatever the directory holds. Such a read may run beside the
 * key check; a stranger must not make us do more.
 */
export function isPointRead(request: ScimRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  try {
    return isPoint(request);
  } catch (error) {
    // What cannot be read is refused in its turn, after the key check.
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function isPoint(request: ScimRequest): boolean {
  const route = routeOf(request.path);
  const parameters = queryParameters(request.query);
  if (route.kind === 'resource') {
    return !wantedOf(route.resource, projectionOf(parameters), true).members;
  }
  return route.kind === 'collection' && namesOne(route.resource, parameters);
}

function namesOne(kind: ResourceKind, parameters: Parameters): boolean {
  const { members, groups } = wantedOf(kind, projectionOf(parameters), false);
  const filter = filterOf(parameters);
  const first = filter && planOf(kind, filter).lookups[0];
  return !members && !groups && first !== undefined && first.by !== 'member' && first.by !== 'manager';
}
