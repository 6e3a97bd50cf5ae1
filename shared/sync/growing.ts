/** A list of numbers: ten million take 50 MB at most, where an array of numbers takes twice that. */
export class GrowingInts {
  #items = new Uint32Array(256);
  count = 0;

  push(item: number): void {
    if (this.count === this.#items.length) {
      const larger = new Uint32Array(Math.ceil(this.count * (this.count < 1_000_000 ? 2 : 1.25)));
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.count++] = item;
  }

  /** What was pushed, as a view. */
  get items(): Uint32Array<ArrayBuffer> {
    return this.#items.subarray(0, this.count);
  }
}
