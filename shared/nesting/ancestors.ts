import type { Adjacency } from './adjacency.ts';
import { Marks } from './marks.ts';
import { type StrongComponents, strongComponents } from './strong-components.ts';

/** Ancestor entries kept; 16 M take 64 MB. A chain of 50,000 groups would have 1.25·10⁹. */
const entriesMax = 16_000_000;

/**
 * The groups above a group, itself included, over live groups. A list is made when first asked for and shared by
 * all groups of a circle; once the lists together pass the cap, what is asked for is walked each time instead.
 */
export class AncestorSets {
  readonly #parents: Adjacency;
  readonly #live: Uint8Array;
  readonly #entriesMax: number;
  readonly #walked: Marks;
  #components: StrongComponents | undefined;
  #starts = new Uint32Array(0);
  #ends = new Uint32Array(0);
  #pool = new Uint32Array(1024);
  #used = 0;

  constructor(parents: Adjacency, live: Uint8Array, cap = entriesMax) {
    this.#parents = parents;
    this.#live = live;
    this.#entriesMax = cap;
    this.#walked = new Marks(live.length);
  }

  /** Adds the live ancestors of `group` to `into`, which holds with each group all its ancestors already. */
  collect(group: number, into: Marks): void {
    if (this.#live[group] !== 1 || into.has(group)) return;
    const component = this.components.componentOf[group] as number;
    if (this.#ends[component] === 0 && !this.#keep(component, group)) {
      this.#walk(group, into);
      return;
    }
    const pool = this.#pool;
    const end = this.#ends[component] as number;
    for (let entry = this.#starts[component] as number; entry < end; entry++) into.add(pool[entry] as number);
  }

  get components(): StrongComponents {
    if (this.#components === undefined) {
      this.#components = strongComponents(this.#parents, this.#live);
      this.#starts = new Uint32Array(this.#components.count);
      this.#ends = new Uint32Array(this.#components.count);
    }
    return this.#components;
  }

  #walk(group: number, into: Marks): void {
    const first = into.count;
    into.add(group);
    walkOn(this.#parents, this.#live, { into, first });
  }

  /** False when the list does not fit any more. */
  #keep(component: number, group: number): boolean {
    if (this.#used >= this.#entriesMax) return false;
    const walked = this.#walked.begin();
    this.#walk(group, walked);
    if (this.#used + walked.count > this.#entriesMax) {
      this.#used = this.#entriesMax;
      return false;
    }
    if (this.#used + walked.count > this.#pool.length) {
      const larger = new Uint32Array(Math.max(this.#pool.length * 2, this.#used + walked.count));
      larger.set(this.#pool.subarray(0, this.#used));
      this.#pool = larger;
    }
    this.#pool.set(walked.list.subarray(0, walked.count), this.#used);
    this.#starts[component] = this.#used;
    this.#used += walked.count;
    this.#ends[component] = this.#used;
    return true;
  }
}

/** Adds all that is reachable over live rows from what `into` holds at `first` and later. */
export function walkOn(
  graph: Adjacency,
  live: Uint8Array,
  { into, first }: { into: Marks; first: number },
): void {
  const { offsets, targets } = graph;
  for (let next = first; next < into.count; next++) {
    const row = into.list[next] as number;
    const end = row + 1 < offsets.length ? (offsets[row + 1] as number) : 0;
    for (let edge = offsets[row] as number; edge < end; edge++) {
      const target = targets[edge] as number;
      if (live[target] === 1) into.add(target);
    }
  }
}
