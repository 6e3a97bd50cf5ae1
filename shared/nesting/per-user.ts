import { countedStarts } from './adjacency.ts';
import type { Change } from './affected.ts';
import type { DiffSets } from './diff-sets.ts';
import { Marks } from './marks.ts';
import type { Memberships } from './memberships.ts';

/**
 * Strategy "users": marks each user's groups before and after over ancestor lists and tells the difference,
 * for affected groups that are not in `except`. Exact whatever the paths: nothing is counted.
 */
export function diffByUser(
  { before, after, affected }: Change,
  { users, except }: { users: Uint32Array; except: Uint32Array },
  sets: DiffSets,
): void {
  const groups = Math.max(before.nesting.groups, after.nesting.groups);
  const watched = new Uint8Array(groups);
  for (const group of affected.groups) watched[group] = 1;
  for (const group of except) watched[group] = 0;
  const old = new Marks(groups);
  const now = new Marks(groups);
  const pairs = new Pairs(sets);
  for (const user of users) {
    collectGroups(before, user, old);
    collectGroups(after, user, now);
    pairs.addMissing(now, { than: old, told: after.told, watched }, user * 2 + 1);
    pairs.addMissing(old, { than: now, told: before.told, watched }, user * 2);
  }
  pairs.byGroup(groups);
}

interface Watch {
  readonly than: Marks;
  readonly told: Uint8Array;
  readonly watched: Uint8Array;
}

function collectGroups(memberships: Memberships, user: number, into: Marks): void {
  into.begin();
  if (memberships.liveUsers[user] !== 1) return;
  const direct = memberships.groupsOf(user);
  for (let index = 0; index < direct.length; index++) {
    memberships.nesting.ancestors.collect(direct[index] as number, into);
  }
}

/** A growing list of (group, user and sign), handed on group by group; of too many, one by one and without the group. */
class Pairs {
  readonly #sets: DiffSets;
  #groups = new Uint32Array(1024);
  #users = new Float64Array(1024);
  #count = 0;

  constructor(sets: DiffSets) {
    this.#sets = sets;
  }

  /** The watched groups of `one` that the other side has not. */
  addMissing(one: Marks, { than, told, watched }: Watch, signedUser: number): void {
    for (let entry = 0; entry < one.count; entry++) {
      const group = one.list[entry] as number;
      if (watched[group] === 1 && told[group] === 1 && !than.has(group)) this.#add(group, signedUser);
    }
  }

  #add(group: number, signedUser: number): void {
    if (this.#sets.isTooMuch(this.#count + 1)) {
      this.#spill();
      this.#sets.countOnly(Math.floor(signedUser / 2), signedUser % 2 === 1);
      return;
    }
    if (this.#count === this.#groups.length) {
      const groups = new Uint32Array(this.#count * 2);
      const users = new Float64Array(this.#count * 2);
      groups.set(this.#groups);
      users.set(this.#users);
      this.#groups = groups;
      this.#users = users;
    }
    this.#groups[this.#count] = group;
    this.#users[this.#count++] = signedUser;
  }

  #spill(): void {
    for (let pair = 0; pair < this.#count; pair++) {
      const signed = this.#users[pair] as number;
      this.#sets.countOnly(Math.floor(signed / 2), signed % 2 === 1);
    }
    this.#count = 0;
  }

  byGroup(groups: number): void {
    const { offsets, users } = this.#sorted(groups);
    let added = new Uint32Array(64);
    let removed = new Uint32Array(64);
    for (let group = 0; group < groups; group++) {
      const end = offsets[group + 1] as number;
      const start = offsets[group] as number;
      if (start === end) continue;
      if (end - start > added.length) {
        added = new Uint32Array((end - start) * 2);
        removed = new Uint32Array((end - start) * 2);
      }
      let addedCount = 0;
      let removedCount = 0;
      for (let entry = start; entry < end; entry++) {
        const signed = users[entry] as number;
        if (signed % 2 === 1) added[addedCount++] = (signed - 1) / 2;
        else removed[removedCount++] = signed / 2;
      }
      this.#sets.add(group, added.subarray(0, addedCount), removed.subarray(0, removedCount));
    }
  }

  #sorted(groups: number): { offsets: Uint32Array; users: Float64Array } {
    const offsets = countedStarts(this.#groups.subarray(0, this.#count), groups);
    const free = offsets.slice(0, groups);
    const users = new Float64Array(this.#count);
    for (let pair = 0; pair < this.#count; pair++) {
      const group = this.#groups[pair] as number;
      const place = free[group] as number;
      users[place] = this.#users[pair] as number;
      free[group] = place + 1;
    }
    return { offsets, users };
  }
}
