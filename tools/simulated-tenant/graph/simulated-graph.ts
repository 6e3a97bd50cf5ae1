import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../../shared/model/json.ts';
import { evolve } from '../evolve.ts';
import { effectiveMembership, type Scope } from '../oracle.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Tenant } from '../tenant.ts';
import { type PageSizes, pageSizesOfGraph } from './delta-round.ts';
import { type GraphAnswer, graphError, parseTarget } from './exchange.ts';
import { type FaultName, type FaultSettings, type Faults, newFaults } from './faults.ts';
import { graphRoutes, type Route } from './graph-routes.ts';
import { allPermissions, type GraphPermission, type GraphState } from './graph-state.ts';
import { deliver, disturbed, unauthorized } from './http-faults.ts';
import { type ResourceUnits, resourceUnits } from './resource-units.ts';
import { type LaggingReplica, laggingReplica, type TenantView } from './tenant-view.ts';

export interface SimulatedGraphOptions {
  readonly faults?: FaultSettings;
  readonly seed?: string;
  /** The bearer token that opens it; made from the seed unless given. */
  readonly token?: string;
  /** On 127.0.0.1; 0, the default, picks a free one. */
  readonly port?: number;
  readonly permissions?: readonly GraphPermission[];
  readonly now?: () => number;
  /** Per ten seconds; 8,000 unless given. */
  readonly resourceUnitsMax?: number;
  /** How long a 504 takes to come; 2,000 unless given. */
  readonly hangMilliseconds?: number;
  /** Reads after a change that a lagging replica still answers from before it; 5 unless given. */
  readonly laggingReads?: number;
  /** A replica that lags, and an answer that is given again, are no older than this; without end unless given. */
  readonly laggingSecondsMax?: number;
  /** Of delta pages, smaller than Graph's for small tenants. */
  readonly pageSizes?: PageSizes;
}

/** Microsoft Graph for one simulated tenant, on a port of this machine. */
export interface SimulatedGraph {
  /** `http://127.0.0.1:…/v1.0`: what LOCAL_GRAPH_URL takes. */
  readonly url: string;
  readonly token: string;
  readonly faults: Faults;
  readonly permissions: Set<GraphPermission>;
  readonly usage: GraphUsage;
  /** The right answer: live users of every group in scope through any depth, by object id. */
  oracle(scope?: Scope): ReadonlyMap<string, ReadonlySet<string>>;
  stop(): Promise<void>;
}

export interface GraphUsage {
  /** Requests with the right token, by method and path without ids and queries. */
  readonly requests: ReadonlyMap<string, number>;
  readonly total: number;
  readonly resourceUnits: number;
}

