import type { AdminAccessPorts } from '../shared/access/admin-access.ts';
import type { Door } from '../shared/access/door.ts';
import { entraTokens } from '../shared/access/entra-tokens.ts';
import type { ExpiryNotices } from '../shared/admin/expiry-notices.ts';
import type { IdempotencyStore } from '../shared/admin/idempotency.ts';
import type { NestedPorts } from '../shared/admin/nested-ports.ts';
import type { NestedConnection } from '../shared/admin/nested-record.ts';
import type { Registry } from '../shared/admin/registry.ts';
import type { RequestLog } from '../shared/admin/request-log.ts';
import type { DirectoryStore } from '../shared/directory/directory-store.ts';
import type { DirectoryId } from '../shared/model/ids.ts';
import type { ScimPorts } from '../shared/scim/serve.ts';
import { findInconsistencies } from '../shared/storage/consistency.ts';
import type { Inconsistency } from '../shared/storage/consistency-finding.ts';
import { idempotencyOver } from '../shared/storage/idempotency.ts';
import { registryOver } from '../shared/storage/registry.ts';
import { expiryNoticesOver } from '../shared/storage/registry-notices.ts';
import { tableRows } from '../shared/storage/registry-rows.ts';
import { requestLogOver } from '../shared/storage/request-log.ts';
import { requestRecorder } from '../shared/storage/request-log-recorder.ts';
import { storageMeter } from '../shared/storage/storage-meter.ts';
import { tableDirectoryStore } from '../shared/storage/table-directory-store.ts';
import { tableNestedStore } from '../shared/storage/table-nested-store.ts';
import { openTable, type TableName } from '../shared/storage/tables.ts';
import type { SyncPorts } from '../shared/sync/sync-ports.ts';
import { faultOf } from './fault-line.ts';
import { logLine } from './log-line.ts';
import { readSettings, type Settings } from './settings.ts';
import { countStorageCall } from './storage-calls.ts';
import { adminAccess } from './wiring/admin-access.ts';
import { doors } from './wiring/doors.ts';
import { exportAll } from './wiring/export-all.ts';
import { nestedPorts } from './wiring/nested-ports.ts';
import { random } from './wiring/randomness.ts';
import { scimPorts } from './wiring/scim-ports.ts';
import { connectionOf } from './wiring/storage-connections.ts';
import { syncPortsOver } from './wiring/sync-ports.ts';

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

function join(settings: Settings): Wiring {
  const connection = connectionOf(settings);
  const meter = storageMeter(countStorageCall);
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
  const patient = tableNestedStore(openTable(connection, 'directory', { meter, patience: 'sync' }));
  return {
    ...random,
    settings,
    nested,
    syncPorts: syncPortsOver(nested, patient),
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

/** The host takes standard error of the worker for a log line. */
function reportLostLog(error: unknown): void {
  process.stderr.write(`${logLine('request-log-lost', faultOf(error))}\n`);
}
