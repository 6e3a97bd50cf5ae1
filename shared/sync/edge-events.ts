import { countedStarts } from '../nesting/adjacency.ts';
import { GrowingInts } from './growing.ts';

/** What a round says of one edge: the last word counts, and two different words make it contested (graph.md §1.2). */
export interface SettledEdge {
  readonly member: number;
  readonly added: boolean;
  readonly contested: boolean;
}

/** Membership events of a round in the order of the stream; eight bytes each. */
export class EdgeEvents {
  #groups = new GrowingInts();
  /** Twice the member's number, plus one for an addition. */
  #words = new GrowingInts();

  push(group: number, member: number, added: boolean): void {
    this.#groups.push(group);
    this.#words.push(member * 2 + (added ? 1 : 0));
  }

  /** The members that occur, each once. */
  members(): ReadonlySet<number> {
    const members = new Set<number>();
    for (const word of this.#words.items) members.add(word >>> 1);
    return members;
  }

  /** Each edge once, by group. */
  settled(groups: number): SettledEdges {
    return new SettledEdges(this.#groups.items, this.#words.items, groups);
  }

  /** Gives the memory back when all is settled. */
  forget(): void {
    this.#groups = new GrowingInts();
    this.#words = new GrowingInts();
  }
}

/** The last words of a round in compressed rows; four bytes an edge. */
export class SettledEdges {
  readonly #starts: Uint32Array;
  /** Four times the member's number, plus one for an addition and two when contested. */
  readonly #words: Uint32Array;

  constructor(groupOf: Uint32Array, words: Uint32Array, groups: number) {
    this.#words = sortedByGroup(groupOf, words, groups);
    this.#starts = settleRows(this.#words, countedStarts(groupOf, groups));
  }

  /** Groups with events, ascending. */
  *groups(): Iterable<number> {
    for (let group = 0; group + 1 < this.#starts.length; group++) {
      if (this.#starts[group] !== this.#starts[group + 1]) yield group;
    }
  }

  *edgesOf(group: number): Iterable<SettledEdge> {
    for (const word of this.#words.subarray(this.#starts[group], this.#starts[group + 1])) {
      yield { member: word >>> 2, added: (word & 1) === 1, contested: (word & 2) === 2 };
    }
  }
}

function sortedByGroup(groupOf: Uint32Array, words: Uint32Array, groups: number): Uint32Array {
  const free = countedStarts(groupOf, groups);
  const sorted = new Uint32Array(words.length);
  for (let event = 0; event < words.length; event++) {
    const group = groupOf[event] as number;
    const word = words[event] as number;
    const place = free[group] as number;
    sorted[place] = (word >>> 1) * 4 + (word & 1);
    free[group] = place + 1;
  }
  return sorted;
}

/** Leaves one word of each edge in place, the last; returns where the rows begin then. */
function settleRows(words: Uint32Array, starts: Uint32Array): Uint32Array {
  const members = words.reduce((most, word) => Math.max(most, word >>> 2), 0) + 1;
  const places = new Uint32Array(members);
  const kept = new Uint32Array(starts.length);
  let count = 0;
  for (let group = 0; group + 1 < starts.length; group++) {
    const rowStart = count;
    const end = starts[group + 1] as number;
    for (let event = starts[group] as number; event < end; event++) {
      const word = words[event] as number;
      const place = places[word >>> 2] as number;
      if (place <= rowStart) {
        words[count++] = word;
        places[word >>> 2] = count;
      } else words[place - 1] = lastWord(words[place - 1] as number, word);
    }
    kept[group + 1] = count;
  }
  return kept;
}

const lastWord = (before: number, now: number) => now | (before & 2) | (((before ^ now) & 1) << 1);
