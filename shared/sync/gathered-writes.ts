import type { DirectoryId, RunId } from '../model/ids.ts';
import { HeldBack, isLasting } from './held-back.ts';
import type { Fence, NestedDirectoryStore, NestedGroup, NestedUser, NestedWrite } from './nested-store.ts';
import type { JournalPart, StagedPage } from './round-records.ts';

/** How much of a run may wait for its transaction to fill, in writes and for how long. */
export interface Gathering {
  readonly writes: number;
  readonly seconds: number;
}

export interface Session {
  readonly directory: DirectoryId;
  readonly fence: Fence;
  readonly now: () => number;
  /** Whether pages or parts of the run may be stored already. */
  readonly hasStaged: boolean;
  readonly gathering: Gathering;
}

/**
 * Holds back what one writer writes. Writes keep their order and a checkpoint is never stored before what it speaks of, so that a
 * death loses a last stretch of work and nothing else: the run goes on from the checkpoint before it, as after any death.
 */
export class GatheredWrites {
  readonly #store: NestedDirectoryStore;
  readonly #session: Session;
  #held = new HeldBack();
  /** Pages, journal and the decision itself, not stored as long as one transaction may take all that follows from them. */
  #decided: HeldBack | undefined;
  /** A run that ends, and what stands for all that it wrote before. */
  #ending: { readonly run: RunId; readonly last: readonly NestedWrite[] } | undefined;
  #mayBeStaged: boolean;
  #hasWritten = false;
  #since: number;

  constructor(store: NestedDirectoryStore, session: Session) {
    this.#store = store;
    this.#session = session;
    this.#mayBeStaged = session.hasStaged;
    this.#since = session.now();
  }

  /** What lasts and is told by ranges must be read from the store alone. */
  get isLasting(): boolean {
    return this.#held.isLasting;
  }

  /** Whether anything that lasts was committed by this writer. */
  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  user = (id: string): NestedUser | undefined => this.#held.user(id);
  group = (id: string): NestedGroup | undefined => this.#held.group(id);
  page = (key: Parameters<HeldBack['page']>[0]): StagedPage | undefined =>
    this.#held.page(key) ?? this.#decided?.page(key);
  part = (part: number): JournalPart | undefined => this.#held.part(part) ?? this.#decided?.part(part);

  async commit(writes: readonly NestedWrite[]): Promise<void> {
    const { now, gathering } = this.#session;
    for (const write of writes) {
      if (this.#held.isFull(write, gathering.writes)) await this.#storeDecided();
      while (this.#held.isFull(write, gathering.writes)) await this.#storeFull();
      if (this.#held.isEmpty) this.#since = now();
      this.#held.add(write);
    }
    this.#held.seal(writes);
    this.#hasWritten ||= writes.some(isLasting);
    const isDue = now() - this.#since >= gathering.seconds * 1000;
    // The end of a run is told to others next.
    if (isDue || this.#held.isFinished) await this.flush();
  }

  async flush(): Promise<void> {
    let isStored = this.#mayBeWhole && (await this.#storeWhole());
    if (!isStored && this.#decided !== undefined) {
      await this.#storeDecided();
      isStored = this.#mayBeWhole && (await this.#storeWhole());
    }
    if (!isStored) await this.#storeHeld();
    this.#decided = undefined;
    this.#held = new HeldBack();
  }

  /** From here on what was decided is made true, and is stored before that if not one transaction does it all. */
  async beginApply(): Promise<void> {
    if (this.#mayBeStaged) {
      await this.flush();
      return;
    }
    this.#decided = this.#held;
    this.#held = new HeldBack();
    this.#since = this.#session.now();
  }

  /** What the run staged goes with its end, which is committed next. */
  discard(run: RunId): void {
    if (this.#decided === undefined) this.#held.dropStaging(run);
    this.#ending = { run, last: this.#held.last };
  }

  /** Held back is all that a decision leads to, or the end of a run with which all goes that it staged. */
  get #mayBeWhole(): boolean {
    return this.#isEnd || (this.#decided !== undefined && this.#held.isApplied);
  }

  get #isEnd(): boolean {
    return this.#held.isFinished && this.#ending !== undefined;
  }

  async #storeWhole(): Promise<boolean> {
    const { directory, fence } = this.#session;
    const writes = [...this.#held.writes, ...this.#held.last];
    const discards = this.#isEnd ? this.#ending?.run : undefined;
    return await this.#store.commitWhole(directory, fence, { writes, discards });
  }

  /** The decision with as much of what follows from it as fits in its transaction: never that without the decision. */
  async #storeDecided(): Promise<void> {
    const decided = this.#decided;
    if (decided === undefined) return;
    const { directory, fence } = this.#session;
    this.#mayBeStaged = true;
    const must = [...decided.writes, ...decided.last];
    const some = { must, more: this.#held.writes, last: [] };
    const stored = await this.#store.commitFitting(directory, fence, some);
    if (stored === undefined) await this.#send(must);
    this.#held = this.#held.after(stored ?? 0);
    this.#decided = undefined;
  }

  /** One transaction that is full; what it has no room for waits on, with the checkpoint that speaks of it. */
  async #storeFull(): Promise<void> {
    const { directory, fence } = this.#session;
    const { writes, last, isStaging } = this.#held;
    this.#mayBeStaged ||= isStaging;
    const some = { must: [], more: writes, last };
    const stored = await this.#store.commitFitting(directory, fence, some);
    if (stored === undefined || stored === writes.length) {
      if (stored === undefined) await this.#send([...writes, ...last]);
      this.#held = new HeldBack();
    } else {
      this.#held = this.#held.after(stored);
    }
  }

  async #storeHeld(): Promise<void> {
    const { writes, last, isStaging } = this.#held;
    if (!this.#isEnd || this.#ending === undefined) {
      this.#mayBeStaged ||= isStaging;
      await this.#send([...writes, ...last]);
      return;
    }
    // Until all of it is true, what was staged is needed.
    await this.#send([...writes, ...this.#ending.last]);
    const { directory, fence } = this.#session;
    while (!(await this.#store.discard(directory, fence, this.#ending.run))) {
      // Each call removes a page.
    }
    await this.#send(last);
  }

  async #send(writes: readonly NestedWrite[]): Promise<void> {
    const { directory, fence } = this.#session;
    if (writes.length > 0) await this.#store.commit(directory, fence, writes);
  }
}
