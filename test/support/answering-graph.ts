import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { graphClient } from '../../shared/graph/graph-client.ts';
import { pacer } from '../../shared/graph/pacer.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];

/** Ends every server of this file's tests. */
export async function stopGraphs(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** A Graph that answers the n-th call with the n-th answer, the last one for ever. */
export async function graphAnswering(...answers: Answer[]) {
  const seen: { url: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)];
    seen.push({ url: request.url ?? '', authorization: request.headers.authorization });
    answer?.(request, response);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const serviceUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1.0`;
  const slept: number[] = [];
  const claims: (string | undefined)[] = [];
  let tokenFailure: Error | undefined;
  let now = Date.parse('2026-11-23T12:00:00Z');
  const clock = {
    now: () => now,
    sleep: (milliseconds: number) => {
      slept.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  };
  const client = graphClient({
    serviceUrl,
    fetch: (url, init) => fetch(url, init),
    ...clock,
    random: () => 0.5,
    token: (challenge) => {
      if (tokenFailure !== undefined) return Promise.reject(tokenFailure);
      claims.push(challenge);
      return Promise.resolve(`token-${claims.length}`);
    },
    pacer: pacer({ unitsPerSecond: 1000, burstUnits: 1000, ...clock }),
    limits: { attemptsMax: 4, attemptTimeoutMilliseconds: 500, waitSecondsMax: 20, bodyBytesMax: 10_000 },
  });
  const tokenFails = (failure: Error | undefined) => {
    tokenFailure = failure;
  };
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { client, serviceUrl, seen, slept, claims, tokenFails, pass };
}
