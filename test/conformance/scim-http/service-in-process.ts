import { randomBytes } from 'node:crypto';
import { type DirectoryMemory, directoryMemory } from '../../../shared/directory/directory-context.ts';
import type { DirectoryStore } from '../../../shared/directory/directory-store.ts';
import { scimDirectory } from '../../../shared/directory/scim-directory.ts';
import type { DirectoryId } from '../../../shared/model/ids.ts';
import { newDirectoryId } from '../../../shared/model/new-ids.ts';
import { Refusal } from '../../../shared/model/refusal.ts';
import {
  type ScimExchange,
  type ScimPorts,
  type ScimRequest,
  type ScimSettings,
  serveScim,
} from '../../../shared/scim/serve.ts';
import type { JsonValue, ScimConnection, ScimDriver, ScimReceived, ScimSend } from './scim-case.ts';

export const defaultSettings: ScimSettings = {
  unknownMembers: 'ignore',
  largeRemovalMembers: 20,
  largeRemovalPercent: 50,
  groupPatchAnswer: 'no-content',
  usersMax: 100_000,
  groupsMax: 10_000,
  nesting: false,
};

export interface ServiceInProcess extends ScimDriver {
  readonly open: (settings?: Partial<ScimSettings>) => Promise<DirectoryInProcess>;
  /** A directory that another instance over the same store opened. */
  readonly adopt: (directory: DirectoryInProcess) => DirectoryInProcess;
  readonly exchanges: readonly ScimExchange[];
  readonly ports: ScimPorts;
  readonly origin: string;
}

export interface DirectoryInProcess extends ScimConnection {
  readonly directoryId: DirectoryId;
  readonly key: string;
}

interface Tenant {
  readonly key: string;
  settings: ScimSettings;
}

const origin = 'https://rookery.example';

/** The service over a store, without a host; its clock is the machine's unless one is given. */
export function serviceInProcess(
  store: DirectoryStore,
  clock: { readonly now?: () => number; readonly memory?: DirectoryMemory } = {},
): ServiceInProcess {
  const now = clock.now ?? (() => Date.now());
  const memory = clock.memory ?? directoryMemory();
  const tenants = new Map<string, Tenant>();
  const exchanges: ScimExchange[] = [];
  const ports: ScimPorts = {
    authorize: async (directoryId, authorization) => {
      const tenant = tenants.get(directoryId);
      if (!tenant || authorization !== `Bearer ${tenant.key}`) {
        throw new Refusal(
          'unauthenticated',
          'The key is missing, wrong or no longer valid for this directory.',
        );
      }
      return { directoryId: directoryId as DirectoryId, organizationId: 'org_0', settings: tenant.settings };
    },
    directory: (directory, caller) =>
      scimDirectory(store, {
        directory,
        settings: async () => (await caller()).settings,
        onNesting: async () => {
          const tenant = tenants.get(directory);
          if (tenant) tenant.settings = { ...tenant.settings, nesting: true };
        },
        sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        memory,
        now,
        randomBytes,
      }),
    record: (exchange) => exchanges.push(exchange),
    publicOrigin: origin,
    now,
  };
  const reached = (directoryId: DirectoryId, key: string): DirectoryInProcess => {
    const authorization = `Bearer ${key}`;
    return {
      directoryId,
      key,
      authorization,
      baseUrl: `${origin}/scim/v2/${directoryId}`,
      send: (send) => sent(send, { ports, directoryId, authorization }),
    };
  };
  const open = async (settings: Partial<ScimSettings> = {}) => {
    const directoryId = newDirectoryId({ now, randomBytes });
    const key = randomBytes(32).toString('base64url');
    tenants.set(directoryId, { key, settings: { ...defaultSettings, ...settings } });
    return reached(directoryId, key);
  };
  const adopt = ({ directoryId, key }: DirectoryInProcess) => {
    tenants.set(directoryId, { key, settings: defaultSettings });
    return reached(directoryId, key);
  };
  return { open, adopt, exchanges, ports, origin };
}

async function sent(
  send: ScimSend,
  to: { readonly ports: ScimPorts; readonly directoryId: string; readonly authorization: string },
): Promise<ScimReceived> {
  const response = await serveScim(scimRequest(send, to), to.ports);
  const body =
    response.body === undefined ? undefined : (JSON.parse(JSON.stringify(response.body)) as JsonValue);
  return { status: response.status, headers: response.headers, body };
}

/** A request as the trigger makes it of an HTTP request. */
export function scimRequest(
  send: ScimSend,
  to: { readonly directoryId: string; readonly authorization: string },
): ScimRequest {
  const { method, path, authorization = to.authorization } = send;
  const text = send.text ?? (send.body === undefined ? '' : JSON.stringify(send.body));
  const hasBody = send.text !== undefined || send.body !== undefined;
  const headers = new Headers({
    ...(hasBody ? { 'content-type': 'application/scim+json; charset=utf-8' } : {}),
    ...send.headers,
    ...(authorization === null ? {} : { authorization }),
  });
  const queryAt = path.indexOf('?');
  const query = queryAt < 0 ? '' : path.slice(queryAt + 1);
  return {
    method,
    path: queryAt < 0 ? path : path.slice(0, queryAt),
    query: new URLSearchParams(query),
    directoryId: to.directoryId,
    header: (name) => headers.get(name) ?? undefined,
    body: async (bytesMax) => {
      if (Buffer.byteLength(text) > bytesMax)
        throw new Refusal('too-large', `A body holds at most ${bytesMax} bytes.`);
      return text;
    },
  };
}
