import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { directoryMemory } from '../../../shared/directory/directory-context.ts';
import { scimDirectory } from '../../../shared/directory/scim-directory.ts';
import { newDirectoryId } from '../../../shared/model/new-ids.ts';
import { Refusal } from '../../../shared/model/refusal.ts';
import { type ScimPorts, type ScimSettings, serveScim } from '../../../shared/scim/serve.ts';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';

/** The SCIM room and the directory rules over HTTP, on a store in memory: one directory, one key. */
export interface ScimService {
  readonly tenantUrl: string;
  readonly secretToken: string;
  /** Every request as it arrived: method, target, headers by lower-case name, body. */
  readonly received: Received[];
  /** Answers the next requests that match with this instead of serving them. */
  intercept(matches: (request: Received) => boolean, answer: Intercepted): void;
  stop(): Promise<void>;
}

export interface Received {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Intercepted {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly times: number;
}

export async function startScimService(): Promise<ScimService> {
  const random = { now: Date.now, randomBytes: (count: number): Uint8Array => randomBytes(count) };
  const directoryId = newDirectoryId(random);
  const secretToken = 'a secret that only this test knows';
  const received: Received[] = [];
  const interceptions: { matches: (request: Received) => boolean; answer: Intercepted; left: number }[] = [];
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ports = portsOf({ directoryId, secretToken, origin, random });
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    void (async () => {
      const body = (await incoming.toArray()).join('');
      const request = {
        method: incoming.method ?? '',
        target: incoming.url ?? '',
        headers: incoming.headers,
        body,
      };
      received.push(request);
      const interception = interceptions.find(({ matches, left }) => left > 0 && matches(request));
      if (interception !== undefined) {
        interception.left--;
        outgoing.writeHead(interception.answer.status, interception.answer.headers).end();
        return;
      }
      const url = new URL(request.target, origin);
      const [, directory = '', path = ''] = /^[/]scim[/]v2[/]([^/]+)(.*)$/.exec(url.pathname) ?? [];
      const answer = await serveScim(
        {
          method: request.method,
          path,
          query: url.searchParams,
          directoryId: directory,
          header: (name) => incoming.headers[name]?.toString(),
          body: async () => body,
        },
        ports,
      );
      outgoing.writeHead(answer.status, answer.headers).end(answer.body && JSON.stringify(answer.body));
    })();
  });
  return {
    tenantUrl: `${origin}/scim/v2/${directoryId}/`,
    secretToken,
    received,
    intercept: (matches, answer) => interceptions.push({ matches, answer, left: answer.times }),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const settings: ScimSettings = {
  unknownMembers: 'ignore',
  largeRemovalMembers: 20,
  largeRemovalPercent: 50,
  groupPatchAnswer: 'no-content',
  usersMax: 100_000,
  groupsMax: 100_000,
  nesting: true,
};

function portsOf(parts: {
  readonly directoryId: ReturnType<typeof newDirectoryId>;
  readonly secretToken: string;
  readonly origin: string;
  readonly random: Parameters<typeof newDirectoryId>[0];
}): ScimPorts {
  const { directoryId, secretToken, origin, random } = parts;
  const memory = directoryMemory();
  const store = memoryDirectoryStore(random);
  return {
    authorize: async (_, authorization) => {
      if (authorization !== `Bearer ${secretToken}`)
        throw new Refusal('unauthenticated', 'The key is wrong.');
      return { directoryId, organizationId: 'org', settings };
    },
    directory: (directory) =>
      scimDirectory(store, {
        ...random,
        directory,
        settings: async () => settings,
        onNesting: async () => undefined,
        sleep: (milliseconds) => sleep(milliseconds),
        memory,
      }),
    record: () => undefined,
    publicOrigin: origin,
    now: random.now,
  };
}
