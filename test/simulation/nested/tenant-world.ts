import { randomUUID } from 'node:crypto';
import { graphClient } from '../../../shared/graph/graph-client.ts';
import { graphReader } from '../../../shared/graph/graph-reader.ts';
import { pacer } from '../../../shared/graph/pacer.ts';
import { DirectoryId, RunId } from '../../../shared/model/ids.ts';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import { confirmationHash } from '../../../shared/sync/check-tenant.ts';
import { fullTransactions } from '../../../shared/sync/gathered-store.ts';
import type { Gathering } from '../../../shared/sync/gathered-writes.ts';
import type { GraphReader } from '../../../shared/sync/graph-port.ts';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';
import type { RunOrder } from '../../../shared/sync/new-run.ts';
import type { RunLog } from '../../../shared/sync/run-log.ts';
import { startRun, wakeActiveRun } from '../../../shared/sync/run-orders.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { runStep } from '../../../shared/sync/run-step.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import type { SyncPorts } from '../../../shared/sync/sync-ports.ts';
import { foundCompany } from '../../../tools/simulated-tenant/company.ts';
import {
  type SimulatedGraph,
  type SimulatedGraphOptions,
  startSimulatedGraph,
} from '../../../tools/simulated-tenant/graph/simulated-graph.ts';
import type { Tenant } from '../../../tools/simulated-tenant/tenant.ts';
import { FakeQueue } from '../../support/sync/fake-queue.ts';
import { OutboxConsumer } from '../../support/sync/outbox-consumer.ts';
import { seeded } from '../../support/sync/seeded.ts';
import { effectivePairs, pairsOf } from '../../support/sync/stored-pairs.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

export const tablePrefix = 'nestedworld';
const { table } = tableUnderTest(tablePrefix);
export const makeWorldTable = () => makeTable(tablePrefix);

const smallCompany = { users: 150, assignedUsers: 70, assignedGroups: 14, otherGroups: 46 };

/** A tenant behind HTTP, its directory in table storage, and a consumer of the outbox; time passes only where it is waited. */
export class TenantWorld {
  readonly tenant: Tenant;
  readonly graph: SimulatedGraph;
  readonly store: NestedDirectoryStore;
  readonly directory: DirectoryId;
  readonly random: () => number;
  readonly consumer: OutboxConsumer;
  /** Called before every message, so that the tenant moves on in the middle of a run. */
  meanwhile: () => void = () => undefined;
  softSeconds = 240;
  /** How much a message holds back. */
  gathering: Gathering = fullTransactions;
  readonly #clock: Clock;
  readonly #reader: GraphReader;
  readonly #queue: FakeQueue;
  /** Truths of the tenant since the last run that was complete began. */
  #moments: ReadonlySet<string>[] = [];
  #runs = 0;
  #holders = 0;

