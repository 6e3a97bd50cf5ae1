/** Numbered things that are mostly asked for in their order, read ahead by whoever reads many of them at once. */
export class InTurn<T> {
  readonly #from: (number: number) => AsyncIterable<T | undefined>;
  #items: AsyncIterator<T | undefined> | undefined;
  #next = 0;
  #last: { readonly number: number; readonly item: T | undefined } | undefined;

  constructor(from: (number: number) => AsyncIterable<T | undefined>) {
    this.#from = from;
  }

  /** Undefined when there is none with this number. */
  async at(number: number): Promise<T | undefined> {
    if (this.#last?.number === number) return this.#last.item;
    if (this.#items === undefined || this.#next !== number) {
      await this.#items?.return?.();
      this.#items = this.#from(number)[Symbol.asyncIterator]();
    }
    const { value, done } = await this.#items.next();
    this.#next = number + 1;
    this.#last = { number, item: done === true ? undefined : value };
    return this.#last.item;
  }
}
