import { Marks } from '../nesting/marks.ts';

/**
 * What is said of the edges of one group after the other: of each member whether it is one, in the order in which members were first
 * spoken of. One memory serves all groups, six bytes for each member there is.
 */
export class EdgeWords {
  readonly #spokenOf: Marks;
  readonly #words: Uint8Array;

  constructor(members: number) {
    this.#spokenOf = new Marks(members);
    this.#words = new Uint8Array(members);
  }

  /** Nothing is said yet. */
  begin(): this {
    this.#spokenOf.begin();
    return this;
  }

  /** The last word counts. */
  say(member: number, present: boolean): void {
    this.#spokenOf.add(member);
    this.#words[member] = present ? said.present : said.absent;
  }

  /** Nothing is said of the member after all. */
  unsay(member: number): void {
    this.#words[member] = said.nothing;
  }

  forEach(visit: (member: number, present: boolean) => void): void {
    const { list, count } = this.#spokenOf;
    for (let place = 0; place < count; place++) {
      const member = list[place] as number;
      const word = this.#words[member];
      if (word !== said.nothing) visit(member, word === said.present);
    }
  }
}

const said = { nothing: 0, absent: 1, present: 2 } as const;
