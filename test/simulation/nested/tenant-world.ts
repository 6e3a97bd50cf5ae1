import { randomUUID } from 'node:crypto';
import { graphClient } from '../../../shared/graph/graph-client.ts';
import { graphReader } from '../../../shared/graph/graph-reader.ts';
import { pacer } from '../../../shared/graph/pacer.ts';
import { DirectoryId, RunId } from '../../../shared/model/ids.ts';
import { Refusal } from '../../../shared/model/refusal.ts';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import { confirmationHash } from '../../../shared/sync/check-tenant.ts';
import { fullTransactions } from '../../../shared/sync/gathered-store.ts';
import type { Gathering } from '../../../shared/sync/gathered-writes.ts';
import type { GraphReader } from '../../../shared/sync/graph-port.ts';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';
import type { RunOrder } from '../../../shared/sync/new-run.ts';
import type { RunLog } from '../../../shared/sync/run-log.ts';
import { cancelRun, decideRun, startRun, wakeActiveRun } from '../../../shared/sync/run-orders.ts';
import type { Plan, SyncRun } from '../../../shared/sync/run-records.ts';
import { runStep } from '../../../shared/sync/run-step.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import type { SyncPorts } from '../../../shared/sync/sync-ports.ts';
import { foundCompany } from '../../../tools/simulated-tenant/company.ts';
import { parseToken } from '../../../tools/simulated-tenant/graph/delta-tokens.ts';
import {
  type SimulatedGraph,
  type SimulatedGraphOptions,
  startSimulatedGraph,
} from '../../../tools/simulated-tenant/graph/simulated-graph.ts';
import { expectedDirectory, type Facts } from '../../../tools/simulated-tenant/oracle.ts';
import { seeded } from '../../../tools/simulated-tenant/seeded-random.ts';
import type { Tenant } from '../../../tools/simulated-tenant/tenant.ts';
import { FakeQueue } from '../../support/sync/fake-queue.ts';
import { OutboxConsumer } from '../../support/sync/outbox-consumer.ts';
import { effectivePairs, pairsOf } from '../../support/sync/stored-pairs.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';
import { expectationOf } from './chosen-settings.ts';
import { Moments } from './moments.ts';
import { openRoads, withoutRoads } from './open-roads.ts';
import { Died, oneAfterTheOther, orderlyStore, watched } from './replaying.ts';

export const tablePrefix = 'nestedworld';
const { table } = tableUnderTest(tablePrefix);
export const makeWorldTable = () => makeTable(tablePrefix);

const smallCompany = { users: 150, assignedUsers: 70, assignedGroups: 14, otherGroups: 46 };

/** What a person does about a run that waits for him. */
export type Verdict = 'approve' | 'reject' | 'cancel';

