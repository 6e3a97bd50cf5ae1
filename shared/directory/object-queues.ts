/**
 * Lets the writers of one object in this process take turns, so that they do not race each other for its row.
 * Writers in other processes are told apart by the row's version, as ever.
 */
export class ObjectQueues {
  readonly #last = new Map<string, Promise<void>>();

  async take<T>(id: string, turn: () => Promise<T>): Promise<T> {
    const before = this.#last.get(id);
    const mine = Promise.withResolvers<void>();
    this.#last.set(id, mine.promise);
    try {
      await before;
      return await turn();
    } finally {
      mine.resolve();
      if (this.#last.get(id) === mine.promise) this.#last.delete(id);
    }
  }
}
