/** Distinct texts in their order by UTF-16 units; quick where most are added at the end. */
export class SortedKeys {
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  at(place: number): string | undefined {
    return this.#keys[place];
  }

  has(key: string): boolean {
    return this.#keys[this.#placeOf(key)] === key;
  }

  /** False when it was there. */
  add(key: string): boolean {
    const place = this.#placeOf(key);
    if (this.#keys[place] === key) return false;
    this.#keys.splice(place, 0, key);
    return true;
  }

  /** False when it was not there. */
  remove(key: string): boolean {
    const place = this.#placeOf(key);
    if (this.#keys[place] !== key) return false;
    this.#keys.splice(place, 1);
    return true;
  }

  /** At most `limit` keys behind `after`. */
  after(after: string | undefined, limit: number): readonly string[] {
    const start = this.placeAfter(after);
    return this.#keys.slice(start, start + limit);
  }

  /** At most `limit` keys before `before`, the last first. */
  before(before: string | undefined, limit: number): readonly string[] {
    const end = before === undefined ? this.#keys.length : this.#placeOf(before);
    return this.#keys.slice(Math.max(0, end - limit), end).reverse();
  }

  /** The place of the first key behind `key`. */
  placeAfter(key: string | undefined): number {
    if (key === undefined) return 0;
    const place = this.#placeOf(key);
    return this.#keys[place] === key ? place + 1 : place;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#keys[Symbol.iterator]();
  }

  /** The place of the first key that is not below `key`. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    // Ids sort by time: a new one belongs at the end.
    if (high > 0 && key > (this.#keys[high - 1] ?? '')) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
