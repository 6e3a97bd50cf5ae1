import type { DirectoryId } from '../../../shared/model/ids.ts';
import { unpackGuids } from '../../../shared/nesting/guid.ts';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';
import type { NestedOutboxEntry } from '../../../shared/sync/round-records.ts';
import { effectivePairs } from './stored-pairs.ts';

/** What was true in the tenant at each moment that a run may have seen, under its settings. */
export type Moments = (run: string) => Iterable<ReadonlySet<string>>;

type ObjectChange = Extract<NestedOutboxEntry['change'], { readonly version: number }>;

/** What one run told: "kind what" for each object and membership that came or went. */
export interface Told {
  readonly came: readonly string[];
  readonly went: readonly string[];
}

/** Believes only what the outbox tells, takes each entry once, and complains of what cannot be. */
export class OutboxConsumer {
  copy = new Set<string>();
  readonly users = new Set<string>();
  readonly groups = new Set<string>();
  /** Whether a removal must have been true at one of the moments. */
  isStrict = true;
  readonly #store: NestedDirectoryStore;
  readonly #directory: DirectoryId;
  readonly #moments: Moments;
  readonly #seen = new Set<string>();
  /** Somebody ended a run half-way: some of what it told is told again, until all is derived anew. */
  #isUnsure = false;
  readonly #toldBy = new Map<string, { readonly came: string[]; readonly went: string[] }>();

  constructor(store: NestedDirectoryStore, directory: DirectoryId, moments: Moments) {
    this.#store = store;
    this.#directory = directory;
    this.#moments = moments;
  }

  /** The number of entries so far. */
  get told(): number {
    return this.#seen.size;
  }

  toldBy(run: string): Told {
    return this.#toldBy.get(run) ?? { came: [], went: [] };
  }

  async consume(): Promise<void> {
    const { unsettled } = await this.#store.state(this.#directory);
    this.#isUnsure ||= unsettled !== undefined;
    let isAnew = false;
    const changed: ObjectChange[] = [];
    const went = new Set<string>();
    for (const { key, change } of await this.#store.outbox(this.#directory, { limit: 1_000_000 })) {
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      const [run = ''] = key.split('/');
      if (change.kind === 'everything-changed') isAnew = true;
      else if (change.kind === 'effective-members-changed') this.#take(run, change);
      else if (change.kind.endsWith('-changed')) changed.push(change);
      else went.add(this.#note(run, change));
    }
    if (isAnew) await this.#deriveAnew();
    // A run may make an object and change it, or change and remove it, and tells of the change under the smaller key.
    const stray = changed
      .map((change) => this.#objectOf(change))
      .find(({ all, id }) => !all.has(id) && !went.has(id));
    if (stray !== undefined) this.#mustBeUnsure(`changed though not there: ${stray.id}`);
    this.#isUnsure = unsettled !== undefined;
  }

  #mustBeUnsure(complaint: string): void {
    if (!this.#isUnsure) throw new Error(complaint);
  }

  async #deriveAnew(): Promise<void> {
    this.copy = new Set(await effectivePairs(this.#store, this.#directory));
    if (this.#isUnsure) await this.#deriveObjects();
  }

  async #deriveObjects(): Promise<void> {
    this.users.clear();
    this.groups.clear();
    const [users, groups] = [this.#store.userPages(this.#directory), this.#store.groupPages(this.#directory)];
    for await (const page of users)
      for (const { id } of page.filter(({ standing }) => standing.inScope)) this.users.add(id);
    for await (const page of groups)
      for (const { id } of page.filter(({ told }) => told)) this.groups.add(id);
  }

  #objectOf(change: ObjectChange) {
    return 'user' in change
      ? { what: 'user', all: this.users, id: change.user }
      : { what: 'group', all: this.groups, id: change.group };
  }

  /** Objects of another life are told once, as memberships are. */
  #note(run: string, change: ObjectChange): string {
    const { what, all, id } = this.#objectOf(change);
    const came = change.kind.endsWith('-created');
    if (all.has(id) === came) this.#mustBeUnsure(`${change.kind} out of turn: ${id}`);
    if (came) all.add(id);
    else all.delete(id);
    this.#count(run, came, `${what} ${id}`);
    return id;
  }

  #take(run: string, { groups, added, removed }: Record<'groups' | 'added' | 'removed', Uint8Array>): void {
    for (const group of unpackGuids(groups)) {
      for (const user of unpackGuids(added)) this.#add(run, `${group} ${user}`);
      for (const user of unpackGuids(removed)) this.#remove(run, `${group} ${user}`);
    }
  }

  #add(run: string, pair: string): void {
    if (this.copy.has(pair)) throw new Error(`added twice: ${pair}`);
    this.copy.add(pair);
    this.#count(run, true, `member ${pair}`);
  }

  #remove(run: string, pair: string): void {
    if (!this.copy.delete(pair)) throw new Error(`removed though absent: ${pair}`);
    if (this.isStrict && !this.#wasGone(run, pair)) throw new Error(`removed though never gone: ${pair}`);
    this.#count(run, false, `member ${pair}`);
  }

  #wasGone(run: string, pair: string): boolean {
    for (const truth of this.#moments(run)) if (!truth.has(pair)) return true;
    return false;
  }

  #count(run: string, came: boolean, what: string): void {
    const told = this.#toldBy.get(run) ?? { came: [], went: [] };
    this.#toldBy.set(run, told);
    told[came ? 'came' : 'went'].push(what);
  }
}
