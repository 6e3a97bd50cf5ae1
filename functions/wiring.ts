import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ManagedIdentityCredential } from '@azure/identity';
import { type AdminAccessPorts, hashOfSetting } from '../shared/access/admin-access.ts';
import { authorizeScim } from '../shared/access/authorize-scim.ts';
import { type EntraTokens, entraTokens } from '../shared/access/entra-tokens.ts';
import type { IdempotencyStore } from '../shared/admin/idempotency.ts';
import type { Registry } from '../shared/admin/registry.ts';
import type { RequestLog } from '../shared/admin/request-log.ts';
import { directoryMemory } from '../shared/directory/directory-context.ts';
import type { DirectoryStore } from '../shared/directory/directory-store.ts';
import { scimDirectory } from '../shared/directory/scim-directory.ts';
import type { ScimPorts } from '../shared/scim/serve.ts';
import { idempotencyOver } from '../shared/storage/idempotency.ts';
import { registryOver } from '../shared/storage/registry.ts';
import { tableRows } from '../shared/storage/registry-rows.ts';
import { requestLogOver } from '../shared/storage/request-log.ts';
import { type RequestRecorder, requestRecorder } from '../shared/storage/request-log-recorder.ts';
import { tableDirectoryStore } from '../shared/storage/table-directory-store.ts';
import { openTable, type TableConnection, type TableName } from '../shared/storage/tables.ts';
import { faultOf } from './fault-line.ts';
import { readSettings, type Settings } from './settings.ts';

/** The ports of the rooms, joined to their adapters. */
export interface Wiring {
  readonly settings: Settings;
  readonly publicOrigin: string;
  readonly scim: ScimPorts;
  readonly adminAccess: AdminAccessPorts;
  readonly registry: Registry;
  readonly directories: DirectoryStore;
  readonly requestLog: RequestLog;
  readonly idempotency: IdempotencyStore;
  /** Rejects when the storage does not answer. */
  readonly reachStorage: () => Promise<void>;
  /** Writes what is held in memory; before the process ends. */
  readonly flush: () => Promise<void>;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** Made when first asked for, once per process: nothing happens at import, so that a cold start is short (platform rules §3.4). */
export function wired(): Wiring {
  joined ??= join(readSettings());
  return joined;
}

/** What is wired already, without wiring it. */
export const wiredAlready = (): Wiring | undefined => joined;

let joined: Wiring | undefined;

const random = { now: Date.now, randomBytes: (count: number): Uint8Array => randomBytes(count) };

function join(settings: Settings): Wiring {
  const connection = connectionOf(settings);
  const table = (name: TableName) => openTable(connection, name);
  const registryRows = tableRows(table('registry'));
  const logTables = { requests: tableRows(table('requests')), registry: registryRows };
  const recorder = requestRecorder({ ...logTables, random, failed: reportLostLog });
  const parts = {
    settings,
    registry: registryOver(registryRows),
    directories: tableDirectoryStore(table('directory'), random),
    tokens: entraTokens(random.now),
    recorder,
  };
  return {
    ...random,
    settings,
    publicOrigin: settings.PUBLIC_ORIGIN,
    scim: scimPorts(parts),
    adminAccess: adminAccess(parts),
    registry: parts.registry,
    directories: parts.directories,
    requestLog: requestLogOver(logTables, recorder),
    idempotency: idempotencyOver(registryRows),
    reachStorage: async () => {
      await registryRows.row('health', 'health');
    },
    flush: () => recorder.flush(),
  };
}

interface Parts {
  readonly settings: Settings;
  readonly registry: Registry;
  readonly directories: DirectoryStore;
  readonly tokens: EntraTokens;
  readonly recorder: RequestRecorder;
}

function scimPorts({ settings, registry, directories, tokens, recorder }: Parts): ScimPorts {
  const memory = directoryMemory();
  const access = {
    directoryAccess: registry.directoryAccess,
    entraTokens: tokens,
    now: random.now,
    keyUsed: recorder.keyUsed,
    callRefused: recorder.callRefused,
  };
  return {
    authorize: (directoryId, authorization) => authorizeScim(directoryId, authorization, access),
    directory: (directory, caller) =>
      scimDirectory(directories, {
        ...random,
        directory,
        settings: async () => (await caller()).settings,
        onNesting: () => registry.markNesting(directory),
        sleep,
        memory,
      }),
    record: recorder.record,
    publicOrigin: settings.PUBLIC_ORIGIN,
    now: random.now,
  };
}

function adminAccess({ settings, registry, tokens, recorder }: Parts): AdminAccessPorts {
  const { ADMIN_TENANT_ID: tenantId, ADMIN_AUDIENCE: audience, FIRST_ADMIN_KEY: firstKey } = settings;
  return {
    adminKeyAccess: registry.adminKeyAccess,
    importFirstAdminKey: registry.importFirstAdminKey,
    entraTokens: tokens,
    settings: {
      ...(firstKey === undefined ? {} : { firstAdminKeyHash: hashOfSetting(firstKey) }),
      ...(tenantId === undefined || audience === undefined ? {} : { entra: { tenantId, audience } }),
    },
    now: random.now,
    keyUsed: (key, at) => recorder.adminKeyUsed(key.id, at),
  };
}

function connectionOf(settings: Settings): TableConnection {
  const { DirectoryStorage: value, DirectoryStorage__tableServiceUri: uri = '' } = settings;
  if (value !== undefined) return { kind: 'connection-string', value };
  const clientId = settings.DirectoryStorage__clientId;
  const credential =
    clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
  return { kind: 'identity', tableServiceUri: uri, credential };
}

/** The host takes standard error of the worker for a log line. */
function reportLostLog(error: unknown): void {
  process.stderr.write(`${JSON.stringify({ event: 'request-log-lost', ...faultOf(error) })}\n`);
}
