import { type Adjacency, rowOf, sortedByRow } from '../nesting/adjacency.ts';
import { GrowingInts } from './growing.ts';

/**
 * Numbers said of groups, in the order in which they were said. What is said of a group comes in slices, so that each number takes
 * its own four bytes and hardly more.
 */
export class GroupSlices {
  /** The group of each slice, and where it begins. */
  readonly #groups = new GrowingInts();
  readonly #begins = new GrowingInts();
  readonly #words = new GrowingInts();
  #lastGroup = -1;

  get count(): number {
    return this.#words.count;
  }

  push(group: number, word: number): void {
    if (group !== this.#lastGroup) {
      this.#groups.push(group);
      this.#begins.push(this.#words.count);
      this.#lastGroup = group;
    }
    this.#words.push(word);
  }

  /** All that was said, in order. */
  get words(): Uint32Array {
    return this.#words.items;
  }

  /** The same group by group, for groups below `groups`; the numbers stay where they are. */
  byGroup(groups: number): SlicesByGroup {
    const from = this.#groups.items;
    const slices = sortedByRow({ from, to: Uint32Array.from(from.keys()) }, groups);
    return { slices, begins: this.#begins.items, words: this.#words.items };
  }

  /** Forgets everything and gives the memory back; what was told by group is not good any more. */
  drop(): void {
    for (const list of [this.#groups, this.#begins, this.#words]) list.drop();
    this.#lastGroup = -1;
  }
}

export interface SlicesByGroup {
  /** Numbers of the slices of each group, in their order. */
  readonly slices: Adjacency;
  readonly begins: Uint32Array;
  readonly words: Uint32Array;
}

/** What was said of one group, slice by slice in the order of saying it: from where to where in all `words`. */
export function* slicesOf({ slices, begins, words }: SlicesByGroup, group: number) {
  for (const slice of rowOf(slices, group)) {
    yield { from: begins[slice] as number, to: begins[slice + 1] ?? words.length };
  }
}
