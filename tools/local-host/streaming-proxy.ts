import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { httpLimits } from './http-request-head.ts';

/** Hands requests to the port that the library opens for `enableHttpStream`, as the host's forwarder does (§1.3). */
export interface StreamingProxy {
  readonly forward: (exchange: Exchange, call: ForwardedCall) => Promise<void>;
  readonly close: () => void;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface ForwardedCall {
  readonly invocationId: string;
  readonly host: string;
  /** Path and query. */
  readonly target: string;
  readonly hasBody: boolean;
}

/** How long the forwarder waits for a handler that does not answer. */
const answerMillisecondsMax = 240_000;

/**
 * A connection that waits for its next request goes well before the library's server closes it after five seconds: on a busy machine
 * a request would meet the closing, and its sender 502.
 */
const idleMillisecondsMax = 1_000;

/** `uri` is the worker's capability `HttpUri`. */
export function streamingProxy(uri: string): StreamingProxy {
  const port = Number(new URL(uri).port);
  const agent = new Agent({ keepAlive: true, scheduling: 'lifo', timeout: idleMillisecondsMax });
  return {
    close: () => agent.destroy(),
    forward: async ({ request, response }, call) => {
      const upstream = openRequest({
        agent,
        host: '127.0.0.1',
        port,
        method: request.method ?? 'GET',
        path: call.target,
        headers: forwardedHeaders(request, call),
        timeout: answerMillisecondsMax,
      });
      upstream.setNoDelay(true);
      const giveUp = () => {
        if (!response.writableFinished) upstream.destroy();
      };
      response.once('close', giveUp);
      const failed = call.hasBody ? sendBody(request, upstream) : withoutBody(upstream);
      try {
        await relay(await Promise.race([answerOf(upstream), failed]), response);
      } catch (error) {
        refuse(response, error);
        upstream.destroy();
      }
      if (!request.complete) abandonBody(request, upstream);
    },
  };
}

/** The library takes headers from the trigger's metadata; these are what the wire and its URL need. */
function forwardedHeaders(request: IncomingMessage, call: ForwardedCall): Record<string, string> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return {
    host: call.host,
    'x-ms-invocation-id': call.invocationId,
    'x-forwarded-host': call.host,
    'x-forwarded-proto': 'http',
    'x-forwarded-for': request.socket.remoteAddress ?? '',
    ...(encoding === undefined ? { 'content-length': length ?? '0' } : { 'transfer-encoding': 'chunked' }),
  };
}

function answerOf(upstream: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.on('error', reject);
    upstream.once('timeout', () => reject(new HttpFault(504)));
  });
}

/** Settles only when sending fails: the answer may come before the body is read to its end. */
function sendBody(request: IncomingMessage, upstream: ClientRequest): Promise<never> {
  const counted = request.pipe(atMost(httpLimits.bodyBytesMax));
  counted.pipe(upstream);
  return new Promise((_resolve, reject) => {
    counted.once('error', reject);
    request.once('error', reject);
  });
}

function withoutBody(upstream: ClientRequest): Promise<never> {
  upstream.end();
  return new Promise(() => undefined);
}

/** A body that its handler did not want is read off for a while, so that its sender gets to read the answer, as Kestrel does. */
function abandonBody(request: IncomingMessage, upstream: ClientRequest): void {
  request.unpipe();
  upstream.destroy();
  request.resume();
  const timer = setTimeout(() => request.destroy(), drainMilliseconds);
  request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
}

const drainMilliseconds = 5_000;

/** Counts a body whose length nobody announced. */
function atMost(bytesMax: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(bytes > bytesMax ? new HttpFault(413) : null, chunk);
    },
  });
}

async function relay(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = answer.rawHeaders.filter(
    (_, index) => !hopByHop.has((answer.rawHeaders[index & ~1] ?? '').toLowerCase()),
  );
  response.writeHead(answer.statusCode ?? 502, headers);
  await pipeline(answer, response);
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else {
    const status = error instanceof HttpFault ? error.status : 502;
    response.writeHead(status, { 'content-length': '0', connection: 'close' }).end();
  }
}

class HttpFault extends Error {
  override readonly name = 'HttpFault';
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}
