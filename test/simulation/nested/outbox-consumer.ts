import type { DirectoryId } from '../../../shared/model/ids.ts';
import { unpackGuids } from '../../../shared/nesting/guid.ts';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';
import { effectivePairs } from './stored-pairs.ts';

/** Believes only what the outbox tells, takes each entry once, and complains of what cannot be. */
export class OutboxConsumer {
  copy = new Set<string>();
  /** Whether a removal must have been true at some moment since the last complete run began. */
  isStrict = true;
  readonly #store: NestedDirectoryStore;
  readonly #directory: DirectoryId;
  readonly #seen = new Set<string>();
  /** Truths of the tenant since the last run began. */
  #moments: ReadonlySet<string>[] = [];

  constructor(store: NestedDirectoryStore, directory: DirectoryId) {
    this.#store = store;
    this.#directory = directory;
  }

  witness(truth: ReadonlySet<string>): void {
    this.#moments.push(truth);
  }

  /** After a run that was complete its own moments do not excuse later removals. */
  settle(): void {
    this.#moments = this.#moments.slice(-1);
  }

  /** The number of entries so far. */
  get told(): number {
    return this.#seen.size;
  }

  async consume(): Promise<void> {
    for (const { key, change } of await this.#store.outbox(this.#directory, { limit: 1_000_000 })) {
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      if (change.kind === 'everything-changed') {
        this.copy = new Set(await effectivePairs(this.#store, this.#directory));
      }
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
    if (this.isStrict && this.#moments.every((truth) => truth.has(pair)))
      throw new Error(`removed though never gone: ${pair}`);
  }
}
