import { Client, ResponseType } from '@microsoft/microsoft-graph-client';
import { followable } from './graph-links.ts';
import {
  ExactRequest,
  FailedResponse,
  type GraphMiddlewareOptions,
  graphMiddleware,
  Price,
  ReadResponse,
} from './graph-middleware.ts';

/** Reads Graph: one tenant, one credential, one pacer. Every function throws `GraphFailure` and nothing else of Graph's. */
export interface GraphClient {
  /** GET of a path under the version root; `query` holds OData options and `headers` such as ConsistencyLevel. */
  read(query: GraphQuery): Promise<unknown>;
  /** GET of a nextLink or deltaLink, untouched. */
  follow(link: string, resourceUnits: number): Promise<unknown>;
  /** POST $batch of at most 20 requests; answers by id, in no order (graph.md §1.6). */
  batch(requests: readonly BatchRequest[]): Promise<unknown>;
}

export interface GraphQuery {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly resourceUnits: number;
}

export interface BatchRequest {
  readonly id: string;
  readonly url: string;
  readonly resourceUnits: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GraphClientOptions extends GraphMiddlewareOptions {
  /** `https://graph.microsoft.com/v1.0`, a national cloud's, or a loopback address in the local host. */
  readonly serviceUrl: string;
}

export function graphClient(options: GraphClientOptions): GraphClient {
  const service = new URL(options.serviceUrl);
  const client = Client.initWithMiddleware({
    baseUrl: `${service.origin}/`,
    defaultVersion: service.pathname.replaceAll('/', ''),
    middleware: graphMiddleware(options),
    customHosts: new Set([service.hostname]),
  });
  const parsed = async (response: Promise<unknown>) => {
    const read = await response;
    if (read instanceof FailedResponse) throw read.failure;
    return read instanceof ReadResponse ? read.parsed : undefined;
  };
  return {
    read: ({ path, query = {}, headers = {}, resourceUnits }) =>
      parsed(
        client
          .api(path)
          .query(encoded(query))
          .headers({ ...headers })
          .middlewareOptions([new Price(resourceUnits)])
          .responseType(ResponseType.RAW)
          .get(),
      ),
    follow: async (link, resourceUnits) =>
      await parsed(
        client
          .api('/')
          .middlewareOptions([
            new ExactRequest(followable(link, options.serviceUrl)),
            new Price(resourceUnits),
          ])
          .responseType(ResponseType.RAW)
          .get(),
      ),
    batch: (requests) =>
      parsed(
        client
          .api('/$batch')
          .middlewareOptions([new Price(requests.reduce((sum, request) => sum + request.resourceUnits, 0))])
          .responseType(ResponseType.RAW)
          .post({
            requests: requests.map(({ id, url, headers = {} }) => ({ id, method: 'GET', url, headers })),
          }),
      ),
  };
}

/** The library puts values into the address as they are. */
const encoded = (query: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(query).map(([name, value]) => [name, encodeURIComponent(value)]));
