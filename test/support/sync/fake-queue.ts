import type { SyncMessage, SyncQueue } from '../../../shared/sync/sync-ports.ts';

/** At least once, in any order: messages are kept with the time they may be seen, and some come twice. */
export class FakeQueue implements SyncQueue {
  readonly waiting: { message: SyncMessage; at: number }[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async send(message: SyncMessage, delaySeconds: number): Promise<void> {
    this.waiting.push({ message, at: this.#now() + delaySeconds * 1000 });
  }

  /** Takes one of the messages; `random` picks. */
  take(random: () => number): { message: SyncMessage; at: number } | undefined {
    const index = Math.floor(random() * this.waiting.length);
    return this.waiting.splice(index, 1)[0];
  }
}
