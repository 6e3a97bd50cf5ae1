import { DirectoryId, RunId } from '../../../shared/model/ids.ts';
import { confirmationHash } from '../../../shared/sync/check-tenant.ts';
import { fullTransactions } from '../../../shared/sync/gathered-store.ts';
import type { Gathering } from '../../../shared/sync/gathered-writes.ts';
import type { TenantDomain } from '../../../shared/sync/graph-port.ts';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';
import type { RunLogEntry } from '../../../shared/sync/run-log.ts';
import { decideRun, startRun, wakeActiveRun } from '../../../shared/sync/run-orders.ts';
import type { StreamCursor, SyncRun } from '../../../shared/sync/run-records.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import type { SyncPorts } from '../../../shared/sync/sync-ports.ts';
import { seeded } from '../../../tools/simulated-tenant/seeded-random.ts';
import { Evidence } from './evidence.ts';
import { FakeTenant, fakeDomains, fakeTenantId } from './fake-tenant.ts';
import { fittedStore } from './fitted-store.ts';
import { keptLog } from './kept-log.ts';
import { memoryNestedStore } from './memory-nested-store.ts';
import { OutboxConsumer } from './outbox-consumer.ts';
import { type Clock, Died, SimulatedProcesses } from './simulated-processes.ts';

export const simulatedDirectory = DirectoryId.parse(`dir_${'0'.repeat(32)}`);

/** Transactions of a few writes make a small tenant's run as long as a large one's. */
const gatheringOf = (random: () => number): Gathering => ({
  writes: random() < 0.3 ? fullTransactions.writes : Math.ceil(random() ** 2 * 40),
  seconds: random() < 0.3 ? random() / 20 : fullTransactions.seconds,
});

/** A tenant, its directory, and a consumer of the outbox that believes only what it is told. */
export class SimulatedSync {
  readonly tenant: FakeTenant;
  readonly store: NestedDirectoryStore;
  readonly consumer: OutboxConsumer;
  readonly evidence: Evidence;
  readonly random: () => number;
  /** Chance that a write is the last thing the process does, before or after it. */
  deaths = 0;
  /** Called before every message, so that the tenant moves on in the middle of a run, or somebody does something to it. */
  meanwhile: () => void | Promise<void> = () => undefined;
  /** Messages may be lost, come twice and late. */
  roughQueue = false;
  /** How much a process holds back; without it each process of a rough life has its own measure. */
  gathering: Gathering | undefined;
  /** Nothing ever fits in one transaction, as where rows are large. */
  wholeRefused = false;
  /** So many writes, besides those that have to be, fit in one transaction. */
  fittingMax = Number.POSITIVE_INFINITY;
  softSeconds = 240;
  /** Called when people are told of a run. */
  onSavedRun: (run: SyncRun) => void = () => undefined;
  /** What somebody confirmed. */
  confirmedDomains: readonly TenantDomain[] = fakeDomains;
  /** Called at each write, for a death at a chosen one. */
  onWrite: (moment: 'before-write' | 'after-write') => void = () => undefined;
  /** The hash that the admin saw, when it is not the plan's. */
  shownHash: string | undefined;
  readonly #clock: Clock = { now: Date.UTC(2026, 0, 1) };
  readonly #processes: SimulatedProcesses;
  #runs = 0;
  #holders = 0;
  readonly #settings = new Map<string, NestedSettings>();
  /** By key, as the log is written again and again. */
  readonly entries = new Map<string, RunLogEntry>();
  readonly #log = keptLog(this.entries, (run) => this.onSavedRun(run));

