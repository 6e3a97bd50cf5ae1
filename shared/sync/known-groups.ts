import { GrowingInts } from './growing.ts';
import type { GroupFacts, Life } from './nested-store.ts';

export type KnownGroup = Omit<GroupFacts, 'id'>;

/**
 * What is stored of all groups without their members, by number, in the order in which they were first set: fourteen bytes a group, where
 * objects with their ids take ten times that.
 */
export class KnownGroups {
  /** Of each group its life plus one, and whether it is told and held; 0 for a group that is not stored. */
  #standings = new Uint8Array(256);
  #users = new Uint32Array(256);
  #others = new Uint32Array(256);
  readonly #order = new GrowingInts();

  get size(): number {
    return this.#order.count;
  }

  has(group: number): boolean {
    return (this.#standings[group] ?? 0) > 0;
  }

  get(group: number): KnownGroup | undefined {
    return this.has(group) ? this.#at(group) : undefined;
  }

  set(group: number, { life, told, held, users, others }: KnownGroup): void {
    if (group >= this.#standings.length) this.#makeRoomFor(group);
    if (!this.has(group)) this.#order.push(group);
    this.#standings[group] = (lives.indexOf(life) + 1) | (told ? isTold : 0) | (held ? isHeld : 0);
    this.#users[group] = users;
    this.#others[group] = others;
  }

  keys(): Iterable<number> {
    return this.#order.items;
  }

  *[Symbol.iterator](): Generator<readonly [number, KnownGroup]> {
    for (const group of this.#order.items) yield [group, this.#at(group)];
  }

  #at(group: number): KnownGroup {
    const standing = this.#standings[group] as number;
    return {
      life: lives[(standing & lifeBits) - 1] as Life,
      told: (standing & isTold) > 0,
      held: (standing & isHeld) > 0,
      users: this.#users[group] as number,
      others: this.#others[group] as number,
    };
  }

  #makeRoomFor(group: number): void {
    const room = Math.max(this.#standings.length * 2, group + 1);
    const standings = new Uint8Array(room);
    standings.set(this.#standings);
    this.#standings = standings;
    this.#users = copied(this.#users, room);
    this.#others = copied(this.#others, room);
  }
}

const lives: readonly Life[] = ['live', 'soft-deleted', 'gone'];
const lifeBits = 3;
const isTold = 4;
const isHeld = 8;

function copied(numbers: Uint32Array, room: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(room);
  larger.set(numbers);
  return larger;
}
