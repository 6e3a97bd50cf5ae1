import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as openRequest } from 'node:http';
import { request as openSecureRequest, Agent as SecureAgent } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import type { Json, JsonObject } from '../../../shared/model/json.ts';
import { newTraffic, type Purpose, type Traffic } from './traffic.ts';

export interface ScimCall {
  readonly purpose: Purpose;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the Tenant URL: `/Users/…`. */
  readonly path: string;
  /** Encoded already, without its question mark. */
  readonly query?: string | undefined;
  readonly body?: JsonObject | undefined;
  /** Puts `aadOptscim062020` into the query, as a Tenant URL with this flag would. */
  readonly flagged?: boolean;
}

export interface ScimAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body, or undefined when there was none or it was no JSON object. */
  readonly body: JsonObject | undefined;
}

export interface ScimSender {
  send(call: ScimCall): Promise<ScimAnswer>;
  readonly traffic: Traffic;
  close(): void;
}

export interface SenderSettings {
  /** As the admin typed it; a trailing slash and a query are allowed. */
  readonly tenantUrl: string;
  readonly secretToken: string;
  readonly parallel: number;
  /** How often one request is sent at most; 429, 503 and broken connections are tried again. */
  readonly attempts: number;
}

/** The flag in the Tenant URL that asks for the newer dialect. */
export const newDialectFlag = 'aadOptscim062020';

/** Sends requests over kept connections with the headers that Entra sends, and none that it does not: no User-Agent. */
export function newScimSender(settings: SenderSettings): ScimSender {
  const base = new URL(settings.tenantUrl);
  const isSecure = base.protocol === 'https:';
  const agent = new (isSecure ? SecureAgent : Agent)({ keepAlive: true, maxSockets: settings.parallel });
  const traffic = newTraffic();
  const once = async (call: ScimCall): Promise<ScimAnswer> => {
    const started = performance.now();
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const answer = await exchange({ url: urlFor(base, call), agent, isSecure, body, call, settings });
    traffic.note(call.purpose, answer.status, performance.now() - started);
    return answer;
  };
  return {
    traffic,
    close: () => agent.destroy(),
    async send(call) {
      for (let attempt = 1; ; attempt++) {
        const isLast = attempt >= settings.attempts;
        const answer = await once(call).catch((error: unknown) => {
          if (isLast) throw error;
          return undefined;
        });
        if (answer !== undefined && (isLast || !isWorthRepeating(answer))) return answer;
        traffic.noteRetry();
        await pause(waitMilliseconds(answer, attempt));
      }
    },
  };
}

interface Exchange {
  readonly url: URL;
  readonly agent: Agent;
  readonly isSecure: boolean;
  readonly body: Buffer | undefined;
  readonly call: ScimCall;
  readonly settings: SenderSettings;
}

async function exchange({ url, agent, isSecure, body, call, settings }: Exchange): Promise<ScimAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const open = isSecure ? openSecureRequest : openRequest;
  const outgoing = open(url, {
    method: call.method,
    agent,
    headers: {
      authorization: `Bearer ${settings.secretToken}`,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/scim+json; charset=utf-8', 'content-length': body.length }),
    },
  });
  outgoing.on('response', resolve).on('error', reject).end(body);
  const incoming = await promise;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    body: parsed(Buffer.concat(chunks).toString('utf8')),
  };
}

function urlFor(base: URL, call: ScimCall): URL {
  const queries = [base.search.slice(1), call.flagged === true ? newDialectFlag : '', call.query ?? ''];
  const query = queries.filter((part) => part !== '').join('&');
  return new URL(
    `${base.origin}${base.pathname.replace(/[/]$/, '')}${call.path}${query === '' ? '' : `?${query}`}`,
  );
}

function parsed(text: string): JsonObject | undefined {
  if (text === '') return undefined;
  try {
    const value: Json = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

const isWorthRepeating = ({ status }: ScimAnswer) => status === 429 || status === 503;

/** What Retry-After says, else a little longer after each attempt. */
function waitMilliseconds(answer: ScimAnswer | undefined, attempt: number): number {
  const seconds = Number(answer?.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 50 * 2 ** attempt;
}
