import { totalmem } from 'node:os';
import type { NestedPorts } from '../../shared/admin/nested-ports.ts';
import type { NestedConnection } from '../../shared/admin/nested-record.ts';
import type { NestedDirectoryStore } from '../../shared/sync/nested-store.ts';
import type { SyncPorts } from '../../shared/sync/sync-ports.ts';
import { storageCalls } from '../storage-calls.ts';
import { random } from './randomness.ts';

/** What a step needs to read the tenant of a connection, over a store that is patient: nobody waits for a step. */
export const syncPortsOver =
  (nested: NestedPorts, store: NestedDirectoryStore) =>
  (connection: NestedConnection): SyncPorts => ({
    graph: nested.graph(connection),
    store,
    log: nested.history,
    queue: nested.queue,
    now: random.now,
    holder: nested.holder(),
    softSeconds: stepSoftSeconds,
    heartbeat: beating,
    memory: memoryUse,
    storageOperations: storageCalls,
  });

/** A step begins nothing new after four minutes; the host allows ten (DESIGN §6). */
const stepSoftSeconds = 240;

/** Never keeps the process alive by itself. */
function beating(seconds: number, beat: () => Promise<void>): () => void {
  const timer = setInterval(() => void beat(), seconds * 1000).unref();
  return () => clearInterval(timer);
}

/** What is in use, what the process has taken for it, and the most that it may take. */
function memoryUse() {
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    usedBytes: heapUsed + external,
    totalBytes: rss,
    limitBytes: Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()),
  };
}
