/** Keys of one run; a longer one is parted, so that adding moves few keys however many there are. */
const runKeysMax = 512;

/** Distinct texts in their order by UTF-16 units, kept in runs of bounded length. */
export class SortedKeys {
  readonly #runs: string[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  at(place: number): string | undefined {
    let left = place;
    for (const run of this.#runs) {
      if (left < run.length) return run[left];
      left -= run.length;
    }
    return undefined;
  }

  has(key: string): boolean {
    const { run, place } = this.#find(key);
    return this.#runs[run]?.[place] === key;
  }

  /** False when it was there. */
  add(key: string): boolean {
    const { run, place } = this.#find(key);
    const keys = this.#runs[run];
    if (keys?.[place] === key) return false;
    this.#size++;
    if (keys === undefined) this.#runs.push([key]);
    else this.#insert(keys, { run, place, key });
    return true;
  }

  /** False when it was not there. */
  remove(key: string): boolean {
    const { run, place } = this.#find(key);
    const keys = this.#runs[run];
    if (keys?.[place] !== key) return false;
    this.#size--;
    keys.splice(place, 1);
    if (keys.length === 0) this.#runs.splice(run, 1);
    return true;
  }

  /** At most `limit` keys behind `after`. */
  after(after: string | undefined, limit: number): readonly string[] {
    const start = after === undefined ? { run: 0, place: 0 } : this.#find(after);
    const isThere = after !== undefined && this.#runs[start.run]?.[start.place] === after;
    const found: string[] = [];
    let place = start.place + (isThere ? 1 : 0);
    for (let run = start.run; run < this.#runs.length && found.length < limit; run++) {
      found.push(...(this.#runs[run] ?? []).slice(place, place + limit - found.length));
      place = 0;
    }
    return found;
  }

  /** At most `limit` keys before `before`, the last first. */
  before(before: string | undefined, limit: number): readonly string[] {
    const end = before === undefined ? { run: this.#runs.length, place: 0 } : this.#find(before);
    const found = (this.#runs[end.run] ?? []).slice(Math.max(0, end.place - limit), end.place).reverse();
    for (let run = end.run - 1; run >= 0 && found.length < limit; run--) {
      const keys = this.#runs[run] ?? [];
      found.push(...keys.slice(Math.max(0, keys.length - (limit - found.length))).reverse());
    }
    return found;
  }

  *[Symbol.iterator](): Generator<string> {
    for (const run of this.#runs) yield* run;
  }

  #insert(keys: string[], at: { readonly run: number; readonly place: number; readonly key: string }): void {
    keys.splice(at.place, 0, at.key);
    if (keys.length <= runKeysMax) return;
    // Ids sort by time: behind a full last run a new one begins, so that runs filled from the end stay full.
    const isAtEnd = at.run === this.#runs.length - 1 && at.place === keys.length - 1;
    this.#runs.splice(at.run + 1, 0, keys.splice(isAtEnd ? keys.length - 1 : keys.length >>> 1));
  }

  /** The run a key belongs to, and in it the place of the first key that is not below it. */
  #find(key: string): { readonly run: number; readonly place: number } {
    const behind = firstAbove(this.#runs.length, (run) => (this.#runs[run]?.[0] ?? '') > key);
    const run = Math.max(0, behind - 1);
    const keys = this.#runs[run] ?? [];
    return { run, place: firstAbove(keys.length, (place) => (keys[place] ?? '') >= key) };
  }
}

/** The first of `count` indexes for which `isAbove` holds, as it does for all behind; `count` when for none. */
function firstAbove(count: number, isAbove: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAbove(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
