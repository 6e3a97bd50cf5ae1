import { setImmediate as nextTurn } from 'node:timers/promises';
import { runStep } from '../../../shared/sync/run-step.ts';
import type { SyncMessage, SyncPorts } from '../../../shared/sync/sync-ports.ts';
import { FakeQueue } from './fake-queue.ts';

/** The process died between two writes. */
export class Died extends Error {}

/** Milliseconds since 1970, as all processes see them. */
export interface Clock {
  now: number;
}

interface Host {
  readonly clock: Clock;
  readonly random: () => number;
  readonly ports: () => SyncPorts;
  /** Messages may be lost, come twice and late. */
  readonly isRough: () => boolean;
}

/** Processes that take messages: they die, hang, and come back when others have long gone on without them. */
export class SimulatedProcesses {
  readonly queue: FakeQueue;
  readonly #host: Host;
  #hangsNext = false;
  #wakeZombie: (() => void) | undefined;
  #zombie: Promise<boolean> | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.queue = new FakeQueue(() => host.clock.now);
  }

  /** One message; false when there is none, because all of them were lost. */
  async takeOne(): Promise<boolean> {
    const { clock, random, isRough } = this.#host;
    const taken = this.queue.take(random);
    if (taken === undefined) return false;
    clock.now = Math.max(clock.now, taken.at);
    const fate = isRough() ? random() : 1;
    if (fate < 0.03) return true;
    if (fate < 0.1) this.queue.waiting.push(taken);
    if (this.#zombie !== undefined && random() < 0.4) await this.endZombie();
    if (fate > 0.9 && this.#zombie === undefined && isRough()) {
      await this.#startZombie(taken.message);
      return true;
    }
    // Not completed: the queue shows it again.
    if (!(await this.#step(taken.message)))
      this.queue.waiting.push({ message: taken.message, at: clock.now + 30_000 });
    return true;
  }

  /** A process that dies leaves its work as it is. */
  async surviving(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      return false;
    }
  }

  /** Called before and after each write. */
  async mayHang(): Promise<void> {
    if (!this.#hangsNext) return;
    this.#hangsNext = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wakeZombie = resolve;
    await promise;
  }

  async endZombie(): Promise<void> {
    this.#wakeZombie?.();
    this.#wakeZombie = undefined;
    await this.#zombie;
    this.#zombie = undefined;
  }

  #step(message: SyncMessage): Promise<boolean> {
    return this.surviving(() => runStep(this.#host.ports(), message));
  }

  async #startZombie(message: SyncMessage): Promise<void> {
    const { clock } = this.#host;
    this.#hangsNext = true;
    this.#zombie = this.#step(message);
    // Until it hangs, or is through without a write.
    await Promise.race([this.#zombie, this.#hanging()]);
    this.#hangsNext = false;
    clock.now += 600_000;
    this.queue.waiting.push({ message, at: clock.now });
  }

  async #hanging(): Promise<void> {
    while (this.#wakeZombie === undefined && this.#hangsNext) await nextTurn();
  }
}
