import { setImmediate as nextTurn } from 'node:timers/promises';
import { DirectoryId, RunId } from '../../../shared/model/ids.ts';
import { confirmationHash } from '../../../shared/sync/check-tenant.ts';
import { fullTransactions } from '../../../shared/sync/gathered-store.ts';
import type { Gathering } from '../../../shared/sync/gathered-writes.ts';
import type { TenantDomain } from '../../../shared/sync/graph-port.ts';
import type { Fence, FittingCommit, NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';
import type { RunLog, RunLogEntry } from '../../../shared/sync/run-log.ts';
import { decideRun, startRun, wakeActiveRun } from '../../../shared/sync/run-orders.ts';
import type { StreamCursor, SyncRun } from '../../../shared/sync/run-records.ts';
import { runStep } from '../../../shared/sync/run-step.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import type { SyncMessage, SyncPorts } from '../../../shared/sync/sync-ports.ts';
import { FakeQueue } from './fake-queue.ts';
import { FakeTenant, fakeDomains, fakeTenantId } from './fake-tenant.ts';
import { memoryNestedStore } from './memory-nested-store.ts';
import { OutboxConsumer } from './outbox-consumer.ts';

export const simulatedDirectory = DirectoryId.parse(`dir_${'0'.repeat(32)}`);

/** Mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Transactions of a few writes make a small tenant's run as long as a large one's. */
const gatheringOf = (random: () => number): Gathering => ({
  writes: random() < 0.3 ? fullTransactions.writes : Math.ceil(random() ** 2 * 40),
  seconds: random() < 0.3 ? random() / 20 : fullTransactions.seconds,
});

/** The process died between two writes. */
export class Died extends Error {}

/** A tenant, its directory, and a consumer of the outbox that believes only what it is told. */
export class SimulatedSync {
  readonly tenant: FakeTenant;
  readonly store: NestedDirectoryStore;
  readonly consumer: OutboxConsumer;
  readonly random: () => number;
  /** Chance that a write is the last thing the process does, before or after it. */
  deaths = 0;
  /** Called before every message, so that the tenant moves on in the middle of a run. */
  meanwhile: () => void = () => undefined;
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
  #now = Date.UTC(2026, 0, 1);
  #runs = 0;
  #holders = 0;
  #hangsNext = false;
  #wakeZombie: (() => void) | undefined;
  #zombie: Promise<boolean> | undefined;
  readonly #queue: FakeQueue;
  /** By key, as the log is written again and again. */
  readonly entries = new Map<string, RunLogEntry>();
  readonly #log: RunLog = {
    write: async (_directory, run, entries) => {
      for (const entry of entries) this.entries.set(`${run}/${entry.key}`, entry);
    },
    saveRun: async (run) => this.onSavedRun(run),
  };
  /** What each completed run had heard of: positions of the tenant, in its tokens. */
  readonly #heard: { readonly users: number; readonly groups: number }[] = [];

  /** Over a store of another kind, nothing interrupts a write. */
  constructor(seed: number, store?: NestedDirectoryStore) {
    this.random = seeded(seed);
    this.tenant = new FakeTenant(this.random, () => this.#now);
    this.#queue = new FakeQueue(() => this.#now);
    const interrupt = async (moment: 'before-write' | 'after-write') => {
      this.onWrite(moment);
      if (this.#hangsNext) await this.#hang();
      if (this.deaths > 0 && this.random() < this.deaths) throw new Died();
    };
    this.store = store ?? memoryNestedStore(interrupt);
    this.consumer = new OutboxConsumer(this.store, simulatedDirectory, () => this.#moments());
  }

  /** What a consumer that believes only the outbox knows. */
  get copy(): ReadonlySet<string> {
    return this.consumer.copy;
  }

  /** What was true at each moment since the last completed run read on from. */
  *#moments(): Iterable<ReadonlySet<string>> {
    const { history } = this.tenant;
    const { users, groups } = this.#heard.at(-1) ?? { users: 0, groups: 0 };
    for (let position = Math.min(users, groups); position <= history.position; position++)
      yield history.effectivePairs(position);
  }

  /** Objects that were deleted and restored again between two of their stream's tokens: to Graph's readers they are merely changed. */
  unseenSleepers(): ReadonlySet<string> {
    const { history } = this.tenant;
    const pauses = this.#heard.slice(1).flatMap((heard, run) =>
      (['users', 'groups'] as const).map((resource) => {
        const from = this.#heard[run]?.[resource] ?? 0;
        return { resource, from, to: heard[resource] };
      }),
    );
    return new Set(pauses.flatMap((pause) => history.sleptWithin(pause)));
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
    while (!(await this.#isIdle())) await this.#turn();
    return await this.lastRun();
  }

  /** Lets messages come until the run has ended or waits for a person. */
  async untilRest(): Promise<SyncRun> {
    for (let turn = 0; turn < 3000; turn++) {
      const run = await this.lastRun();
      if ((await this.#isIdle()) || run.status === 'awaiting-approval') break;
      await this.#turn();
      await this.consumer.consume();
    }
    await this.consumer.consume();
    const run = await this.lastRun();
    if (!(await this.#isIdle()) && run.status !== 'awaiting-approval') {
      throw new Error(`run ${run.id} does not come to an end: ${run.phase} ${run.status}`);
    }
    await this.#endZombie();
    if (run.status === 'done' && run.mode === 'sync')
      this.#heard.push({ users: positionOf(run.users), groups: positionOf(run.groups) });
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
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** The hash that the admin saw, when it is not the plan's. */
  shownHash: string | undefined;

  async decide(approve: boolean): Promise<SyncRun> {
    const run = await this.lastRun();
    const hash = this.shownHash ?? run.plan?.hash ?? '';
    const decision = { directory: simulatedDirectory, run: run.id, hash, by: 'admin' };
    await decideRun(this.ports(), { ...decision, approve });
    return await this.untilRest();
  }

  async #isIdle(): Promise<boolean> {
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
      startedAt: new Date(this.#now).toISOString(),
    };
    // Who starts a run and gets no answer asks again, when the lease of the dead is over.
    while (!(await this.#surviving(async () => void (await startRun(this.ports(), order))))) {
      this.#now += 120_000;
      if (!(await this.#isIdle())) return;
    }
  }

  async #turn(): Promise<void> {
    this.meanwhile();
    this.#now += 1000;
    const taken = this.#queue.take(this.random);
    if (taken === undefined) {
      // Every message was lost; the timer finds the run.
      this.#now += 600_000;
      await this.#surviving(async () => void (await wakeActiveRun(this.ports(), simulatedDirectory)));
      return;
    }
    this.#now = Math.max(this.#now, taken.at);
    const fate = this.roughQueue ? this.random() : 1;
    if (fate < 0.03) return;
    if (fate < 0.1) this.#queue.waiting.push(taken);
    if (this.#zombie !== undefined && this.random() < 0.4) await this.#endZombie();
    if (fate > 0.9 && this.#zombie === undefined && this.roughQueue) {
      await this.#startZombie(taken.message);
      return;
    }
    if (await this.#surviving(async () => void (await runStep(this.ports(), taken.message)))) return;
    // Not completed: the queue shows it again.
    this.#queue.waiting.push({ message: taken.message, at: this.#now + 30_000 });
  }

  /** A process that hangs at a write, and comes back when others have long gone on without it. */
  async #hang(): Promise<void> {
    this.#hangsNext = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wakeZombie = resolve;
    await promise;
  }

  async #startZombie(message: SyncMessage): Promise<void> {
    this.#hangsNext = true;
    this.#zombie = this.#surviving(async () => void (await runStep(this.ports(), message)));
    // Until it hangs, or is through without a write.
    await Promise.race([this.#zombie, this.#hanging()]);
    this.#hangsNext = false;
    this.#now += 600_000;
    this.#queue.waiting.push({ message, at: this.#now });
  }

  async #hanging(): Promise<void> {
    while (this.#wakeZombie === undefined && this.#hangsNext) await nextTurn();
  }

  async #endZombie(): Promise<void> {
    this.#wakeZombie?.();
    this.#wakeZombie = undefined;
    await this.#zombie;
    this.#zombie = undefined;
  }

  /** A process that dies leaves its lease behind. */
  async #surviving(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      return false;
    }
  }

  /** In a rough life some transactions are too long for no reason that one can see, as where chunks are large. */
  async #commitWhole(...of: Parameters<NestedDirectoryStore['commitWhole']>): Promise<boolean> {
    if (this.wholeRefused || (this.roughQueue && this.random() < 0.2)) return false;
    return await this.store.commitWhole(...of);
  }

  /** So do some that are to be as full as they can be. */
  async #commitFitting(
    directory: DirectoryId,
    fence: Fence,
    { must, more, last }: FittingCommit,
  ): Promise<number | undefined> {
    const isTight = this.roughQueue && this.random() < 0.2;
    const some = more.slice(0, isTight ? Math.floor(this.random() * 5) : this.fittingMax);
    if (must.length + some.length === 0) return undefined;
    const seal = some.length === more.length ? last : [];
    return await this.store.commitFitting(directory, fence, { must, more: some, last: seal });
  }

  ports(): SyncPorts {
    return {
      graph: this.tenant.graph(),
      store: {
        ...this.store,
        commitWhole: (...of) => this.#commitWhole(...of),
        commitFitting: (...of) => this.#commitFitting(...of),
      },
      queue: this.#queue,
      log: this.#log,
      // In a rough life time goes by while a process works, a millisecond with each look at the clock.
      now: () => (this.roughQueue ? this.#now++ : this.#now),
      holder: `process ${this.#holders++}`,
      softSeconds:
        this.roughQueue && this.random() < 0.3 ? Math.max(0, this.random() - 0.5) / 5 : this.softSeconds,
      gathering: this.gathering ?? (this.roughQueue ? gatheringOf(this.random) : fullTransactions),
    };
  }
}

const positionOf = ({ delta = '' }: StreamCursor): number => Number(delta.split(':')[1]);
