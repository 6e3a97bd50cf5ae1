import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type GraphAnswer, graphError } from './exchange.ts';
import type { Faults } from './faults.ts';

/** An answer that stands in for the right one: errors of gateways, of tokens, and pages in the wrong envelope. */
export function disturbed(answer: GraphAnswer, faults: Faults): GraphAnswer {
  if (faults.happens('unauthorized')) return unauthorized('error="invalid_token"');
  if (faults.happens('claims-challenge')) return unauthorized(claimsChallenge);
  if (faults.happens('forbidden'))
    return graphError(
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    );
  if (faults.happens('error-500')) return graphError(500, 'InternalServerError', 'Something went wrong.');
  if (faults.happens('error-in-200'))
    return { ...graphError(200, 'UnknownError', 'The answer is an error all the same.') };
  if (faults.happens('page-in-400') && answer.status === 200) return { ...answer, status: 400 };
  return answer;
}

/** Writes the answer to the wire, or what a bad network makes of it. */
export async function deliver(
  response: ServerResponse,
  answer: GraphAnswer,
  delivery: Delivery,
): Promise<void> {
  const { faults } = delivery;
  if (faults.happens('reset-before-body')) {
    response.socket?.destroy();
    return;
  }
  const gateway = gatewayError(faults);
  if (gateway !== undefined) {
    if (gateway.hangs) await pause(delivery.hangMilliseconds);
    response
      .writeHead(gateway.status, { 'content-type': 'text/html' })
      .end(`<html><body><h1>${gateway.status}</h1></body></html>`);
    return;
  }
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
  const bytes = Buffer.from(text);
  const headers = { ...contentType(answer, faults), ...answer.headers };
  if (faults.happens('truncated-gzip')) {
    const zipped = gzipSync(bytes);
    response
      .writeHead(answer.status, { ...headers, 'content-encoding': 'gzip' })
      .end(zipped.subarray(0, Math.floor(zipped.length / 2)));
  } else if (faults.happens('reset-in-body')) {
    response.writeHead(answer.status, { ...headers, 'content-length': bytes.length });
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
    await pause(5);
    response.socket?.destroy();
  } else if (faults.happens('slow-drip')) {
    await drip(response.writeHead(answer.status, headers), bytes);
  } else {
    response.writeHead(answer.status, { ...headers, 'content-length': bytes.length }).end(bytes);
  }
}

export interface Delivery {
  readonly faults: Faults;
  /** How long a gateway waits before it gives up. */
  readonly hangMilliseconds: number;
}

function gatewayError(faults: Faults): { readonly status: number; readonly hangs: boolean } | undefined {
  if (faults.happens('error-502')) return { status: 502, hangs: false };
  if (faults.happens('error-503-html')) return { status: 503, hangs: false };
  return faults.happens('timeout-504') ? { status: 504, hangs: true } : undefined;
}

function contentType(answer: GraphAnswer, faults: Faults): Readonly<Record<string, string>> {
  if (answer.body === undefined || faults.happens('no-content-type')) return {};
  const isCount = typeof answer.body === 'number';
  return { 'content-type': isCount ? 'text/plain' : 'application/json;odata.metadata=minimal;charset=utf-8' };
}

async function drip(response: ServerResponse, bytes: Buffer): Promise<void> {
  const pieces = 20;
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length; at += size) {
    response.write(bytes.subarray(at, at + size));
    await pause(10);
  }
  response.end();
}

export const unauthorized = (detail: string): GraphAnswer => ({
  ...graphError(401, 'InvalidAuthenticationToken', 'Access token has expired or is not yet valid.'),
  headers: {
    'www-authenticate': `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ${detail}`,
  },
});

const claimsChallenge = `error="insufficient_claims", claims="${Buffer.from('{"access_token":{"nbf":{"essential":true}}}').toString('base64')}"`;
