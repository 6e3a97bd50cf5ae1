import type { DecisionPlace } from './apply-records.ts';

/** Decisions about users, or about groups, in the order of the journal: the order in which pages first named the objects. */
export class DecidedItems<Item extends { readonly id: string }> {
  readonly #items: (part: number) => Promise<readonly Item[]>;
  readonly #parts: number;
  #place: DecisionPlace;

  /** `parts`: how many parts there are, by their own count; `items` reads one. */
  constructor(
    { parts, place }: { readonly parts: number; readonly place: DecisionPlace },
    items: (part: number) => Promise<readonly Item[]>,
  ) {
    this.#items = items;
    this.#parts = parts;
    this.#place = place;
  }

  get place(): DecisionPlace {
    return this.#place;
  }

  /** The decisions about those of `ids` whose turn it is; any other comes when the journal itself is carried out. */
  async take(ids: readonly string[]): Promise<ReadonlyMap<string, Item>> {
    const taken = new Map<string, Item>();
    for (const id of ids) {
      const next = await this.#next();
      if (next?.id !== id) continue;
      taken.set(id, next);
      this.#place = { ...this.#place, item: this.#place.item + 1 };
    }
    return taken;
  }

  async #next(): Promise<Item | undefined> {
    while (this.#place.part < this.#parts) {
      const item = (await this.#items(this.#place.part))[this.#place.item];
      if (item !== undefined) return item;
      this.#place = { part: this.#place.part + 1, item: 0 };
    }
    return undefined;
  }
}

/** What of a part was not taken yet. */
export function untaken<Item>(items: readonly Item[], part: number, place: DecisionPlace): readonly Item[] {
  if (part !== place.part) return part < place.part ? [] : items;
  return items.slice(place.item);
}
