import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import type { JsonValue, ScimConnection, ScimDriver, ScimReceived, ScimSend } from './scim-case.ts';

/** A running service, as `serve` prints it when it is ready. */
export interface RunningService {
  readonly origin: string;
  readonly organizationId: string;
  readonly adminKey: string;
}

/** The same cases over real HTTP: each case in a directory that the admin API makes for it. */
export function serviceOverHttp({
  origin,
  organizationId,
  adminKey,
}: RunningService): ScimDriver & { close(): void } {
  const agent = new Agent({ keepAlive: true });
  return {
    close: () => agent.destroy(),
    open: async (): Promise<ScimConnection> => {
      const answer = await fetch(`${origin}/api/v1/orgs/${organizationId}/directories`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: randomUUID(), kind: 'scim' }),
      });
      if (answer.status !== 201)
        throw new Error(`The admin API answered ${answer.status}: ${await answer.text()}`);
      const { scim } = (await answer.json()) as { scim: { baseUrl: string; key: string } };
      const authorization = `Bearer ${scim.key}`;
      return {
        baseUrl: scim.baseUrl,
        authorization,
        send: (send) => sent(send, { ...scim, agent, authorization }),
      };
    },
  };
}

interface Connected {
  readonly baseUrl: string;
  readonly authorization: string;
  readonly agent: Agent;
}

/** The path goes out as it is written: `fetch` would tidy it up. */
function sent(send: ScimSend, { baseUrl, authorization: own, agent }: Connected): Promise<ScimReceived> {
  const { method, path, authorization = own } = send;
  const { hostname, port, pathname } = new URL(baseUrl);
  const text = send.text ?? (send.body === undefined ? undefined : JSON.stringify(send.body));
  const headers = {
    ...(text === undefined
      ? {}
      : {
          'content-type': 'application/scim+json; charset=utf-8',
          'content-length': String(Buffer.byteLength(text)),
        }),
    ...send.headers,
    ...(authorization === null ? {} : { authorization }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, method, path: pathname + asciiOnly(path), headers, agent },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: incoming.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
            ),
            body: body === '' ? undefined : (JSON.parse(body) as JsonValue),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

/** Quotes and the like, which a URL may hold on paper only. */
const asciiOnly = (path: string) => path.replace(/[^!-~]|["<>\\^`{|}]/gu, encodeURIComponent);
