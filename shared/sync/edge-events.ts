import { GroupSlices, type SlicesByGroup, slicesOf } from './group-slices.ts';

/**
 * What a round says of one edge, as a number: the member, whether the last word added it, and whether there were two different words,
 * which makes it contested (graph.md §1.2).
 */
export type SettledEdge = number;
export const memberOf = (edge: SettledEdge) => edge >>> 2;
export const isAdded = (edge: SettledEdge) => (edge & 1) === 1;
export const isContested = (edge: SettledEdge) => (edge & 2) === 2;

/** Membership events of a round in the order of the stream; four bytes each. */
export class EdgeEvents {
  /** Of each event twice the member's number, plus one for an addition. */
  readonly #slices = new GroupSlices();
  #members = 0;

  push(group: number, member: number, added: boolean): void {
    this.#slices.push(group, member * 2 + (added ? 1 : 0));
    if (member >= this.#members) this.#members = member + 1;
  }

  /** The members that occur, each once. */
  members(): ReadonlySet<number> {
    const members = new Set<number>();
    for (const word of this.#slices.words) members.add(word >>> 1);
    return members;
  }

  /** Each edge once, group by group, for groups below `groups`; good until more is pushed or all is forgotten. */
  settled(groups: number): SettledEdges {
    return new SettledEdges(this.#slices.byGroup(groups), this.#members);
  }

  /** Gives the memory back when all is settled. */
  forget(): void {
    this.#slices.drop();
    this.#members = 0;
  }
}

/** The last words of a round. A group's are settled when they are asked for: all of them take no room of their own. */
export class SettledEdges {
  readonly #events: SlicesByGroup;
  /** Of the group at hand: its edges, and for each member the place of its edge plus one. */
  #edges = new Uint32Array(256);
  #count = 0;
  readonly #places: Uint32Array;

  constructor(events: SlicesByGroup, members: number) {
    this.#events = events;
    this.#places = new Uint32Array(members);
  }

  /** Groups with events, ascending. */
  *groups(): Iterable<number> {
    const { offsets } = this.#events.slices;
    for (let group = 0; group + 1 < offsets.length; group++) {
      if (offsets[group] !== offsets[group + 1]) yield group;
    }
  }

  /** The edges of a group in the order in which they were first spoken of; good until another group is asked for. */
  edgesOf(group: number): Uint32Array {
    this.#count = 0;
    for (const { from, to } of slicesOf(this.#events, group)) {
      for (let event = from; event < to; event++) this.#settle(this.#events.words[event] as number);
    }
    for (let place = 0; place < this.#count; place++)
      this.#places[memberOf(this.#edges[place] as number)] = 0;
    return this.#edges.subarray(0, this.#count);
  }

  #settle(word: number): void {
    const member = word >>> 1;
    const edge = member * 4 + (word & 1);
    const place = this.#places[member] as number;
    if (place > 0) {
      this.#edges[place - 1] = lastWord(this.#edges[place - 1] as number, edge);
      return;
    }
    if (this.#count === this.#edges.length) this.#extend();
    this.#edges[this.#count++] = edge;
    this.#places[member] = this.#count;
  }

  #extend(): void {
    const larger = new Uint32Array(this.#edges.length * 2);
    larger.set(this.#edges);
    this.#edges = larger;
  }
}

const lastWord = (before: number, now: number) => now | (before & 2) | (((before ^ now) & 1) << 1);
