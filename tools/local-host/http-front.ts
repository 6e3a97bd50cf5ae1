import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bufferedInput, sendBuffered } from './buffered-http.ts';
import type { Log } from './core-module.ts';
import { headersOf, httpLimits, readHead } from './http-request-head.ts';
import type { HttpRoutes, RouteMatch } from './http-routes.ts';
import type { Invoke } from './invocation.ts';
import type { Exchange, StreamingProxy } from './streaming-proxy.ts';

/** The host's HTTP server on 127.0.0.1. */
export interface HttpFront {
  readonly origin: string;
  /** Takes no new request and waits for the running ones, at most `graceMilliseconds`. */
  readonly close: (graceMilliseconds: number) => Promise<void>;
}

export interface HttpFrontParts {
  readonly routes: HttpRoutes;
  readonly invoke: Invoke;
  /** Present when the app set `enableHttpStream`. */
  readonly proxy?: StreamingProxy;
  readonly log: Log;
  readonly patience?: SenderPatience;
}

/** How long the host waits for a sender; all in milliseconds. */
export interface SenderPatience {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** How often it looks for senders that are too slow. */
  readonly connectionsCheckingInterval: number;
}

/** A request that was begun ends within 22 s, its head within 12 s, whatever its sender does. */
export const senderPatience: SenderPatience = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  connectionsCheckingInterval: 2_000,
};

/** Rejects with the `listen` error (`EADDRINUSE`). Port 0 picks a free one. */
export async function openHttpFront(port: number, parts: HttpFrontParts): Promise<HttpFront> {
  const options = { ...(parts.patience ?? senderPatience), ...serverOptions };
  const server = createServer(options, (request, response) => {
    answer({ request, response }, parts).catch((error: unknown) => {
      parts.log('error', 'Host.Http', `no answer: ${String(error)}`);
      response.destroy();
    });
  });
  // Every header counts, so that one too many is refused instead of dropped.
  server.maxHeadersCount = 0;
  server.keepAliveTimeout = 130_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: (graceMilliseconds) => close(server, graceMilliseconds),
  };
}

const serverOptions = { maxHeaderSize: httpLimits.headerBytesMax, noDelay: true };

async function answer({ request, response }: Exchange, parts: HttpFrontParts): Promise<void> {
  const head = readHead(request);
  if (head.kind === 'refused') return end(response, head.status);
  const match = parts.routes.find(request.method ?? '', head.path);
  if (match === undefined) return end(response, 404);
  const call = { host: head.host, target: head.path + head.query, hasBody: head.hasBody };
  if (parts.proxy) return await answerStreaming({ request, response }, { ...call, match }, parts);
  return await answerBuffered({ request, response }, { ...call, match }, parts);
}

interface Call {
  readonly match: RouteMatch;
  readonly host: string;
  readonly target: string;
  readonly hasBody: boolean;
}

async function answerStreaming(exchange: Exchange, call: Call, parts: HttpFrontParts): Promise<void> {
  const invocationId = randomUUID();
  const { match } = call;
  const headers = headersOf(exchange.request);
  const invoked = parts.invoke(match.function, {
    invocationId,
    name: match.triggerName,
    data: { http: {} },
    metadata: metadataOf(match, headers),
    ...traceOf(headers),
  });
  // As in Azure a function that throws gives no answer (§1.3): it is said here, the caller keeps waiting.
  invoked.catch((error: unknown) => {
    parts.log('error', 'Host.Http', `${match.function.name} threw and so cannot answer: ${describe(error)}`);
  });
  await parts.proxy?.forward(exchange, { invocationId, ...call });
}

async function answerBuffered(
  { request, response }: Exchange,
  call: Call,
  parts: HttpFrontParts,
): Promise<void> {
  const { match } = call;
  const headers = headersOf(request);
  const url = `http://${call.host}${call.target}`;
  try {
    const invoked = await parts.invoke(match.function, {
      invocationId: randomUUID(),
      name: match.triggerName,
      data: await bufferedInput(request, { url, headers, parameters: match.parameters }),
      metadata: metadataOf(match, headers),
      ...traceOf(headers),
    });
    sendBuffered(response, invoked);
  } catch (error) {
    parts.log('error', 'Host.Http', `${match.function.name} failed: ${describe(error)}`);
    end(response, 500);
  }
}

const metadataOf = (match: RouteMatch, headers: Record<string, string>) => ({
  Headers: { json: JSON.stringify(headers) },
  ...Object.fromEntries(Object.entries(match.parameters).map(([name, value]) => [name, { string: value }])),
});

function traceOf(headers: Record<string, string>) {
  const sent = headers['traceparent'];
  return sent !== undefined && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(sent)
    ? { traceParent: sent }
    : {};
}

const describe = (error: unknown) =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** An answer of the host's own: status and nothing else. A body that was refused unread ends the connection. */
function end(response: ServerResponse, status: number): void {
  if (response.headersSent) response.destroy();
  else
    response
      .writeHead(status, { 'content-length': '0', ...(status === 404 ? {} : { connection: 'close' }) })
      .end();
}

async function close(server: Server, graceMilliseconds: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
  await closed;
  clearTimeout(timer);
}
