import { Client, ResponseType } from '@microsoft/microsoft-graph-client';
import { throttledSeconds } from './graph-batch.ts';
import { paidFor, type Spent } from './graph-failure.ts';
import { followable } from './graph-links.ts';
import {
  Attempts,
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
  read(query: GraphQuery): Promise<GraphReading>;
  /** GET of a nextLink or deltaLink, untouched. */
  follow(link: string, resourceUnits: number): Promise<GraphReading>;
  /** Several GETs in one round trip, at most 20 ($batch); each is charged and may be throttled on its own. For what can be done without. */
  batch(queries: readonly GraphQuery[]): Promise<GraphReading>;
}

/** The JSON of an answer, and what it took. */
export interface GraphReading extends Spent {
  readonly json: unknown;
}

export interface GraphQuery {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly resourceUnits: number;
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
  const parsed = async (response: Promise<unknown>): Promise<GraphReading> => {
    const read = await response;
    if (read instanceof FailedResponse) throw read.failure;
    if (!(read instanceof ReadResponse)) throw new Error('the client library did not use its middleware');
    return { json: read.parsed, ...read.spent };
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
    batch: async (queries) => {
      const requests = queries.map(({ path, headers = {} }, id) => ({
        ...{ id: String(id), method: 'GET', url: path, headers },
      }));
      const resourceUnits = queries.reduce((sum, query) => sum + query.resourceUnits, 0);
      const reading = await parsed(
        client
          .api('/$batch')
          .middlewareOptions([new Price(resourceUnits), new Attempts(batchAttemptsMax)])
          .responseType(ResponseType.RAW)
          .post({ requests }),
      );
      const seconds = paidFor(reading, () => throttledSeconds(reading.json, options.now()));
      if (seconds !== undefined) options.pacer.closeFor(seconds);
      return reading;
    },
  };
}

/** Nobody waits long for it. */
const batchAttemptsMax = 2;

/** The library puts values into the address as they are. */
const encoded = (query: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(query).map(([name, value]) => [name, encodeURIComponent(value)]));
