import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DirectoryId } from '../../shared/model/ids.ts';
import { tableDirectoryStore } from '../../shared/storage/table-directory-store.ts';
import { openTable } from '../../shared/storage/tables.ts';
import { startAzurite } from '../embedded/azurite.ts';
import { type FaultyStorage, startFaultyStorage } from '../embedded/faulty-storage.ts';
import { createScimDirectory } from '../main-job/admin-calls.ts';
import { checkDirectories } from '../operate/check-directories.ts';
import { seededRandom } from '../simulated-tenant/seeded-random.ts';
import type { MemorySample } from './memory.ts';
import { type NestedLoad, startNestedLoad } from './nested-load.ts';
import { type ScimCalls, scimCalls } from './scim-calls.ts';
import { type ScimWorker, scimWorker } from './scim-worker.ts';
import { type SeparateService, startService } from './service.ts';
import { lostWrites } from './verify.ts';

export interface SoakOrder {
  readonly seconds: number;
  readonly seed: string;
  readonly parallel: number;
  readonly tell: (line: string) => void;
}

export interface SoakOutcome {
  readonly operations: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly seconds: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly outagesAnswered: number;
  readonly runs: number;
  readonly storageFaults: FaultyStorage['faults'];
  readonly memory: readonly MemorySample[];
  /** Each a sentence; empty when nothing was lost, nothing broke and all fits together. */
  readonly faults: readonly string[];
}

/** The share of round trips to the storage that go wrong: about one in six, so that the service's own retries run out now and then. */
const rates = { busy: 0.06, timedOut: 0.02, reset: 0.02, answerLost: 0.03, late: 0.03 };

/**
 * The whole service on this machine behind a storage that fails now and then, under mixed load; then the storage heals, interrupted
 * work is carried to its end, and everything that was acknowledged must be there, and nothing else.
 */
export async function soak(order: SoakOrder): Promise<SoakOutcome> {
  const ending: (() => Promise<void>)[] = [];
  const begun = <T extends { readonly stop: () => Promise<void> }>(part: T): T => {
    ending.unshift(part.stop);
    return part;
  };
  try {
    const nested = begun(await startNestedLoad(order.seed));
    const azurite = begun(await startAzurite({ kind: 'memory' }));
    const storage = begun(await startFaultyStorage(azurite, { seed: 1, rates }));
    storage.heal();
    const { connectionString } = storage;
    const service = begun(await startService({ connectionString, graph: nested.graph }));
    storage.spoil();
    return await underLoad(order, { service, storage, nested });
  } finally {
    for (const end of ending) await end();
  }
}

interface Soaked {
  readonly service: SeparateService;
  readonly storage: FaultyStorage;
  readonly nested: NestedLoad;
}

async function underLoad(order: SoakOrder, { service, storage, nested }: Soaked): Promise<SoakOutcome> {
  const connection = await patiently(() => createScimDirectory(service, 'Soak'));
  const calls = scimCalls(connection, order.parallel);
  const sharedGroups = await makeSharedGroups(calls);
  const workers = Array.from({ length: order.parallel }, (_, number) =>
    scimWorker(`w${number}`, { calls, random: seededRandom(`${order.seed} ${number}`), sharedGroups }),
  );
  const faults: string[] = [];
  const operations = new Map<string, number>();
  const begun = performance.now();
  const left = () => order.seconds - (performance.now() - begun) / 1000;
  const memory: MemorySample[] = [];
  await Promise.all([
    ...workers.map((worker) => work(worker, { left, operations, faults })),
    nested.run(service, left).catch((error: unknown) => void faults.push(`nested: ${String(error)}`)),
    watch(order, { service, memory, left, operations }),
  ]);
  const seconds = (performance.now() - begun) / 1000;

  order.tell('The storage heals; what was interrupted is carried to its end.');
  storage.heal();
  const healthy = { kind: 'connection-string' as const, value: storage.connectionString };
  const store = tableDirectoryStore(openTable(healthy, 'directory'), { now: Date.now, randomBytes });
  await store.completeInterrupted(DirectoryId.parse(connection.directoryId), Date.now());
  faults.push(...calls.tally.bugs);
  faults.push(
    ...(await lostWrites(
      calls.sender,
      workers.map(({ acknowledged }) => acknowledged),
    )),
  );
  faults.push(...(await nested.verify()));
  for (const { name, left: wrong } of await checkDirectories(healthy, { repair: false }))
    faults.push(...wrong.map(({ rowKey, fault }) => `${name}: ${rowKey} ${fault}`));
  calls.sender.close();
  const { latencies, outages } = calls.tally;
  return {
    operations: Object.fromEntries(operations),
    requests: latencies.count,
    seconds,
    p50Milliseconds: latencies.quantile(0.5),
    p99Milliseconds: latencies.quantile(0.99),
    outagesAnswered: outages,
    runs: nested.runs(),
    storageFaults: storage.faults,
    memory,
    faults,
  };
}

async function makeSharedGroups(calls: ScimCalls): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const displayName of ['Everyone', 'Half of them', 'Some']) {
    const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName };
    const answer = await calls.send({ purpose: 'create', method: 'POST', path: '/Groups', body });
    const query = `filter=${encodeURIComponent(`displayName eq "${displayName}"`)}`;
    const found = await calls.send({ purpose: 'match', method: 'GET', path: '/Groups', query });
    const [group] = (found.body?.['Resources'] ?? []) as readonly { readonly id?: string }[];
    if (group?.id === undefined) throw new Error(`a group was answered ${answer.status} and is not there`);
    ids.push(group.id);
  }
  return ids;
}

async function work(
  worker: ScimWorker,
  to: { left: () => number; operations: Map<string, number>; faults: string[] },
): Promise<void> {
  while (to.left() > 0) {
    try {
      const kind = await worker.operate();
      to.operations.set(kind, (to.operations.get(kind) ?? 0) + 1);
    } catch (fault) {
      // One is enough to fail; the worker's picture may be wrong from here on, so it stops.
      to.faults.push(fault instanceof Error ? fault.message : String(fault));
      return;
    }
  }
}

async function watch(
  { seconds, tell }: SoakOrder,
  of: {
    readonly service: SeparateService;
    readonly memory: MemorySample[];
    readonly left: () => number;
    readonly operations: ReadonlyMap<string, number>;
  },
): Promise<void> {
  const every = Math.min(10, seconds / 10);
  for (let sample = 0; of.left() > 0; sample++) {
    await pause(Math.max(0, Math.min(every, of.left())) * 1000);
    const use = await of.service.memory();
    const at = seconds - of.left();
    of.memory.push({ seconds: at, ...use });
    const done = [...of.operations.values()].reduce((sum, count) => sum + count, 0);
    if (sample % 3 === 2)
      tell(`${Math.round(at)} s  ${done} operations  ${use.resident} MB, heap ${use.heap} MB`);
  }
}

/** What is set up over a storage that fails may have to be asked for again. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === 10 || !String(error).includes('503')) throw error;
      await pause(200);
    }
  }
}
