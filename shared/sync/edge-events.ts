import { countedStarts } from '../nesting/adjacency.ts';
import { GrowingInts } from './growing.ts';

/** What a round says of one edge: the last word counts, and two different words make it contested (graph.md §1.2). */
export interface SettledEdge {
  readonly member: number;
  readonly added: boolean;
  readonly contested: boolean;
}

/** Membership events of a round in the order of the stream. */
export class EdgeEvents {
  readonly #groups = new GrowingInts();
  readonly #members = new GrowingInts();
  readonly #added = new GrowingInts();

  get count(): number {
    return this.#groups.count;
  }

  push(group: number, member: number, added: boolean): void {
    this.#groups.push(group);
    this.#members.push(member);
    this.#added.push(added ? 1 : 0);
  }

  /** The members that occur, each once. */
  members(): ReadonlySet<number> {
    return new Set(this.#members.items);
  }

  /** Calls `visit` for each group with events, in ascending order, with each of its edges once. */
  settle(groups: number, visit: (group: number, edges: readonly SettledEdge[]) => void): void {
    const starts = countedStarts(this.#groups.items, groups);
    const free = starts.slice(0, groups);
    const order = new Uint32Array(this.count);
    const groupOf = this.#groups.items;
    for (let event = 0; event < order.length; event++) {
      const group = groupOf[event] as number;
      const place = free[group] as number;
      order[place] = event;
      free[group] = place + 1;
    }
    for (let group = 0; group < groups; group++) {
      const events = order.subarray(starts[group], starts[group + 1]);
      if (events.length > 0) visit(group, this.#lastWords(events));
    }
  }

  #lastWords(events: Uint32Array): readonly SettledEdge[] {
    const words = new Map<number, SettledEdge>();
    for (const event of events) {
      const member = this.#members.items[event] as number;
      const added = this.#added.items[event] === 1;
      const before = words.get(member);
      words.set(member, {
        member,
        added,
        contested: before !== undefined && (before.contested || before.added !== added),
      });
    }
    return [...words.values()];
  }
}
