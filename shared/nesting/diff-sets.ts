import { Marks } from './marks.ts';

/** What changed, told once for all groups that share it: ten users under 300 parents are one set of ten, not 3,000 pairs. */
export interface DiffSet {
  /** Ascending, like `added` and `removed`, which are disjoint. */
  readonly groups: Uint32Array;
  readonly added: Uint32Array;
  readonly removed: Uint32Array;
}

interface Draft {
  readonly groups: number[];
  readonly added: Uint32Array;
  readonly removed: Uint32Array;
}

/**
 * Collects the change of one group after the other and keeps each distinct change once. Of more pairs than `pairsMax` only their number
 * and their users are kept.
 */
export class DiffSets {
  readonly #drafts = new Map<string, Draft[]>();
  readonly #users: number;
  readonly #pairsMax: number;
  #marks: Marks | undefined;
  /** Whose pairs there are, once there are too many. */
  #moved: Marks | undefined;
  pairsAdded = 0;
  pairsRemoved = 0;

  constructor(users: number, pairsMax = Number.POSITIVE_INFINITY) {
    this.#users = users;
    this.#pairsMax = pairsMax;
  }

  /** Whether so many pairs more are too many. */
  isTooMuch(pairs: number): boolean {
    return this.pairsAdded + this.pairsRemoved + pairs > this.#pairsMax;
  }

  /** Users of all pairs, each once, in no order; undefined while the sets are kept. */
  get moved(): Uint32Array | undefined {
    return this.#moved?.list.subarray(0, this.#moved.count);
  }

  /** A pair more, after which there are too many. */
  countOnly(user: number, isAdded: boolean): void {
    if (isAdded) this.pairsAdded++;
    else this.pairsRemoved++;
    this.#letGo().add(user);
  }

  /** The change of `group`, in any order; the arrays may be reused afterwards. */
  add(group: number, added: Uint32Array, removed: Uint32Array): void {
    if (added.length === 0 && removed.length === 0) return;
    const isTooMuch = this.isTooMuch(added.length + removed.length);
    this.pairsAdded += added.length;
    this.pairsRemoved += removed.length;
    if (isTooMuch) {
      this.#letGo().addAll(added);
      this.#letGo().addAll(removed);
      return;
    }
    const key = `${digestOf(added)}/${digestOf(removed)}`;
    const drafts = this.#drafts.get(key) ?? [];
    const same = drafts.find(
      (draft) => this.#equal(draft.added, added) && this.#equal(draft.removed, removed),
    );
    if (same === undefined) {
      drafts.push({ groups: [group], added: added.slice().sort(), removed: removed.slice().sort() });
      this.#drafts.set(key, drafts);
    } else same.groups.push(group);
  }

  /** The sets in the order of their first group. */
  finish(): readonly DiffSet[] {
    return [...this.#drafts.values()]
      .flat()
      .map(({ groups, added, removed }) => ({ groups: Uint32Array.from(groups).sort(), added, removed }))
      .sort((one, other) => (one.groups[0] as number) - (other.groups[0] as number));
  }

  /** Of the sets there are by now only the users stay. */
  #letGo(): Marks {
    if (this.#moved !== undefined) return this.#moved;
    const moved = new Marks(this.#users).begin();
    for (const { added, removed } of [...this.#drafts.values()].flat()) {
      moved.addAll(added);
      moved.addAll(removed);
    }
    this.#drafts.clear();
    this.#moved = moved;
    return moved;
  }

  #equal(one: Uint32Array, other: Uint32Array): boolean {
    if (one.length !== other.length) return false;
    if (one.length <= smallSet) return sameSorted(one, other);
    this.#marks ??= new Marks(this.#users);
    const marks = this.#marks.begin();
    for (let index = 0; index < one.length; index++) marks.add(one[index] as number);
    for (let index = 0; index < other.length; index++) {
      if (!marks.has(other[index] as number)) return false;
    }
    return true;
  }
}

/** Sets up to this size are sorted to be compared, which needs no room for all users. */
const smallSet = 512;

function sameSorted(sorted: Uint32Array, other: Uint32Array): boolean {
  return other
    .slice()
    .sort()
    .every((user, index) => user === sorted[index]);
}

/** Length and two sums of mixed numbers: the same for any order. Equal digests are compared member by member. */
function digestOf(users: Uint32Array): string {
  let one = 0;
  let two = 0;
  for (let index = 0; index < users.length; index++) {
    const user = users[index] as number;
    one = (one + mixed(user ^ 0x5bd1e995)) | 0;
    two = (two + mixed(user + 0x7f4a7c15)) | 0;
  }
  return `${users.length}:${one}:${two}`;
}

function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
