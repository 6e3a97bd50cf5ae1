import type { DirectoryId } from '../../../shared/model/ids.ts';
import { unpackGuids } from '../../../shared/nesting/guid.ts';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';
import { effectivePairs } from './stored-pairs.ts';

/** What was true in the tenant at each moment that a run may have seen. */
export type Moments = () => Iterable<ReadonlySet<string>>;

/** Believes only what the outbox tells, takes each entry once, and complains of what cannot be. */
export class OutboxConsumer {
  copy = new Set<string>();
  /** Whether a removal must have been true at one of the moments. */
  isStrict = true;
  readonly #store: NestedDirectoryStore;
  readonly #directory: DirectoryId;
  readonly #moments: Moments;
  readonly #seen = new Set<string>();

  constructor(store: NestedDirectoryStore, directory: DirectoryId, moments: Moments) {
    this.#store = store;
    this.#directory = directory;
    this.#moments = moments;
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
    if (this.isStrict && ![...this.#moments()].some((truth) => !truth.has(pair)))
      throw new Error(`removed though never gone: ${pair}`);
  }
}
