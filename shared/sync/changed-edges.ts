import type { Adjacency } from '../nesting/adjacency.ts';
import { type EdgeChanges, edgeChanges } from '../nesting/edge-changes.ts';
import { GroupSlices, slicesOf } from './group-slices.ts';

/** Net changes while they are found; four bytes an edge. */
export class ChangedEdges {
  /** Of each change twice the member's number, plus one for an addition. */
  readonly #slices = new GroupSlices();
  /** For members whose changes are forgotten: how many changes there were then. */
  readonly #forgotten = new Map<number, number>();
  #removed = 0;
  #isKept: (group: number, member: number) => boolean = () => false;

  push(group: number, member: number, added: boolean): void {
    this.#slices.push(group, member * 2 + (added ? 1 : 0));
    if (!added) this.#removed++;
  }

  /** Forgets all changes pushed so far for a member, and removes it from `groups` instead. */
  replaceMember(member: number, groups: readonly number[]): void {
    this.#forgotten.set(member, this.#slices.count);
    for (const group of groups) this.push(group, member, false);
  }

  /** Removals that are not made after all. */
  keepBack(isKept: (group: number, member: number) => boolean): void {
    this.#isKept = isKept;
  }

  /** The changes of groups and members below these numbers; then there are none here. */
  finish({ groups, members }: { groups: number; members: number }): EdgeChanges {
    const changes = this.#slices.byGroup(groups);
    const added = new Rows(groups, changes.words.length - this.#removed);
    const removed = new Rows(groups, this.#removed);
    const rows = [removed, added];
    for (let group = 0; group < groups; group++) {
      for (const { from, to } of slicesOf(changes, group)) {
        for (let index = from; index < to; index++) {
          const word = changes.words[index] as number;
          if (!this.#isDropped(group, word, index)) rows[word & 1]?.push(word >>> 1);
        }
      }
      added.end(group);
      removed.end(group);
    }
    this.#slices.drop();
    return edgeChanges({ added: added.finish(), removed: removed.finish() }, members);
  }

  #isDropped(group: number, word: number, index: number): boolean {
    const member = word >>> 1;
    if (this.#forgotten.size > 0 && index < (this.#forgotten.get(member) ?? 0)) return true;
    return (word & 1) === 0 && this.#isKept(group, member);
  }
}

/** Compressed rows while they are filled, one after the other. */
class Rows {
  readonly #offsets: Uint32Array;
  readonly #targets: Uint32Array;
  #count = 0;

  constructor(rows: number, targetsMax: number) {
    this.#offsets = new Uint32Array(rows + 1);
    this.#targets = new Uint32Array(targetsMax);
  }

  push(target: number): void {
    this.#targets[this.#count++] = target;
  }

  end(row: number): void {
    this.#offsets[row + 1] = this.#count;
  }

  finish(): Adjacency {
    return { offsets: this.#offsets, targets: this.#targets.subarray(0, this.#count) };
  }
}
