import { DirectoryId } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import { answerTo } from './dispatch.ts';
import { isPointRead } from './early-reads.ts';
import { renderError } from './errors.ts';
import type { ScimCaller, ScimPorts, ScimRequest, ScimResponse } from './exchange.ts';
import { exchangeOf, type Outcome } from './exchange-record.ts';
import { queryParameters } from './paging.ts';
import { type RequestBody, requestBody } from './request-body.ts';
import type { Answer } from './resource-requests.ts';
import { assertAllowed, routeOf } from './routes.ts';

export type {
  ScimCaller,
  ScimExchange,
  ScimPorts,
  ScimRequest,
  ScimResponse,
  ScimSettings,
} from './exchange.ts';

/**
 * Serves SCIM 2.0 (RFC 7643, 7644, 9865) under /scim/v2/{directoryId}. Who calls is settled first: until then no body
 * is read and nothing is answered but 401, alike for a wrong key and for a directory that is not.
 * Refusals are answered; bugs and outages are thrown, once they are recorded.
 */
export async function serveScim(request: ScimRequest, ports: ScimPorts): Promise<ScimResponse> {
  const at = ports.now();
  const exchange: Exchange = { request, ports, directoryId: DirectoryId.safeParse(request.directoryId).data };
  const outcome = await outcomeOf(exchange);
  if (exchange.directoryId) {
    const { directoryId, body } = exchange;
    const durationMilliseconds = ports.now() - at;
    ports.record(exchangeOf(request, outcome, { directoryId, at, durationMilliseconds, body }));
  }
  if ('thrown' in outcome) throw outcome.thrown;
  return request.method === 'HEAD' ? withoutBody(outcome.response) : outcome.response;
}

interface Exchange {
  readonly request: ScimRequest;
  readonly ports: ScimPorts;
  readonly directoryId: DirectoryId | undefined;
  /** Once it has been read. */
  body?: RequestBody;
}

async function outcomeOf(exchange: Exchange): Promise<Outcome> {
  try {
    return await answered(exchange);
  } catch (error) {
    return error instanceof Refusal
      ? { response: renderError(error), refusal: error }
      : { response: { status: 500, headers: {} }, thrown: error };
  }
}

async function answered(exchange: Exchange): Promise<Answer> {
  const caller = authorized(exchange);
  const early = isPointRead(exchange.request) ? act(exchange, caller) : undefined;
  // Of a stranger's read nobody hears.
  early?.catch(() => undefined);
  await caller;
  return early ?? act(exchange, caller);
}

/** The caller, who belongs to the directory that the URL names, whatever the adapter looked at. */
async function authorized({ request, ports, directoryId }: Exchange): Promise<ScimCaller> {
  const caller = await ports.authorize(request.directoryId, request.header('authorization'));
  if (caller.directoryId !== directoryId) throw stranger();
  return caller;
}

/** Finds the route, checks the method, and has the request answered. */
async function act(exchange: Exchange, known: Promise<ScimCaller>): Promise<Answer> {
  const { request, ports, directoryId } = exchange;
  if (!directoryId) throw stranger();
  const route = routeOf(request.path);
  assertAllowed(route, request.method);
  const caller = () => known;
  return answerTo({
    request,
    route,
    method: request.method === 'HEAD' ? 'GET' : request.method,
    parameters: queryParameters(request.query),
    directory: ports.directory(directoryId, caller),
    baseUrl: `${ports.publicOrigin}/scim/v2/${directoryId}`,
    caller,
    body: async (bytesMax) => {
      exchange.body = await requestBody(request, bytesMax);
      return exchange.body.json;
    },
  });
}

const stranger = () =>
  new Refusal('unauthenticated', 'The key is missing, wrong or no longer valid for this directory.');

const withoutBody = ({ status, headers }: ScimResponse): ScimResponse => ({ status, headers });