/** Serves the tenant as Graph would, with the faults that are set; the tenant may change while it is read. */
export async function startSimulatedGraph(
  tenant: Tenant,
  options: SimulatedGraphOptions = {},
): Promise<SimulatedGraph> {
  const seed = options.seed ?? tenant.seed;
  const token = options.token ?? `simulated-${seededRandom(`token ${seed}`).uuid()}`;
  const server = createServer();
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1.0`;
  const state = stateOf(tenant, { ...options, seed, url });
  const units = resourceUnits(options.resourceUnitsMax ?? 8_000, state.now);
  const requests = new Map<string, number>();
  const front: Front = {
    state,
    token,
    requests,
    units,
    route: graphRoutes(state, units),
    recent: new Map(),
    staleMax: (options.laggingSecondsMax ?? Number.POSITIVE_INFINITY) * 1000,
    round: { last: 0 },
  };
  const delivery = { faults: state.faults, hangMilliseconds: options.hangMilliseconds ?? 2_000 };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    serve(front, request)
      .then((answer) => deliver(response, answer, delivery))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  return {
    url,
    token,
    faults: state.faults,
    permissions: state.permissions,
    usage: usageOf(requests, units),
    oracle: (scope) => effectiveMembership(tenant, scope),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Front {
  readonly state: GraphState;
  readonly token: string;
  readonly requests: Map<string, number>;
  readonly units: ResourceUnits;
  readonly route: Route;
  /** Answers of late by target, for a proxy that delivers one again. */
  readonly recent: Recent;
  /** Milliseconds after which none is given again. */
  readonly staleMax: number;
  readonly round: { last: number };
}

type Recent = Map<string, { readonly answer: GraphAnswer; readonly at: number }>;

function stateOf(
  tenant: Tenant,
  options: SimulatedGraphOptions & { readonly seed: string; readonly url: string },
): GraphState {
  const faults = newFaults(options.seed, options.faults);
  tenant.now = options.now ?? Date.now;
  const { laggingReads: reads = 5, laggingSecondsMax: secondsMax = Number.POSITIVE_INFINITY } = options;
  const replica = laggingReplica(tenant, { reads, secondsMax });
  const index = laggingReplica(tenant, { reads: 4 * reads, secondsMax });
  const viewOf = (fault: FaultName, of: LaggingReplica): TenantView => {
    if (faults.isSet(fault)) of.hear();
    return faults.happens(fault) ? of.behind() : tenant;
  };
  const random = seededRandom(`strangers ${options.seed}`);
  return {
    tenant,
    faults,
    permissions: new Set(options.permissions ?? allPermissions),
    now: options.now ?? Date.now,
    newId: () => random.uuid(),
    pageSizes: options.pageSizes ?? pageSizesOfGraph,
    serviceUrl: () => options.url,
    deltaView: () => viewOf('lagging-deltas', replica),
    countView: () => viewOf('lagging-counts', index),
    listView: () => viewOf('lagging-lists', replica),
  };
}

async function serve(front: Front, request: IncomingMessage): Promise<GraphAnswer> {
  const target = request.url ?? '/';
  const text = (await request.toArray()).join('');
  if (request.headers.authorization !== `Bearer ${front.token}`) return unauthorized('error="invalid_token"');
  if (target.startsWith('/simulation/')) return simulation(front, request.method ?? 'GET', target);
  const parsed = parseTarget(target);
  const body = parseBody(text);
  if (parsed === null || body === null)
    return graphError(400, 'BadRequest', 'The request is not one of Graph.');
  const method = request.method ?? 'GET';
  const kind = `${method} /${parsed.segments.map(withoutId).join('/')}`;
  front.requests.set(kind, (front.requests.get(kind) ?? 0) + 1);
  const before = method === 'GET' ? lately(front, target) : undefined;
  if (before !== undefined && front.state.faults.happens('stale-answer')) return before;
  const answer = front.route({ method, ...parsed, headers: request.headers, body });
  remember(front, target, answer);
  return disturbed(answer, front.state.faults);
}

function lately({ recent, staleMax, state }: Front, target: string): GraphAnswer | undefined {
  const before = recent.get(target);
  return before === undefined || state.now() - before.at > staleMax ? undefined : before.answer;
}

function remember({ recent, state }: Front, target: string, answer: GraphAnswer): void {
  recent.set(target, { answer, at: state.now() });
  const [oldest] = recent.keys();
  if (recent.size > 20 && oldest !== undefined) recent.delete(oldest);
}

/** Beside Graph: lets the tenant live a round, and tells the right answer, to a test in another process. */
function simulation({ state, round }: Front, method: string, target: string): GraphAnswer {
  if (method === 'POST' && target === '/simulation/evolve') {
    round.last++;
    return { status: 200, body: { round: round.last, ...evolve(state.tenant, round.last) } };
  }
  if (method === 'GET' && target === '/simulation/oracle') {
    const groups = [...effectiveMembership(state.tenant)].map(
      ([id, users]) => [id, [...users].sort()] as const,
    );
    return { status: 200, body: Object.fromEntries(groups) };
  }
  if (method === 'GET' && target === '/simulation/faults') {
    return { status: 200, body: Object.fromEntries(state.faults.counts) };
  }
  return graphError(404, 'NotFound', 'There are POST evolve, GET oracle and GET faults.');
}

const usageOf = (requests: ReadonlyMap<string, number>, units: ResourceUnits): GraphUsage => ({
  requests,
  get total() {
    return [...requests.values()].reduce((sum, count) => sum + count, 0);
  },
  get resourceUnits() {
    return units.total;
  },
});

/** Undefined for no body, null for one that is not JSON. */
function parseBody(text: string): Json | undefined | null {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

const withoutId = (segment: string): string => (/^[0-9a-f-]{36}$/i.test(segment) ? '{id}' : segment);
