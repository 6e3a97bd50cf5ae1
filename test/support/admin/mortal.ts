import type { Rows } from '../../../shared/storage/registry-rows.ts';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';
import type { SyncMessage } from '../../../shared/sync/sync-ports.ts';
import { FakeQueue } from '../sync/fake-queue.ts';

export class Died extends Error {}

/** At which write a process dies: just before it, or with its answer lost; or that write alone fails and the process lives. */
export interface Death {
  readonly at: number;
  readonly how: 'before' | 'after' | 'fails';
}

/** The writes of a process, of whatever kind, in their order. */
export class Mortal {
  #death: Death | undefined;
  #writes = 0;
  #isDead = false;

  dies(death: Death): void {
    [this.#death, this.#writes] = [death, 0];
  }

  /** The next process; whether the one before it met its death. */
  lives(): boolean {
    const met = this.#death !== undefined && this.#writes >= this.#death.at;
    [this.#death, this.#isDead] = [undefined, false];
    return met;
  }

  async write<T>(act: () => Promise<T>): Promise<T> {
    if (this.#isDead) throw new Died();
    this.#writes++;
    if (this.#writes !== this.#death?.at) return await act();
    this.#isDead = this.#death.how !== 'fails';
    if (this.#death.how === 'after') await act();
    throw new Died();
  }
}

export const mortalRows = (rows: Rows, mortal: Mortal): Rows => ({
  ...rows,
  transact: async (transaction) => await mortal.write(() => rows.transact(transaction)),
});

export const mortalStore = (store: NestedDirectoryStore, mortal: Mortal): NestedDirectoryStore => ({
  ...store,
  acquire: (...given) => mortal.write(() => store.acquire(...given)),
  release: (...given) => mortal.write(() => store.release(...given)),
  orderCancel: (...given) => mortal.write(() => store.orderCancel(...given)),
  commit: (...given) => mortal.write(() => store.commit(...given)),
  commitWhole: (...given) => mortal.write(() => store.commitWhole(...given)),
  commitFitting: (...given) => mortal.write(() => store.commitFitting(...given)),
  discard: (...given) => mortal.write(() => store.discard(...given)),
  forgetRuns: (...given) => mortal.write(() => store.forgetRuns(...given)),
});

export class MortalQueue extends FakeQueue {
  readonly #mortal: Mortal;

  constructor(now: () => number, mortal: Mortal) {
    super(now);
    this.#mortal = mortal;
  }

  override async send(message: SyncMessage, delaySeconds: number): Promise<void> {
    await this.#mortal.write(() => super.send(message, delaySeconds));
  }
}
