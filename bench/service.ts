import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { directoryMemory } from '../shared/directory/directory-context.ts';
import type { DirectoryStore } from '../shared/directory/directory-store.ts';
import { scimDirectory } from '../shared/directory/scim-directory.ts';
import type { DirectoryId } from '../shared/model/ids.ts';
import { newDirectoryId, type Randomness } from '../shared/model/new-ids.ts';
import type { ScimCaller, ScimPorts, ScimRequest, ScimResponse } from '../shared/scim/exchange.ts';
import { serveScim } from '../shared/scim/serve.ts';
import type { BenchRequest } from './operations.ts';

export const random: Randomness = { now: Date.now, randomBytes: (count) => randomBytes(count) };

/** The protocol core in this process over any store, without transport, key check and request log. */
export interface BenchService {
  readonly directoryId: DirectoryId;
  readonly ports: ScimPorts;
  /** Answers as over HTTP: body in as text, body out as text. */
  send(request: BenchRequest): Promise<BenchAnswer>;
}

export interface BenchAnswer {
  readonly status: number;
  readonly text: string;
}

export function benchService(store: DirectoryStore): BenchService {
  const directoryId = newDirectoryId(random);
  const memory = directoryMemory();
  let nesting = false;
  const caller = (): ScimCaller => ({
    directoryId,
    organizationId: 'org_bench',
    settings: {
      unknownMembers: 'ignore',
      largeRemovalMembers: 20,
      largeRemovalPercent: 50,
      groupPatchAnswer: 'no-content',
      usersMax: 10_000_000,
      groupsMax: 1_000_000,
      nesting,
    },
  });
  const ports: ScimPorts = {
    authorize: async () => caller(),
    directory: (directory, known) =>
      scimDirectory(store, {
        ...random,
        directory,
        settings: async () => (await known()).settings,
        onNesting: async () => {
          nesting = true;
        },
        sleep: async (milliseconds) => {
          await sleep(milliseconds);
        },
        memory,
      }),
    record: () => {},
    publicOrigin: 'http://127.0.0.1',
    now: Date.now,
  };
  return {
    directoryId,
    ports,
    send: async (request) => rendered(await serveScim(toScimRequest(request, directoryId), ports)),
  };
}

const rendered = ({ status, body }: ScimResponse): BenchAnswer => ({
  status,
  text: body === undefined ? '' : JSON.stringify(body),
});

function toScimRequest({ method, path, query, body }: BenchRequest, directoryId: DirectoryId): ScimRequest {
  const text = body === undefined ? '' : JSON.stringify(body);
  return {
    method,
    path,
    query: new URLSearchParams(query),
    directoryId,
    header: (name) => headers.get(name),
    body: async () => text,
  };
}

const headers = new Map([
  ['content-type', 'application/scim+json; charset=utf-8'],
  ['authorization', 'Bearer bench'],
]);
