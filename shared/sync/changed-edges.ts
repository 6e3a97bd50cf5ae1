import type { EdgeChanges } from '../nesting/changed-memberships.ts';
import { GrowingInts } from './growing.ts';

/** Net changes while they are found; eight bytes an edge. */
export class ChangedEdges {
  #groups = new GrowingInts();
  /** Twice the member's number, plus one for an addition. */
  #words = new GrowingInts();
  readonly #cancelled = new Map<number, number>();

  push(group: number, member: number, added: boolean): void {
    this.#groups.push(group);
    this.#words.push(member * 2 + (added ? 1 : 0));
  }

  /** Forgets all changes pushed so far for a member, and removes it from `groups` instead. */
  replaceMember(member: number, groups: readonly number[]): void {
    this.#cancelled.set(member, this.#groups.count);
    for (const group of groups) this.push(group, member, false);
  }

  finish(): EdgeChanges {
    const groups = this.#groups.items;
    const members = new Uint32Array(groups.length);
    const added = new Uint8Array(groups.length);
    const words = this.#words.items;
    let count = 0;
    for (let edge = 0; edge < groups.length; edge++) {
      const word = words[edge] as number;
      if (edge < (this.#cancelled.get(word >>> 1) ?? 0)) continue;
      groups[count] = groups[edge] as number;
      members[count] = word >>> 1;
      added[count++] = word & 1;
    }
    this.#groups = new GrowingInts();
    this.#words = new GrowingInts();
    return {
      groups: groups.subarray(0, count),
      members: members.subarray(0, count),
      added: added.subarray(0, count),
    };
  }
}