  /** Over a store of another kind, nothing interrupts a write. */
  constructor(seed: number, store?: NestedDirectoryStore) {
    this.random = seeded(seed);
    this.tenant = new FakeTenant(this.random, () => this.#clock.now);
    this.evidence = new Evidence(this.tenant);
    this.#processes = new SimulatedProcesses({
      clock: this.#clock,
      random: this.random,
      ports: () => this.ports(),
      isRough: () => this.roughQueue,
    });
    this.store = store ?? memoryNestedStore((moment) => this.#interrupt(moment));
    this.consumer = new OutboxConsumer(this.store, simulatedDirectory, (run) =>
      this.evidence.moments(this.#settings.get(run) ?? NestedSettings.parse({})),
    );
  }

  /** What a consumer that believes only the outbox knows. */
  get copy(): ReadonlySet<string> {
    return this.consumer.copy;
  }

  /** Runs until there is no active run any more; throws when that takes too long. */
  async sync(
    settings: Partial<NestedSettings> = {},
    mode: SyncRun['mode'] = 'sync',
    trigger: SyncRun['trigger'] = 'timer',
  ): Promise<SyncRun> {
    await this.#start(settings, { mode, trigger });
    return await this.untilRest();
  }

  /** Lets messages come until the run has ended, though it waits for a person. */
  async untilEnd(): Promise<SyncRun> {
    while (!(await this.isIdle())) await this.#turn();
    return await this.lastRun();
  }

  /** Lets messages come until the run has ended or waits for a person. */
  async untilRest(): Promise<SyncRun> {
    for (let turn = 0; turn < 3000; turn++) {
      const run = await this.lastRun();
      if ((await this.isIdle()) || run.status === 'awaiting-approval') break;
      await this.#turn();
      await this.consumer.consume();
    }
    await this.consumer.consume();
    const run = await this.lastRun();
    if (!(await this.isIdle()) && run.status !== 'awaiting-approval') {
      throw new Error(`run ${run.id} does not come to an end: ${run.phase} ${run.status}`);
    }
    await this.#processes.endZombie();
    if (run.status === 'done' && run.mode === 'sync')
      this.evidence.completed({
        users: positionOf(run.users),
        groups: positionOf(run.groups),
        checkedAt: run.checked?.at ?? 0,
      });
    return run;
  }

  async lastRun(): Promise<SyncRun> {
    const { lastRun } = await this.store.state(simulatedDirectory);
    const run = lastRun === undefined ? undefined : await this.store.run(simulatedDirectory, lastRun);
    if (run === undefined) throw new Error('there was no run yet');
    return run;
  }

  /** Milliseconds since 1970, as the processes see them. */
  now(): number {
    return this.#clock.now;
  }

  advance(milliseconds: number): void {
    this.#clock.now += milliseconds;
  }

  async decide(approve: boolean): Promise<SyncRun> {
    const run = await this.lastRun();
    const hash = this.shownHash ?? run.plan?.hash ?? '';
    const decision = { directory: simulatedDirectory, run: run.id, hash, by: 'admin' };
    await this.ordered(() => decideRun(this.ports(), { ...decision, approve }));
    return await this.untilRest();
  }

  /** Who orders something and gets no answer orders it again, when the lease of the dead is over. */
  async ordered(order: () => Promise<unknown>): Promise<void> {
    while (!(await this.#processes.surviving(order))) this.#clock.now += 120_000;
  }

  async isIdle(): Promise<boolean> {
    return (await this.store.state(simulatedDirectory)).activeRun === undefined;
  }

  async #start(settings: Partial<NestedSettings>, of: Pick<SyncRun, 'mode' | 'trigger'>): Promise<void> {
    const serial = (this.#runs++).toString(16).padStart(32, '0');
    const order = {
      id: RunId.parse(`run_${serial}`),
      directory: simulatedDirectory,
      ...of,
      settings: NestedSettings.parse({ safeguard: { enabled: false }, ...settings }),
      settingsVersion: 1,
      pinnedTenantId: fakeTenantId,
      confirmedHash: await confirmationHash(fakeTenantId, this.confirmedDomains),
      startedAt: new Date(this.#clock.now).toISOString(),
    };
    this.#settings.set(order.id, order.settings);
    await this.ordered(async () => {
      const { activeRun } = await this.store.state(simulatedDirectory);
      if (activeRun !== order.id) await startRun(this.ports(), order);
    });
  }

  async #turn(): Promise<void> {
    await this.meanwhile();
    this.#clock.now += 1000;
    if (await this.#processes.takeOne()) return;
    // Every message was lost; the timer finds the run.
    this.#clock.now += 600_000;
    await this.#processes.surviving(() => wakeActiveRun(this.ports(), simulatedDirectory));
  }

  async #interrupt(moment: 'before-write' | 'after-write'): Promise<void> {
    this.onWrite(moment);
    await this.#processes.mayHang();
    if (this.deaths > 0 && this.random() < this.deaths) throw new Died();
  }

  get #room() {
    const { roughQueue: isRough, wholeRefused, fittingMax, random } = this;
    return { isRough, wholeRefused, fittingMax, random };
  }

  ports(): SyncPorts {
    return {
      graph: this.tenant.graph(),
      store: fittedStore(this.store, () => this.#room),
      queue: this.#processes.queue,
      log: this.#log,
      // In a rough life time goes by while a process works, a millisecond with each look at the clock.
      now: () => (this.roughQueue ? this.#clock.now++ : this.#clock.now),
      holder: `process ${this.#holders++}`,
      softSeconds:
        this.roughQueue && this.random() < 0.3 ? Math.max(0, this.random() - 0.5) / 5 : this.softSeconds,
      gathering: this.gathering ?? (this.roughQueue ? gatheringOf(this.random) : fullTransactions),
    };
  }
}

const positionOf = ({ delta = '' }: StreamCursor): number => Number(delta.split(':')[1]);
