import type { Json } from '../../../shared/model/json.ts';
import { renderPage } from './delta-page.ts';
import {
  beginRound,
  type DeltaResource,
  type DeltaRound,
  nothingWithheld,
  type RoundStart,
  type Withheld,
} from './delta-round.ts';
import { type DeltaToken, parseToken, tokenRefusals, tokenText } from './delta-tokens.ts';
import { type GraphAnswer, type GraphRequest, graphError } from './exchange.ts';
import type { GraphState } from './graph-state.ts';
import { inUpperCase } from './rendering.ts';

/** Rounds of change tracking: `/users/delta` and `/groups/delta`. */
export interface DeltaRoutes {
  answer(resource: DeltaResource, request: GraphRequest): GraphAnswer;
}

/** Remembers the rounds that are being read; a token of any other one is dead. */
export function deltaRoutes(state: GraphState): DeltaRoutes {
  const reading: Reading = {
    state,
    rounds: new Map(),
    withheld: new Map(),
    begun: 0,
  };
  return {
    answer(resource, request) {
      const { raw } = request.query;
      const skip = raw.get('skiptoken');
      if (skip !== undefined) return continueRound(reading, resource, skip);
      const token = raw.get('deltatoken');
      if (token === 'latest') return syncFromNow(reading, resource, request);
      if (token !== undefined && token !== '') return nextRound(reading, resource, { token, request });
      return firstRound(reading, resource, request);
    },
  };
}

interface Reading {
  readonly state: GraphState;
  readonly rounds: Map<number, DeltaRound>;
  /** What each round held back, by the number in its delta token. */
  readonly withheld: Map<number, Withheld>;
  begun: number;
}

function firstRound(reading: Reading, resource: DeltaResource, request: GraphRequest): GraphAnswer {
  const options = optionsOf(resource, request);
  return 'status' in options
    ? options
    : begin(reading, { ...options, from: undefined, minimal: false }, nothingWithheld);
}

function syncFromNow(reading: Reading, resource: DeltaResource, request: GraphRequest): GraphAnswer {
  const options = optionsOf(resource, request);
  if ('status' in options) return options;
  const { position } = reading.state.deltaView();
  return page(reading, {
    resource,
    value: [],
    link: deltaLink(reading, { ...options, position, number: 0 }),
  });
}

/** The token decides about `$select`, whatever the link says now. */
function nextRound(
  reading: Reading,
  resource: DeltaResource,
  { token, request }: { readonly token: string; readonly request: GraphRequest },
): GraphAnswer {
  const { state } = reading;
  const known = parseToken(token);
  if (known?.kind !== 'delta' || known.resource !== resource || known.tenant !== state.tenant.id) {
    return tokenRefusals.invalid();
  }
  const { faults } = state;
  if (state.now() - known.issued > tokenLifeMilliseconds) return tokenRefusals.expired();
  if (faults.happens('expired-token')) return tokenRefusals.expired();
  if (faults.happens('gone-without-location')) return tokenRefusals.gone();
  if (faults.happens('gone-with-location')) return tokenRefusals.gone(startLink(reading, known));
  const minimal = /return=minimal/i.test(String(request.headers['prefer'] ?? ''));
  const released = reading.withheld.get(known.round) ?? nothingWithheld;
  return begin(
    reading,
    { resource, select: known.select, only: known.only, from: known.position, minimal },
    released,
  );
}

function begin(reading: Reading, start: RoundStart, released: Withheld): GraphAnswer {
  const { state } = reading;
  const round = beginRound(state.deltaView(), start, {
    faults: state.faults,
    released,
    showsHidden: state.permissions.has('Member.Read.Hidden'),
    newId: state.newId,
    pageSizes: state.pageSizes,
  });
  reading.begun++;
  reading.rounds.set(reading.begun, round);
  reading.withheld.set(reading.begun, round.withheld);
  reading.rounds.delete(reading.begun - roundsRemembered);
  return pageOfRound(reading, { number: reading.begun, round, at: 0, visit: 0 });
}

function continueRound(reading: Reading, resource: DeltaResource, text: string): GraphAnswer {
  const { faults, tenant } = reading.state;
  const token = parseToken(text);
  if (token?.kind !== 'skip' || token.tenant !== tenant.id) return tokenRefusals.deadPage();
  const round = reading.rounds.get(token.round);
  if (round === undefined || round.resource !== resource) return tokenRefusals.deadPage();
  if (faults.happens('dead-skiptoken')) {
    reading.rounds.delete(token.round);
    return tokenRefusals.deadPage();
  }
  if (faults.happens('unknown-skiptoken')) return tokenRefusals.unknownPage();
  if (faults.happens('gone-in-mid-round')) return tokenRefusals.gone();
  return pageOfRound(reading, { number: token.round, round, at: token.page, visit: token.visit });
}

