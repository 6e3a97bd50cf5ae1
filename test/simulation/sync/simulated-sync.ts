import { DirectoryId, RunId } from '../../../shared/model/ids.ts';
import { unpackGuids } from '../../../shared/nesting/guid.ts';
import { confirmationHash } from '../../../shared/sync/check-tenant.ts';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';
import { startRun, wakeActiveRun } from '../../../shared/sync/run-orders.ts';
import { runStep } from '../../../shared/sync/run-step.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import type { SyncPorts } from '../../../shared/sync/sync-ports.ts';
import { FakeQueue } from '../../support/sync/fake-queue.ts';
import { FakeTenant, fakeDomains, fakeTenantId } from '../../support/sync/fake-tenant.ts';
import { memoryNestedStore } from '../../support/sync/memory-nested-store.ts';

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

/** The process died between two writes. */
class Died extends Error {}

/** A tenant, its directory, and a consumer of the outbox that believes only what it is told. */
export class SimulatedSync {
  readonly tenant: FakeTenant;
  readonly store: NestedDirectoryStore;
  readonly copy = new Set<string>();
  readonly random: () => number;
  /** Chance that a write is the last thing the process does, before or after it. */
  deaths = 0;
  /** Called before every message, so that the tenant moves on in the middle of a run. */
  meanwhile: () => void = () => undefined;
  #now = Date.UTC(2026, 0, 1);
  #runs = 0;
  #holders = 0;
  readonly #queue: FakeQueue;
  readonly #seen = new Set<string>();
  /** Effective pairs of the tenant at each moment since the last run began. */
  #moments: ReadonlySet<string>[] = [];

  constructor(seed: number) {
    this.random = seeded(seed);
    this.tenant = new FakeTenant(this.random);
    this.#queue = new FakeQueue(() => this.#now);
    this.store = memoryNestedStore(() => {
      if (this.deaths > 0 && this.random() < this.deaths) throw new Died();
    });
  }

  /** Remembers what is true now: a removal must have been true at some moment since the last run began. */
  witness(): void {
    this.#moments.push(this.tenant.effectivePairs());
  }

  /** Runs until there is no active run any more; throws when that takes too long. */
  async sync(settings: Partial<NestedSettings> = {}): Promise<void> {
    this.witness();
    await this.#start(settings);
    for (let turn = 0; turn < 3000; turn++) {
      const { activeRun } = await this.store.state(simulatedDirectory);
      if (activeRun === undefined) break;
      await this.#turn();
      await this.consume();
    }
    await this.consume();
    const { activeRun } = await this.store.state(simulatedDirectory);
    if (activeRun !== undefined) throw new Error(`run ${activeRun} does not come to an end`);
    this.#moments = this.#moments.slice(-1);
  }

  async #start(settings: Partial<NestedSettings>): Promise<void> {
    const serial = (this.#runs++).toString(16).padStart(32, '0');
    await this.#surviving(async () => {
      await startRun(this.#ports(), {
        id: RunId.parse(`run_${serial}`),
        directory: simulatedDirectory,
        mode: 'sync',
        trigger: 'timer',
        settings: NestedSettings.parse({ safeguard: { enabled: false }, ...settings }),
        settingsVersion: 1,
        pinnedTenantId: fakeTenantId,
        confirmedHash: await confirmationHash(fakeTenantId, fakeDomains),
        startedAt: new Date(this.#now).toISOString(),
      });
    });
  }

  async #turn(): Promise<void> {
    this.meanwhile();
    this.witness();
    this.#now += 1000;
    const taken = this.#queue.take(this.random);
    if (taken === undefined) {
      // Every message was lost; the timer finds the run.
      this.#now += 600_000;
      await this.#surviving(async () => void (await wakeActiveRun(this.#ports(), simulatedDirectory)));
      return;
    }
    this.#now = Math.max(this.#now, taken.at);
    const fate = this.random();
    if (fate < 0.03) return;
    if (fate < 0.1) this.#queue.waiting.push(taken);
    if (await this.#surviving(async () => void (await runStep(this.#ports(), taken.message)))) return;
    // Not completed: the queue shows it again.
    this.#queue.waiting.push({ message: taken.message, at: this.#now + 30_000 });
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

  #ports(): SyncPorts {
    return {
      graph: this.tenant.graph(),
      store: this.store,
      queue: this.#queue,
      log: { write: async () => undefined, saveRun: async () => undefined },
      now: () => this.#now,
      holder: `process ${this.#holders++}`,
      softSeconds: this.random() < 0.3 ? 0 : 240,
    };
  }

  /** Takes each outbox entry once, and complains of a removal of what is absent, a duplicate, or a removal never true. */
  async consume(): Promise<void> {
    for (const { key, change } of await this.store.outbox(simulatedDirectory, { limit: 1_000_000 })) {
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      if (change.kind === 'effective-members-changed') this.#take(change);
    }
  }

  #take({ groups, added, removed }: Record<'groups' | 'added' | 'removed', Uint8Array>): void {
    for (const group of unpackGuids(groups)) {
      for (const user of unpackGuids(added)) this.#add(`${group} ${user}`);
      for (const user of unpackGuids(removed)) this.#remove(`${group} ${user}`);
    }
  }

  #add(pair: string): void {
    if (this.copy.has(pair)) throw new Error(`added twice: ${pair}`);
    this.copy.add(pair);
  }

  #remove(pair: string): void {
    if (!this.copy.delete(pair)) throw new Error(`removed though absent: ${pair}`);
    if (this.#moments.every((pairs) => pairs.has(pair)))
      throw new Error(`removed though never gone: ${pair}`);
  }
}
