import type { GraphReader } from '../sync/graph-port.ts';
import { serviceUrlOf } from './clouds.ts';
import { graphClient } from './graph-client.ts';
import type { GraphCallLimits, GraphSurroundings } from './graph-middleware.ts';
import { graphReader } from './graph-reader.ts';
import { graphToken, rolesOf, type SignInSurroundings, type TokenSource } from './graph-token.ts';
import { type Pacer, pacer } from './pacer.ts';
import type { SigningIn } from './sign-in.ts';

/** One Graph of this machine that stands for every tenant's: the local host's. */
export interface GraphEndpoint {
  /** Such as `http://127.0.0.1:8080/v1.0`. */
  readonly url: string;
  readonly token: string;
}

/**
 * Readers of tenants. Those of one tenant and app share a token source and a pacer, so that all runs of this process
 * spend one budget of resource units (graph.md §1.7).
 */
export function graphConnections(surroundings: GraphSurroundings & SignInSurroundings) {
  const shared = new Map<string, Shared>();
  const endpoints = new Map<string, Pacer>();

  function sharedBy(connection: SigningIn): Shared {
    const { cloud, tenantId, credential } = connection;
    const name = JSON.stringify([cloud, tenantId.toLowerCase(), credential]);
    const known = shared.get(name);
    if (known !== undefined) return known;
    const made = {
      token: graphToken(connection, surroundings),
      pacer: pacer({ ...pace, ...surroundings }),
    };
    shared.set(name, made);
    return made;
  }

  return {
    /** A tenant's Graph. */
    reader(connection: SigningIn): GraphReader {
      const { token, pacer: paced } = sharedBy(connection);
      const serviceUrl = serviceUrlOf(connection.cloud);
      const client = graphClient({
        ...surroundings,
        serviceUrl,
        token,
        pacer: paced,
        limits: callLimits,
      });
      const grantedRoles = async () => rolesOf(await token());
      return graphReader(client, { serviceUrl, tenantId: connection.tenantId, grantedRoles });
    },

    /** A Graph at a fixed address with a fixed token; `tenantId` is what a connection says, if it says anything. */
    readerAt({ url, token }: GraphEndpoint, tenantId: string): GraphReader {
      const paced = endpoints.get(url) ?? pacer({ ...pace, ...surroundings });
      endpoints.set(url, paced);
      const own = { serviceUrl: url, token: async () => token, pacer: paced };
      const client = graphClient({ ...surroundings, ...own, limits: callLimits });
      return graphReader(client, { serviceUrl: url, tenantId, grantedRoles: async () => rolesOf(token) });
    },
  };
}

interface Shared {
  readonly token: TokenSource;
  readonly pacer: Pacer;
}

/** The identity service allows a large tenant 8,000 units per ten seconds; we stay below (graph.md §1.7). */
const pace = { unitsPerSecond: 640, burstUnits: 4000 };

const callLimits: GraphCallLimits = {
  attemptsMax: 6,
  attemptTimeoutMilliseconds: 100_000,
  waitSecondsMax: 20,
  bodyBytesMax: 64 * 1024 * 1024,
};