  private constructor(seed: number, clock: Clock, parts: { tenant: Tenant; graph: SimulatedGraph }) {
    this.tenant = parts.tenant;
    this.graph = parts.graph;
    this.random = seeded(seed);
    // Several files of tests may be in one process, and begin with the same seed.
    this.directory = DirectoryId.parse(`dir_${randomUUID().replaceAll('-', '')}`);
    this.#clock = clock;
    this.#queue = new FakeQueue(() => clock.now);
    this.store = tableNestedStore(table);
    this.#reader = readerOf(clock, parts);
    this.consumer = new OutboxConsumer(this.store, this.directory, () => this.#moments);
  }

  static async open(seed: number, options: Partial<SimulatedGraphOptions> = {}): Promise<TenantWorld> {
    const tenant = foundCompany(`world ${seed}`, smallCompany);
    const clock = { now: Date.UTC(2026, 0, 1) };
    const graph = await startSimulatedGraph(tenant, {
      now: () => clock.now,
      hangMilliseconds: 5,
      pageSizes: { objects: 40, members: 60 },
      ...options,
    });
    return new TenantWorld(seed, clock, { tenant, graph });
  }

  /** One run from its order to its end, with the consumer reading along. */
  async sync(
    settings: Partial<NestedSettings> = {},
    order: Partial<Pick<RunOrder, 'auditNow' | 'trigger'>> = {},
  ): Promise<SyncRun> {
    this.#moments.push(this.truth());
    const run = await startRun(this.#ports(), {
      trigger: 'manual',
      ...order,
      id: RunId.parse(`run_${(this.#runs++).toString(16).padStart(32, '0')}`),
      directory: this.directory,
      mode: 'sync',
      settings: NestedSettings.parse({ safeguard: { enabled: false }, ...settings }),
      settingsVersion: 1,
      pinnedTenantId: this.tenant.id,
      confirmedHash: await this.#confirmed(),
      startedAt: new Date(this.#clock.now).toISOString(),
    });
    const ended = await this.#untilEnd(run.id);
    await this.consumer.consume();
    return ended;
  }

  /** Milliseconds since 1970, as everybody sees them. */
  now(): number {
    return this.#clock.now;
  }

  /** Requests that Graph was sent, by all runs. */
  get requests(): number {
    return this.graph.usage.requests.values().reduce((sum, count) => sum + count, 0);
  }

  /** What is true in the tenant now, as pairs of group and user. */
  truth(): ReadonlySet<string> {
    return pairsOf(this.graph.oracle());
  }

  /** After a run that was complete its own moments do not excuse later removals. */
  settle(): void {
    this.#moments = this.#moments.slice(-1);
  }

  /** What the directory holds, derived the obvious way from its rows. */
  async stored(): Promise<ReadonlySet<string>> {
    return await effectivePairs(this.store, this.directory);
  }

  async #untilEnd(id: RunId): Promise<SyncRun> {
    for (let turn = 0; turn < turnsMax; turn++) {
      const { activeRun } = await this.store.state(this.directory);
      if (activeRun === undefined) return await this.#run(id);
      await this.#turn();
    }
    const run = await this.#run(id);
    throw new Error(`run ${id} does not come to an end: ${run.phase} ${run.status}`);
  }

  async #run(id: RunId): Promise<SyncRun> {
    const run = await this.store.run(this.directory, id);
    if (run === undefined) throw new Error(`run ${id} was never written`);
    return run;
  }

  async #turn(): Promise<void> {
    this.meanwhile();
    this.#moments.push(this.truth());
    this.#clock.now += 1000;
    const taken = this.#queue.take(this.random);
    if (taken === undefined) {
      await wakeActiveRun(this.#ports(), this.directory);
      return;
    }
    this.#clock.now = Math.max(this.#clock.now, taken.at);
    if (this.random() < 0.05) this.#queue.waiting.push(taken);
    await runStep(this.#ports(), taken.message);
    await this.consumer.consume();
  }

  #ports(): SyncPorts {
    return {
      graph: this.#reader,
      store: this.store,
      queue: this.#queue,
      log,
      now: () => this.#clock.now,
      holder: `process ${this.#holders++}`,
      softSeconds: this.softSeconds,
      gathering: this.gathering,
    };
  }

  async #confirmed(): Promise<string> {
    const domains = this.tenant.domains.map(({ id, ...domain }) => ({ name: id, ...domain }));
    return await confirmationHash(this.tenant.id, domains);
  }
}

const turnsMax = 400;

/** Milliseconds since 1970; goes on where somebody waits. */
interface Clock {
  now: number;
}

const log: RunLog = { write: async () => undefined, saveRun: async () => undefined };

function readerOf(
  clock: Clock,
  { tenant, graph }: { readonly tenant: Tenant; readonly graph: SimulatedGraph },
): GraphReader {
  const time = {
    now: () => clock.now,
    sleep: async (milliseconds: number) => {
      clock.now += milliseconds;
    },
  };
  // One after the other, so that the same seed meets the same faults; each takes its time.
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = (url: string, init: RequestInit): Promise<Response> => {
    clock.now += 300;
    const answer = before.then(() => fetch(url, init));
    before = answer.catch(() => undefined);
    return answer;
  };
  const client = graphClient({
    serviceUrl: graph.url,
    ...time,
    fetch: inTurn,
    random: () => 0.5,
    token: async () => graph.token,
    pacer: pacer({ unitsPerSecond: 560, burstUnits: 5600, ...time }),
    limits: {
      attemptsMax: 5,
      attemptTimeoutMilliseconds: 5_000,
      waitSecondsMax: 20,
      bodyBytesMax: 32 * 1024 * 1024,
    },
  });
  return graphReader(client, {
    serviceUrl: graph.url,
    tenantId: tenant.id,
    grantedRoles: async () => graph.permissions,
  });
}
