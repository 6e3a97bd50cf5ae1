import type { Json, JsonObject } from '../../../shared/model/json.ts';
import { deltaRoutes } from './delta-routes.ts';
import { type GraphAnswer, type GraphRequest, graphError, parseTarget } from './exchange.ts';
import type { GraphPermission, GraphState } from './graph-state.ts';
import { answerList } from './list-routes.ts';
import { costOf, type ResourceUnits } from './resource-units.ts';
import { answerTenant } from './tenant-routes.ts';

export type Route = (request: GraphRequest) => GraphAnswer;

/** Everything below `/v1.0`, throttled and charged; what the simulated Graph does not know is a 400 like Graph's own. */
export function graphRoutes(state: GraphState, units: ResourceUnits): Route {
  const delta = deltaRoutes(state);
  const single: Route = (request) => {
    const [collection, second] = request.segments;
    const missing = missingPermission(state, collection);
    if (missing !== undefined) {
      return graphError(
        403,
        'Authorization_RequestDenied',
        `Insufficient privileges to complete the operation: ${missing}.`,
      );
    }
    if ((collection === 'users' || collection === 'groups') && second === 'delta')
      return delta.answer(collection, request);
    const segment = collection ?? '';
    return (
      answerList(state, request) ??
      answerTenant(state, request) ??
      graphError(400, 'BadRequest', `Resource not found for the segment '${segment}'.`)
    );
  };
  const charged = (request: GraphRequest): GraphAnswer => {
    const cost = costOf(request);
    const usage = units.charge(cost);
    const headers = { 'x-ms-resource-unit': String(cost), ...usageHeaders(usage) };
    const answer = usage > 1 ? throttled('5') : (throttledByFault(state) ?? single(request));
    return { ...answer, headers: { ...headers, ...answer.headers } };
  };
  return (request) =>
    request.segments[0] === '$batch'
      ? batch(state, request, charged)
      : request.method === 'GET'
        ? charged(request)
        : notAllowed();
}

const usageHeaders = (usage: number): Record<string, string> =>
  usage < 0.8
    ? {}
    : {
        'x-ms-throttle-limit-percentage': Math.min(1.8, usage).toFixed(1),
        'x-ms-throttle-scope': 'Tenant_Application/Read/simulated',
        'x-ms-throttle-information': usage > 1 ? 'ResourceUnitLimitExceeded' : 'ApproachingLimit',
      };

const throttled = (retryAfter: string | undefined): GraphAnswer => ({
  ...graphError(429, 'TooManyRequests', 'Too many requests.'),
  headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
});

/** 429 although the limit is far, with Retry-After in every form that was seen. */
function throttledByFault({ faults, now }: GraphState): GraphAnswer | undefined {
  if (faults.happens('throttled-seconds')) return throttled('1');
  if (faults.happens('throttled-fraction')) return throttled('0.128');
  if (faults.happens('throttled-date')) return throttled(new Date(now() + 2000).toUTCString());
  if (faults.happens('throttled-past-date')) return throttled(new Date(now() - 60_000).toUTCString());
  if (faults.happens('throttled-zero')) return throttled('0');
  if (faults.happens('throttled-long')) return throttled('600');
  return faults.happens('throttled-bare') ? throttled(undefined) : undefined;
}

/** Each resource has a permission of its own; without it the answer is 403, but for hidden members, which just lack. */
function missingPermission({ permissions }: GraphState, collection = ''): GraphPermission | undefined {
  const needed = new Map<string, GraphPermission>([
    ['users', 'User.Read.All'],
    ['groups', 'GroupMember.Read.All'],
    ['domains', 'Domain.Read.All'],
    ['organization', 'Organization.Read.All'],
    ['servicePrincipals', 'Application.Read.All'],
  ]).get(collection.replace(/[(].*$/, ''));
  return needed === undefined || permissions.has(needed) ? undefined : needed;
}

/** At most 20 requests, each charged and throttled on its own, answered in any order inside one 200. */
function batch(state: GraphState, request: GraphRequest, route: Route): GraphAnswer {
  if (request.method !== 'POST') return notAllowed();
  const requests = (request.body as JsonObject | undefined)?.['requests'];
  if (!Array.isArray(requests)) return graphError(400, 'BadRequest', 'A batch needs an array of requests.');
  if (requests.length > batchRequestsMax) {
    return graphError(
      400,
      'BadRequest',
      `Number of batch request steps exceeds the maximum value of ${batchRequestsMax}.`,
    );
  }
  const { faults } = state;
  const responses = requests
    .filter(() => !faults.happens('batch-missing'))
    .map((part): Json => {
      const answer = faults.happens('batch-throttled-inside')
        ? throttled('1')
        : partOf(part as JsonObject, route);
      const { status, headers = {}, body = null } = answer;
      return {
        id: String((part as JsonObject)['id']),
        status,
        headers: { 'content-type': 'application/json', ...headers },
        body,
      };
    });
  return {
    status: 200,
    body: { responses: faults.happens('batch-shuffled') ? faults.shuffled(responses) : responses },
  };
}

function partOf(part: JsonObject, route: Route): GraphAnswer {
  const { method, url, headers } = part;
  const target = parseTarget(`/v1.0${String(url)}`);
  if (target === null || method !== 'GET') return notAllowed();
  const lower = Object.entries((headers ?? {}) as JsonObject).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  return route({ method, ...target, headers: Object.fromEntries(lower), body: undefined });
}

const notAllowed = (): GraphAnswer =>
  graphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');

const batchRequestsMax = 20;
