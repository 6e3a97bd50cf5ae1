import type { DirectoryId, RunId } from '../model/ids.ts';
import { HeldBack } from './held-back.ts';
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
  #mayBeStaged: boolean;
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

  user = (id: string): NestedUser | undefined => this.#held.user(id);
  group = (id: string): NestedGroup | undefined => this.#held.group(id);
  page = (key: Parameters<HeldBack['page']>[0]): StagedPage | undefined =>
    this.#held.page(key) ?? this.#decided?.page(key);
  part = (part: number): JournalPart | undefined => this.#held.part(part) ?? this.#decided?.part(part);

  async commit(writes: readonly NestedWrite[]): Promise<void> {
    const { now, gathering } = this.#session;
    for (const write of writes) {
      if (this.#held.isFull(write, gathering.writes)) await this.flush();
      if (this.#held.isEmpty) this.#since = now();
      this.#held.add(write);
    }
    this.#held.seal(writes);
    const isDue = now() - this.#since >= gathering.seconds * 1000;
    // The end of a run is told to others next.
    if (isDue || this.#held.isFinished) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#decided === undefined) {
      this.#mayBeStaged ||= this.#held.isStaging;
      await this.#send([...this.#held.writes, ...this.#held.last]);
    } else {
      await this.#settle(this.#decided);
    }
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

  async discard(run: RunId): Promise<boolean> {
    if (this.#decided === undefined) {
      this.#held.dropStaging(run);
      // Until all of it is true, what was staged is needed.
      if (this.#mayBeStaged) await this.flush();
    }
    return await this.#discardStored(run);
  }

  /** One transaction if it can be, else the long way: the decision, what follows from it, and its end. */
  async #settle(decided: HeldBack): Promise<void> {
    const held = this.#held;
    const { directory, fence } = this.#session;
    const all = [...held.writes, ...held.last];
    if (held.isApplied && (await this.#store.commitWhole(directory, fence, all))) return;
    this.#mayBeStaged = true;
    await this.#send([...decided.writes, ...decided.last]);
    const { run } = held;
    if (!held.isFinished || run === undefined) {
      await this.#send(all);
      return;
    }
    await this.#send(held.writes);
    while (!(await this.#discardStored(run))) {
      // Each call removes a page.
    }
    await this.#send(held.last);
  }

  async #send(writes: readonly NestedWrite[]): Promise<void> {
    const { directory, fence } = this.#session;
    if (writes.length > 0) await this.#store.commit(directory, fence, writes);
  }

  #discardStored(run: RunId): Promise<boolean> {
    const { directory, fence } = this.#session;
    return this.#store.discard(directory, fence, run);
  }
}
