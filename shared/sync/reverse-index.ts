import type { GroupId } from '../model/ids.ts';
import { type Adjacency, adjacency, rowOf } from '../nesting/adjacency.ts';
import { guidBytes } from '../nesting/guid.ts';
import { GuidTable } from '../nesting/guid-table.ts';
import { GrowingInts } from './growing.ts';
import { numberOf } from './round-ids.ts';

/** The direct groups of each member, made of the members of each group: ten million memberships take some 200 MB. */
export class ReverseIndex {
  readonly #members = new GuidTable();
  readonly #groups = new GuidTable();
  readonly #from = new GrowingInts();
  readonly #to = new GrowingInts();
  #rows: Adjacency | undefined;
  #isTaken = new Uint8Array(0);

  /** Packed ids of members that are no groups. Groups come in the order of their ids, and all of them before the first is asked for. */
  add(group: GroupId, members: Uint8Array): void {
    const number = numberOf(this.#groups, group);
    for (let offset = 0; offset < members.length; offset += guidBytes) {
      this.#from.push(this.#members.internPacked(members, offset));
      this.#to.push(number);
    }
  }

  /** Packed ids of the member's groups, ascending; empty for whoever is in none. */
  take(member: string): Uint8Array {
    const groups = this.#finished();
    const number = this.#members.find(member);
    if (number === undefined) return new Uint8Array();
    this.#isTaken[number] = 1;
    return this.#groups.pack(rowOf(groups, number));
  }

  /** Members that nobody has asked for, in the order in which they came. */
  *rest(): Iterable<string> {
    this.#finished();
    for (let number = 0; number < this.#members.count; number++)
      if (this.#isTaken[number] === 0) yield this.#members.textOf(number);
  }

  #finished(): Adjacency {
    if (this.#rows !== undefined) return this.#rows;
    const shape = { rows: this.#members.count, columns: this.#groups.count };
    this.#rows = adjacency({ from: this.#from.items, to: this.#to.items }, shape);
    this.#from.drop();
    this.#to.drop();
    this.#isTaken = new Uint8Array(shape.rows);
    return this.#rows;
  }
}
