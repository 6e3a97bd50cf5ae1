import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { ManagedIdentityCredential } from '@azure/identity';
import { type AdminAccessPorts, hashOfSetting } from '../shared/access/admin-access.ts';
import { admission } from '../shared/access/admission.ts';
import { authorizeScim } from '../shared/access/authorize-scim.ts';
import { type Door, door } from '../shared/access/door.ts';
import { type EntraTokens, entraTokens } from '../shared/access/entra-tokens.ts';
import { loginAttempts } from '../shared/access/login-attempts.ts';
import type { ExpiryNotices } from '../shared/admin/expiry-notices.ts';
import type { IdempotencyStore } from '../shared/admin/idempotency.ts';
import type { NestedPorts } from '../shared/admin/nested-ports.ts';
import type { NestedConnection } from '../shared/admin/nested-record.ts';
import type { Registry } from '../shared/admin/registry.ts';
import type { RequestLog } from '../shared/admin/request-log.ts';
import { directoryMemory } from '../shared/directory/directory-context.ts';
import type { DirectoryStore } from '../shared/directory/directory-store.ts';
import { scimDirectory } from '../shared/directory/scim-directory.ts';
import { adminConsentUrl } from '../shared/graph/clouds.ts';
import { graphConnections } from '../shared/graph/graph-connections.ts';
import type { GraphCredential } from '../shared/graph/graph-token.ts';
import type { DirectoryId } from '../shared/model/ids.ts';
import { limits } from '../shared/model/limits.ts';
import { Refusal } from '../shared/model/refusal.ts';
import type { ScimPorts } from '../shared/scim/serve.ts';
import { blobArchive, openExports } from '../shared/storage/archive.ts';
import { consentsOver } from '../shared/storage/consents.ts';
import { findInconsistencies } from '../shared/storage/consistency.ts';
import type { Inconsistency } from '../shared/storage/consistency-finding.ts';
import { exportTables } from '../shared/storage/export-tables.ts';
import { idempotencyOver } from '../shared/storage/idempotency.ts';
import { registryOver } from '../shared/storage/registry.ts';
import { expiryNoticesOver } from '../shared/storage/registry-notices.ts';
import { tableRows } from '../shared/storage/registry-rows.ts';
import { requestLogOver } from '../shared/storage/request-log.ts';
import { type RequestRecorder, requestRecorder } from '../shared/storage/request-log-recorder.ts';
import { runLogOver } from '../shared/storage/run-log.ts';
import { storageMeter } from '../shared/storage/storage-meter.ts';
import { type QueueConnection, storageSyncQueue } from '../shared/storage/sync-queue.ts';
import { tableDirectoryStore } from '../shared/storage/table-directory-store.ts';
import { tableNestedStore } from '../shared/storage/table-nested-store.ts';
import { openTable, type TableConnection, type TableName, tableNames } from '../shared/storage/tables.ts';
import { RunMemory } from '../shared/sync/run-memory.ts';
import type { SyncPorts } from '../shared/sync/sync-ports.ts';
import { faultOf } from './fault-line.ts';
import { fetchFromGraph } from './graph-calls.ts';
import { graphSecretOf } from './graph-secret-ends.ts';
import { onlyGraph } from './local-graph.ts';
import { logLine } from './log-line.ts';
import { metrics } from './metrics.ts';
import { graphSecret, readSettings, type Settings } from './settings.ts';

