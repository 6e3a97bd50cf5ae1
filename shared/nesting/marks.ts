/**
 * A set of small numbers that is emptied in no time: the visited list and the work list of every walk here.
 * Walks are iterative: a tenant chooses how deep its groups nest, so recursion would be a denial of service.
 */
export class Marks {
  /** What was added since the last `begin`, in that order; the first `count` entries count. */
  readonly list: Uint32Array<ArrayBuffer>;
  count = 0;
  readonly #stamps: Uint32Array;
  #round = 0;

  constructor(size: number) {
    this.list = new Uint32Array(size);
    this.#stamps = new Uint32Array(size);
  }

  begin(): this {
    this.count = 0;
    this.#round++;
    if (this.#round > 0xffff_fff0) {
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

  has(item: number): boolean {
    return this.#stamps[item] === this.#round;
  }

  /** A copy of what is in, ascending. */
  sorted(): Uint32Array<ArrayBuffer> {
    return this.list.slice(0, this.count).sort();
  }
}