type Order = Partial<Pick<RunOrder, 'auditNow' | 'trigger' | 'mode'>>;

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
  /** Chance that a write is the last thing a process does, before or after it. */
  deaths = 0;
  /** Chance that a message comes to a process that has just begun. */
  restarts = 0;
  /** Looks at a plan that is held. */
  person: (run: SyncRun) => Promise<Verdict> = async ({ id }) => {
    throw new Error(`nobody decides about run ${id}`);
  };
  settings = NestedSettings.parse({ safeguard: { enabled: false } });
  readonly #clock: Clock;
  #process: Process;
  readonly #queue: FakeQueue;
  readonly #moments: Moments;
  /** Of the run at hand. */
  #plan: Plan | undefined;
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
    this.#process = this.#newProcess();
    this.#moments = new Moments(this.tenant);
    this.consumer = new OutboxConsumer(this.store, this.directory, () => this.#truths());
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
  async sync(settings: Partial<NestedSettings> = {}, order: Order = {}): Promise<SyncRun> {
    this.settings = NestedSettings.parse({ safeguard: { enabled: false }, ...settings });
    this.#moments.note();
    const id = RunId.parse(`run_${(this.#runs++).toString(16).padStart(32, '0')}`);
    const confirmedHash = await this.#confirmed();
    const isActive = async () => (await this.store.state(this.directory)).activeRun === id;
    const start = () =>
      startRun(this.#ports(), {
        trigger: 'manual',
        mode: 'sync',
        ...order,
        id,
        directory: this.directory,
        settings: this.settings,
        settingsVersion: 1,
        pinnedTenantId: this.tenant.id,
        confirmedHash,
        startedAt: new Date(this.#clock.now).toISOString(),
      });
    await this.#ordered(start, isActive);
    const ended = await this.#untilEnd(id);
    if (ended.status === 'done' && ended.mode === 'sync') this.#moments.forgetBefore(await this.#heard());
    return ended;
  }

  /** Milliseconds since 1970, as everybody sees them. */
  now(): number {
    return this.#clock.now;
  }

  pause(seconds: number): void {
    this.#clock.now += seconds * 1000;
  }

  /** Requests that Graph was sent, by all runs. */
  get requests(): number {
    return this.graph.usage.requests.values().reduce((sum, count) => sum + count, 0);
  }

  /** What is true in the tenant now, as pairs of group and user, by the settings of the last run. */
  truth(): ReadonlySet<string> {
    return pairsOf(expectedDirectory(this.tenant, expectationOf(this.settings)).members);
  }

  /** What the directory holds, derived the obvious way from its rows. */
  async stored(): Promise<ReadonlySet<string>> {
    const { scope } = this.settings;
    if (scope.kind !== 'application' || scope.reading !== 'literal')
      return await effectivePairs(this.store, this.directory);
    // By the literal reading groups pass nobody on.
    const nesting: NestedDirectoryStore['nesting'] = async (of) => ({
      ...(await this.store.nesting(of)),
      edges: [],
    });
    return await effectivePairs({ ...this.store, nesting }, this.directory);
  }

  /** What was true at each moment since the older of the two tokens of the last completed run, by the settings of this one. */
  *#truths(): Iterable<ReadonlySet<string>> {
    const expectation = expectationOf(this.settings);
    const pairs = (facts: Facts) => pairsOf(expectedDirectory(facts, expectation).members);
    for (const facts of this.#moments.all) yield pairs(facts);
    // What Graph contradicts itself about and refuses to list is no road yet (docs/sync-rules.md, "Not promised").
    const open = openRoads(this.#plan, this.tenant.changesSince(this.#moments.first));
    if (open.size > 0) for (const facts of this.#moments.all) yield pairs(withoutRoads(facts, open));
  }

  /** The position of the tenant that the older of the two tokens knows. */
  async #heard(): Promise<number> {
    const { tokens } = await this.store.state(this.directory);
    return Math.min(...[tokens?.users, tokens?.groups].map(positionIn));
  }

  async #untilEnd(id: RunId): Promise<SyncRun> {
    for (let turn = 0; turn < turnsMax; turn++) {
      const { activeRun } = await this.store.state(this.directory);
      const run = await this.#run(id);
      this.#plan = run.plan;
      await this.consumer.consume();
      if (activeRun === undefined) return run;
      if (run.status === 'awaiting-approval') await this.#decide(run);
      else await this.#turn();
    }
    const run = await this.#run(id);
    throw new Error(`run ${id} does not come to an end: ${run.phase} ${run.status}`);
  }

  async #run(id: RunId): Promise<SyncRun> {
    const run = await this.store.run(this.directory, id);
    if (run === undefined) throw new Error(`run ${id} was never written`);
    return run;
  }

  async #decide(run: SyncRun): Promise<void> {
    const verdict = await this.person(run);
    this.#moments.note();
    const { directory } = this;
    if (verdict === 'cancel') return await cancelRun(this.#ports(), directory, run.id);
    const decision = { directory, run: run.id, hash: run.plan?.hash ?? '', by: 'admin' };
    await this.#ordered(() => decideRun(this.#ports(), { ...decision, approve: verdict === 'approve' }));
  }

  async #turn(): Promise<void> {
    this.meanwhile();
    this.#moments.note();
    this.#clock.now += 1000;
    const taken = this.#queue.take(this.random);
    if (taken === undefined) {
      await wakeActiveRun(this.#ports(), this.directory);
      return;
    }
    this.#clock.now = Math.max(this.#clock.now, taken.at);
    if (this.random() < 0.05) this.#queue.waiting.push(taken);
    if (this.restarts > 0 && this.random() < this.restarts) this.#process = this.#newProcess();
    try {
      await runStep(this.#ports(), taken.message);
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      this.#process = this.#newProcess();
      // Not completed: the queue shows it again.
      this.#queue.waiting.push({ message: taken.message, at: this.#clock.now + 30_000 });
    }
  }

  /** Who died left his lease behind, and perhaps the order: whoever gave it asks again. */
  async #ordered(order: () => Promise<unknown>, isDone = async () => false): Promise<void> {
    for (let tries = 0; tries < 10 && !(await isDone()); tries++) {
      try {
        await order();
        return;
      } catch (error) {
        if (error instanceof Died) this.#process = this.#newProcess();
        else if (!isLeased(error)) throw error;
        this.pause(60);
      }
    }
  }

  /** Nothing that a process remembers is there after it. */
  #newProcess(): Process {
    const { reader, answered } = watched(readerOf(this.#clock, this));
    const mayDie = () => {
      if (this.deaths > 0 && this.random() < this.deaths) throw new Died();
    };
    return { reader, store: orderlyStore(tableNestedStore(table), { answered, mayDie }) };
  }

  #ports(): SyncPorts {
    return {
      graph: this.#process.reader,
      store: this.#process.store,
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

const isLeased = (error: unknown) =>
  error instanceof Refusal && (error.code === 'busy' || error.facts.reason === 'run_in_progress');

interface Process {
  readonly reader: GraphReader;
  readonly store: NestedDirectoryStore;
}

/** The position of the tenant's changes up to which a link tells. */
function positionIn(link = ''): number {
  const token = parseToken(/[$]deltatoken=(.*)$/i.exec(link)?.[1] ?? '');
  return token?.kind === 'delta' ? token.position : 0;
}

const turnsMax = 2000;

/** Milliseconds since 1970; goes on where somebody waits. */
interface Clock {
  now: number;
}

const log: RunLog = {
  write: async () => undefined,
  keepPlan: async () => undefined,
  saveRun: async () => undefined,
};

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
  const each = () => {
    clock.now += 300;
  };
  const client = graphClient({
    serviceUrl: graph.url,
    ...time,
    fetch: oneAfterTheOther(each),
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