/** The ports of the rooms, joined to their adapters. */
export interface Wiring {
  readonly settings: Settings;
  readonly publicOrigin: string;
  readonly scim: ScimPorts;
  readonly adminAccess: AdminAccessPorts;
  readonly scimDoor: Door;
  readonly adminDoor: Door;
  readonly registry: Registry;
  readonly directories: DirectoryStore;
  readonly requestLog: RequestLog;
  readonly idempotency: IdempotencyStore;
  readonly nested: NestedPorts;
  /** All that a step needs to read the tenant of a connection. */
  readonly syncPorts: (connection: NestedConnection) => SyncPorts;
  readonly notices: ExpiryNotices;
  /** What does not fit together in a directory; empty when all does. */
  readonly inconsistencies: (directory: DirectoryId) => Promise<readonly Inconsistency[]>;
  /** Copies every table to the container of exports; how many entities of each. */
  readonly exportAll: () => Promise<{
    readonly name: string;
    readonly entities: Readonly<Record<string, number>>;
  }>;
  /** Round trips to the tables since it was last asked, by kind. */
  readonly takeStorageOperations: () => Readonly<Record<string, number>>;
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
  const meter = storageMeter();
  const table = (name: TableName) => openTable(connection, name, { meter });
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
  const nested = nestedPorts(settings, table);
  // Nobody waits for a step: it may be patient with a storage that throttles.
  const patient = tableNestedStore(openTable(connection, 'directory', { patience: 'sync' }));
  return {
    ...random,
    settings,
    nested,
    syncPorts: (connection) => ({
      graph: nested.graph(connection),
      store: patient,
      log: nested.history,
      queue: nested.queue,
      now: random.now,
      holder: nested.holder(),
      softSeconds: stepSoftSeconds,
      heartbeat: beating,
      memory: memoryUse,
    }),
    publicOrigin: settings.PUBLIC_ORIGIN,
    scim: scimPorts(parts),
    adminAccess: adminAccess(parts),
    ...doors(random.now),
    registry: parts.registry,
    directories: parts.directories,
    requestLog: requestLogOver(logTables, recorder),
    idempotency: idempotencyOver(registryRows),
    notices: expiryNoticesOver(registryRows),
    inconsistencies: (directory) =>
      findInconsistencies(openTable(connection, 'directory', { meter, patience: 'sync' }), directory),
    exportAll: () => exportAll(settings, connection),
    takeStorageOperations: () => {
      const counts = meter.counts();
      meter.reset();
      return counts;
    },
    reachStorage: async () => {
      await registryRows.row('health', 'health');
    },
    flush: () => recorder.flush(),
  };
}

