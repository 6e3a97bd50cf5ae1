import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestedPorts } from '../../shared/admin/nested-ports.ts';
import { adminConsentUrl } from '../../shared/graph/clouds.ts';
import { graphConnections } from '../../shared/graph/graph-connections.ts';
import { consentsOver } from '../../shared/storage/consents.ts';
import { tableRows } from '../../shared/storage/registry-rows.ts';
import { runLogOver } from '../../shared/storage/run-log.ts';
import { storageSyncQueue } from '../../shared/storage/sync-queue.ts';
import { tableNestedStore } from '../../shared/storage/table-nested-store.ts';
import type { openTable, TableName } from '../../shared/storage/tables.ts';
import { RunMemory } from '../../shared/sync/run-memory.ts';
import { fetchFromGraph } from '../graph-calls.ts';
import { graphSecretOf } from '../graph-secret-ends.ts';
import { onlyGraph } from '../local-graph.ts';
import type { Settings } from '../settings.ts';
import { graphConnectionOf } from './graph-credentials.ts';
import { random } from './randomness.ts';
import { queueConnectionOf } from './storage-connections.ts';

export function nestedPorts(
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
