import { GrowingInts } from './growing.ts';
import type { Life, Standing } from './nested-store.ts';
import type { UserFacts } from './scope.ts';

/** A user the round spoke of, as the last word has him. */
export interface FoldedUser {
  readonly life: Life;
  /** What domain and guest rules need of his merged fields. */
  readonly facts: UserFacts;
  readonly enabled: boolean;
  /** Made after the last run had read everything. */
  readonly isNew: boolean;
  readonly stored?: { readonly life: Life; readonly standing: Standing; readonly enabled: boolean };
}

/**
 * The users of a round by number, in the order in which they were first set. A million users are of a few kinds: each kind is one
 * object, and a user takes eight bytes beside it, where an entry of a Map takes thirty and an object a hundred.
 */
export class FoldedUsers {
  /** Of each user the number of his kind plus one; 0 for whom the round does not speak of. */
  #kindOf = new Uint32Array(256);
  readonly #kinds: FoldedUser[] = [];
  readonly #kindNumbers = new Map<string, number>();
  readonly #order = new GrowingInts();

  get size(): number {
    return this.#order.count;
  }

  has(user: number): boolean {
    return (this.#kindOf[user] ?? 0) > 0;
  }

  get(user: number): FoldedUser | undefined {
    return this.has(user) ? this.#kindAt(user) : undefined;
  }

  set(user: number, folded: FoldedUser): void {
    if (user >= this.#kindOf.length) this.#makeRoomFor(user);
    if (this.#kindOf[user] === 0) this.#order.push(user);
    this.#kindOf[user] = this.#kindNumber(folded) + 1;
  }

  keys(): Iterable<number> {
    return this.#order.items;
  }

  *values(): Generator<FoldedUser> {
    for (const user of this.#order.items) yield this.#kindAt(user);
  }

  *entries(): Generator<readonly [number, FoldedUser]> {
    for (const user of this.#order.items) yield [user, this.#kindAt(user)];
  }

  [Symbol.iterator](): Iterator<readonly [number, FoldedUser]> {
    return this.entries();
  }

  #kindAt(user: number): FoldedUser {
    return this.#kinds[(this.#kindOf[user] as number) - 1] as FoldedUser;
  }

  #kindNumber(user: FoldedUser): number {
    const key = keyOf(user);
    const known = this.#kindNumbers.get(key);
    if (known !== undefined) return known;
    this.#kindNumbers.set(key, this.#kinds.length);
    return this.#kinds.push(user) - 1;
  }

  #makeRoomFor(user: number): void {
    const larger = new Uint32Array(Math.max(this.#kindOf.length * 2, user + 1));
    larger.set(this.#kindOf);
    this.#kindOf = larger;
  }
}

function keyOf({ life, facts, enabled, isNew, stored }: FoldedUser): string {
  const { guest, typed, foreign, domain } = facts;
  const now = `${life} ${enabled} ${isNew} ${guest} ${typed} ${foreign}`;
  if (stored === undefined) return `${now} - ${domain}`;
  const { counts, inScope, reason } = stored.standing;
  return `${now} ${stored.life} ${stored.enabled} ${counts} ${inScope} ${reason} ${domain}`;
}