/** Bounds of this process: a platform that adds processes adds room. */
function doors(now: () => number): { readonly scimDoor: Door; readonly adminDoor: Door } {
  const scim = admission({
    runningMax: limits.scimRequestsRunningMax,
    runningPerLaneMax: limits.scimRequestsRunningPerDirectoryMax,
    waitingMax: limits.scimRequestsWaitingMax,
    waitingPerLaneMax: limits.scimRequestsWaitingPerDirectoryMax,
  });
  const admin = admission({
    runningMax: limits.adminRequestsRunningMax,
    runningPerLaneMax: limits.adminRequestsRunningPerCallerMax,
    waitingMax: limits.adminRequestsWaitingMax,
    waitingPerLaneMax: limits.adminRequestsWaitingPerCallerMax,
  });
  const attempts = loginAttempts({
    burst: limits.failedLoginsBurst,
    perSecond: limits.failedLoginsPerSecond,
  });
  return { scimDoor: door({ admission: scim, now }), adminDoor: door({ admission: admin, attempts, now }) };
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
    callToNone: () => metrics.count('scim-calls-without-directory', 1),
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

/** A step begins nothing new after four minutes; the host allows ten (DESIGN §6). */
const stepSoftSeconds = 240;

/** Never keeps the process alive by itself. */
function beating(seconds: number, beat: () => Promise<void>): () => void {
  const timer = setInterval(() => void beat(), seconds * 1000).unref();
  return () => clearInterval(timer);
}

function nestedPorts(
  settings: Settings,
  table: (name: TableName) => ReturnType<typeof openTable>,
): NestedPorts {
  const connections = graphConnections({
    fetch: fetchFromGraph,
    now: random.now,
    sleep: async (milliseconds) => await sleep(milliseconds),
    random: Math.random,
  });
  const only = onlyGraph();
  return {
    store: tableNestedStore(table('directory')),
    memory: new RunMemory(),
    queue: storageSyncQueue(queueConnectionOf(settings)),
    history: runLogOver(tableRows(table('runs')), random.now),
    consents: consentsOver(tableRows(table('registry'))),
    graph: (connection) =>
      only === undefined
        ? connections.reader(graphConnectionOf(connection, settings))
        : connections.readerAt(only, connection.tenantId ?? ''),
    secret: graphSecretOf,
    learnsTenant: only !== undefined,
    defaults: {
      cloud: settings.GRAPH_CLOUD,
      kind: settings.GRAPH_CREDENTIAL,
      clientId: settings.GRAPH_CLIENT_ID,
    },
    consentUrl: adminConsentUrl,
    holder: randomUUID,
  };
}

function graphConnectionOf({ cloud, tenantId = '', credential }: NestedConnection, settings: Settings) {
  return { cloud, tenantId, credential: credentialOf(credential, settings) };
}

function credentialOf(credential: NestedConnection['credential'], settings: Settings): GraphCredential {
  const identity = settings.GRAPH_MANAGED_IDENTITY_CLIENT_ID ?? settings.DirectoryStorage__clientId;
  switch (credential.kind) {
    case 'managed-identity':
      return { kind: credential.kind, clientId: identity ?? missing('GRAPH_MANAGED_IDENTITY_CLIENT_ID') };
    case 'federated': {
      const managedIdentityClientId = identity ?? missing('GRAPH_MANAGED_IDENTITY_CLIENT_ID');
      return { kind: credential.kind, clientId: credential.clientId, managedIdentityClientId };
    }
    case 'client-secret':
    case 'certificate': {
      const { kind, clientId, secretSetting } = credential;
      const secret = graphSecret(secretSetting) ?? missing(secretSetting);
      return kind === 'certificate'
        ? { kind, clientId, certificate: secret }
        : { kind, clientId, clientSecret: secret };
    }
  }
}

function missing(setting: string): never {
  throw new Refusal(
    'conflict',
    `The installation cannot sign in to the tenant: it has no setting ${setting}.`,
    {
      reason: 'credential_missing',
    },
  );
}

function memoryUse() {
  const { rss, heapTotal } = process.memoryUsage();
  return { usedBytes: rss, totalBytes: heapTotal, limitBytes: getHeapStatistics().heap_size_limit };
}

function queueConnectionOf(settings: Settings): QueueConnection {
  const { DirectoryStorage: value, DirectoryStorage__queueServiceUri: queueServiceUri = '' } = settings;
  return value === undefined
    ? { kind: 'identity', queueServiceUri, credential: identityOf(settings) }
    : { kind: 'connection-string', value };
}

function identityOf({ DirectoryStorage__clientId: clientId }: Settings): ManagedIdentityCredential {
  return clientId === undefined
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential({ clientId });
}

function connectionOf(settings: Settings): TableConnection {
  const { DirectoryStorage: value, DirectoryStorage__tableServiceUri: uri = '' } = settings;
  if (value !== undefined) return { kind: 'connection-string', value };
  return { kind: 'identity', tableServiceUri: uri, credential: identityOf(settings) };
}

async function exportAll(settings: Settings, connection: TableConnection) {
  const blobServiceUri = settings.DirectoryStorage__blobServiceUri ?? '';
  const container = openExports(
    connection.kind === 'connection-string'
      ? connection
      : { kind: 'identity', blobServiceUri, credential: connection.credential },
  );
  const tables = tableNames.map((name) => ({
    name,
    client: openTable(connection, name, { patience: 'sync' }),
  }));
  const { name, manifest } = await exportTables(tables, { archive: blobArchive(container), at: new Date() });
  return {
    name,
    entities: Object.fromEntries(manifest.tables.map(({ table, entities }) => [table, entities])),
  };
}

/** The host takes standard error of the worker for a log line. */
function reportLostLog(error: unknown): void {
  process.stderr.write(`${logLine('request-log-lost', faultOf(error))}\n`);
}
