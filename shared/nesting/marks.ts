/**
 * A set of small numbers that is emptied in no time: the visited list and the work list of every walk here.
 * Walks are iterative: a tenant chooses how deep its groups nest, so recursion would be a denial of service.
 */
export class Marks {
  /** What was added since the last `begin`, in that order; the first `count` entries count. */
  readonly list: Uint32Array<ArrayBuffer>;
  count = 0;
  /** A byte each, so that those of a million users stay in the nearest cache but one. */
  readonly #stamps: Uint8Array;
  #round = 0;

  constructor(size: number) {
    // One more, for `addAll` to write to when all are in.
    this.list = new Uint32Array(size + 1);
    this.#stamps = new Uint8Array(size);
  }

  /** All numbers are below it. */
  get size(): number {
    return this.#stamps.length;
  }

  begin(): this {
    this.count = 0;
    this.#round++;
    if (this.#round > 255) {
      this.#stamps.fill(0);
      this.#round = 1;
    }
    return this;
  }

  /** True when the number was not in yet. */
  add(item: number): boolean {
    if (this.#stamps[item] === this.#round) return false;
    this.#stamps[item] = this.#round;
    this.list[this.count++] = item;
    return true;
  }

  /**
   * Adds all of `items`. Whether one is new is counted and not asked: nobody can foresee it, so that a branch would be guessed wrong
   * half of the time.
   */
  addAll(items: Uint32Array): void {
    const { list } = this;
    const stamps = this.#stamps;
    const round = this.#round;
    let { count } = this;
    for (let index = 0; index < items.length; index++) {
      const item = items[index] as number;
      list[count] = item;
      count += stamps[item] === round ? 0 : 1;
      stamps[item] = round;
    }
    this.count = count;
  }

  /** Adds those of `items` that are live; most are, so that this can be foreseen. */
  addLive(items: Uint32Array, live: Uint8Array): void {
    const { list } = this;
    const stamps = this.#stamps;
    const round = this.#round;
    let { count } = this;
    for (let index = 0; index < items.length; index++) {
      const item = items[index] as number;
      if (live[item] !== 1) continue;
      list[count] = item;
      count += stamps[item] === round ? 0 : 1;
      stamps[item] = round;
    }
    this.count = count;
  }

  has(item: number): boolean {
    return this.#stamps[item] === this.#round;
  }

  /** A copy of what is in, ascending. */
  sorted(): Uint32Array<ArrayBuffer> {
    return this.list.slice(0, this.count).sort();
  }
}
