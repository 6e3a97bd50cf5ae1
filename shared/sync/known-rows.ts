/** Rows that were read for one message, and that nobody else writes while it has the lease; only so many are remembered. */
export class KnownRows<Id extends string, Row extends { readonly id: Id }> {
  readonly #rows = new Map<Id, Row | undefined>();
  readonly #read: (ids: readonly Id[]) => Promise<readonly Row[]>;

  constructor(read: (ids: readonly Id[]) => Promise<readonly Row[]>) {
    this.#read = read;
  }

  async of(ids: readonly Id[]): Promise<readonly Row[]> {
    const unknown = ids.filter((id) => !this.#rows.has(id));
    const known = ids.flatMap((id) => this.#rows.get(id) ?? []);
    const read = unknown.length === 0 ? [] : await this.#read(unknown);
    if (this.#rows.size + unknown.length <= rememberedMax) {
      for (const id of unknown) this.#rows.set(id, undefined);
      for (const row of read) this.#rows.set(row.id, row);
    }
    return [...known, ...read];
  }

  /** It is written anew. */
  forget(id: Id): void {
    this.#rows.delete(id);
  }
}

/** A small round reads each row when it is examined, decided and made true; the rows of a large one would fill memory. */
const rememberedMax = 2000;