interface PageOfRound {
  readonly number: number;
  readonly round: DeltaRound;
  readonly at: number;
  /** How often a link was given that leads nowhere new, so that no two links are alike. */
  readonly visit: number;
}

function pageOfRound(reading: Reading, { number, round, at, visit }: PageOfRound): GraphAnswer {
  const { state } = reading;
  const value = renderPage({ view: state.tenant, round, faults: state.faults }, at);
  const { resource } = round;
  if (at + 1 >= round.pages.length) {
    return page(reading, { resource, value, link: deltaLink(reading, { ...round, number }) });
  }
  let following = at + 1;
  let visits = visit;
  if (state.faults.happens('endless-round')) {
    following = at;
    visits++;
  } else if (at > 0 && state.faults.happens('link-loop')) {
    following = at - 1;
  }
  const token = {
    kind: 'skip',
    tenant: state.tenant.id,
    round: number,
    page: following,
    visit: visits,
  } as const;
  return page(reading, { resource, value, link: nextLink(reading, resource, token) });
}

interface Page {
  readonly resource: DeltaResource;
  readonly value: readonly Json[];
  readonly link: Readonly<Record<string, string>>;
}

function page({ state }: Reading, { resource, value, link }: Page): GraphAnswer {
  const isUpper = state.faults.happens('upper-case-ids');
  return {
    status: 200,
    body: {
      '@odata.context': `${state.serviceUrl()}/$metadata#${resource}`,
      ...link,
      value: isUpper ? value.map(inUpperCase) : value,
    },
  };
}

function nextLink(
  { state }: Reading,
  resource: DeltaResource,
  token: DeltaToken,
): Readonly<Record<string, string>> {
  const { faults } = state;
  const name = faults.happens('mixed-case-tokens') ? '$skipToken' : '$skiptoken';
  const origin = faults.happens('foreign-link') ? foreignServiceUrl : state.serviceUrl();
  const text = tokenText(token, faults.happens('large-tokens'));
  return { '@odata.nextLink': `${origin}/${resource}/delta?${name}=${text}` };
}

function deltaLink(
  { state }: Reading,
  {
    resource,
    select,
    only,
    position,
    number,
  }: DeltaOptions & { readonly position: number; readonly number: number },
): Readonly<Record<string, string>> {
  const { faults, tenant } = state;
  const issued = state.now();
  const token = {
    kind: 'delta',
    tenant: tenant.id,
    resource,
    select,
    position,
    round: number,
    issued,
    ...(only && { only }),
  } as const;
  const name = faults.happens('mixed-case-tokens') ? '$deltaToken' : '$deltatoken';
  const text = tokenText(token, faults.happens('large-tokens'));
  return { '@odata.deltaLink': `${state.serviceUrl()}/${resource}/delta?${name}=${text}` };
}

const startLink = (
  { state }: Reading,
  { resource, select }: { resource: DeltaResource; select: readonly string[] },
): string => `${state.serviceUrl()}/${resource}/delta?$select=${select.join(',')}&$deltatoken=`;

interface DeltaOptions {
  readonly resource: DeltaResource;
  readonly select: readonly string[];
  readonly only: readonly string[] | undefined;
}

/** `$select`, and `$filter` by at most 50 ids; `$top` is ignored in silence, everything else refused (graph.md §1.1). */
function optionsOf(resource: DeltaResource, { query }: GraphRequest): DeltaOptions | GraphAnswer {
  for (const name of query.decoded.keys()) {
    if (!knownOptions.has(name))
      return graphError(400, 'Request_UnsupportedQuery', `$${name} is not supported by delta.`);
  }
  const select = (query.decoded.get('select') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const filter = query.decoded.get('filter');
  if (filter === undefined) return { resource, select, only: undefined };
  const only = filter
    .split(/\s+or\s+/i)
    .map((term) => /^id eq '([0-9a-f-]{36})'$/i.exec(term.trim())?.[1]?.toLowerCase());
  if (only.length > filterIdsMax || only.includes(undefined)) {
    return graphError(400, 'Request_UnsupportedQuery', 'The filter may name at most 50 objects by id.');
  }
  return { resource, select, only: only.filter((id) => id !== undefined) };
}

const knownOptions: ReadonlySet<string> = new Set(['select', 'filter', 'top', 'deltatoken']);
const filterIdsMax = 50;
const roundsRemembered = 100;
/** Directory tokens live seven days. */
const tokenLifeMilliseconds = 7 * 24 * 3600 * 1000;
/** A host that must never see the bearer token. */
const foreignServiceUrl = 'http://graph.attacker.example/v1.0';
