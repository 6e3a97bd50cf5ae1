import { GrowingInts } from './growing.ts';

/** What a round says of one edge: the last word counts, and two different words make it contested (graph.md §1.2). */
export interface SettledEdge {
  readonly member: number;
  readonly added: boolean;
  readonly contested: boolean;
}

/** Membership events of a round in the order of the stream; a group's come in slices, so that four bytes each are enough. */
export class EdgeEvents {
  /** Slices: the group of each, and its first event. */
  #groups = new GrowingInts();
  #begins = new GrowingInts();
  #lastGroup = -1;
  /** Twice the member's number, plus one for an addition. */
  #words = new GrowingInts();

  push(group: number, member: number, added: boolean): void {
    if (group !== this.#lastGroup) {
      this.#groups.push(group);
      this.#begins.push(this.#words.count);
      this.#lastGroup = group;
    }
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
    const slices = { groups: this.#groups.items, begins: this.#begins.items, words: this.#words.items };
    return new SettledEdges(slices, groups);
  }

  /** Gives the memory back when all is settled. */
  forget(): void {
    this.#groups = new GrowingInts();
    this.#begins = new GrowingInts();
    this.#lastGroup = -1;
    this.#words = new GrowingInts();
  }
}

interface Slices {
  readonly groups: Uint32Array;
  readonly begins: Uint32Array;
  readonly words: Uint32Array;
}

/** The last words of a round in compressed rows; four bytes an edge. */
export class SettledEdges {
  readonly #starts: Uint32Array;
  /** Four times the member's number, plus one for an addition and two when contested. */
  readonly #words: Uint32Array;

  constructor(slices: Slices, groups: number) {
    const starts = startsOf(slices, groups);
    this.#words = sortedByGroup(slices, starts);
    this.#starts = settleRows(this.#words, starts);
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

const endOf = ({ begins, words }: Slices, slice: number) => begins[slice + 1] ?? words.length;

/** Where each group's events begin when they are laid out group by group. */
function startsOf(slices: Slices, groups: number): Uint32Array {
  const starts = new Uint32Array(groups + 1);
  for (const [slice, group] of slices.groups.entries()) {
    const events = endOf(slices, slice) - (slices.begins[slice] as number);
    starts[group + 1] = (starts[group + 1] as number) + events;
  }
  for (let group = 0; group < groups; group++) {
    starts[group + 1] = (starts[group + 1] as number) + (starts[group] as number);
  }
  return starts;
}

/** Stable: a group's events stay in the order of the stream. */
function sortedByGroup(slices: Slices, starts: Uint32Array): Uint32Array {
  const free = starts.slice();
  const sorted = new Uint32Array(slices.words.length);
  for (const [slice, group] of slices.groups.entries()) {
    let place = free[group] as number;
    const end = endOf(slices, slice);
    for (let event = slices.begins[slice] as number; event < end; event++) {
      const word = slices.words[event] as number;
      sorted[place++] = (word >>> 1) * 4 + (word & 1);
    }
    free[group] = place;
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
