import { carryRun } from '../../../shared/admin/carry-run.ts';
import type { NestedPorts } from '../../../shared/admin/nested-ports.ts';
import type { NestedConnection } from '../../../shared/admin/nested-record.ts';
import { adminConsentUrl } from '../../../shared/graph/clouds.ts';
import type { Randomness } from '../../../shared/model/new-ids.ts';
import { consentsOver } from '../../../shared/storage/consents.ts';
import { registryOver } from '../../../shared/storage/registry.ts';
import type { Rows } from '../../../shared/storage/registry-rows.ts';
import { runLogOver } from '../../../shared/storage/run-log.ts';
import type { TableName } from '../../../shared/storage/tables.ts';
import type { GraphReader } from '../../../shared/sync/graph-port.ts';
import { RunMemory } from '../../../shared/sync/run-memory.ts';
import type { FakeQueue } from '../sync/fake-queue.ts';
import { memoryNestedStore } from '../sync/memory-nested-store.ts';
import { Mortal, MortalQueue, mortalStore } from './mortal.ts';

/** The Graph of the tests: one reader for every connection. */
export interface TestGraph {
  readonly reader: (connection: NestedConnection) => GraphReader;
  readonly learnsTenant: boolean;
  readonly clientId?: string;
  readonly secret?: NestedPorts['secret'];
  /** What the stack writes to the store and sends goes through it. */
  readonly mortal?: Mortal;
}

export interface NestedParts extends NestedPorts {
  readonly queue: FakeQueue;
  /** Handles messages until none is left that is due. */
  readonly work: () => Promise<void>;
}

export function nestedParts(
  rows: (table: TableName) => Rows,
  random: Randomness,
  graph: TestGraph = { reader: () => unreachable(), learnsTenant: false },
): NestedParts {
  let holders = 0;
  const mortal = graph.mortal ?? new Mortal();
  const queue = new MortalQueue(random.now, mortal);
  const store = mortalStore(memoryNestedStore(), mortal);
  const history = runLogOver(rows('runs'), random.now);
  const holder = () => `holder-${++holders}`;
  const parts = { store, queue, now: random.now, softSeconds: 240 };
  return {
    ...{ store, queue, history, holder, memory: new RunMemory() },
    consents: consentsOver(rows('registry')),
    graph: graph.reader,
    learnsTenant: graph.learnsTenant,
    secret: graph.secret ?? (() => undefined),
    defaults: { cloud: 'public', kind: 'federated', clientId: graph.clientId },
    consentUrl: adminConsentUrl,
    work: async () => {
      const registry = registryOver(rows('registry'));
      const nested = { store, queue, history, holder };
      const syncPorts = (connection: NestedConnection) => ({
        ...{ ...parts, graph: graph.reader(connection), log: history, holder: holder() },
      });
      for (let next = queue.take(() => 0); next !== undefined; next = queue.take(() => 0)) {
        const outcome = await carryRun({ registry, nested, random, syncPorts }, next.message);
        // Time stands still here: a run that waits goes on when the test lets time pass.
        if (outcome === 'waiting') return;
      }
    },
  };
}

function unreachable(): never {
  throw new Error('this test reads no Graph');
}
