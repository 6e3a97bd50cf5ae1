import type { GroupId, UserId } from '../model/ids.ts';
import type { DiffSet } from '../nesting/diff-sets.ts';
import { guidBytes } from '../nesting/guid.ts';
import type { GuidTable } from '../nesting/guid-table.ts';
import { Marks } from '../nesting/marks.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { GroupDecision } from './group-decisions.ts';
import type { JournalPart, NestedOutboxEntry } from './round-records.ts';
import type { UserDecision } from './user-decisions.ts';

type Ids = Pick<DeriveSources['round'], 'groupIds' | 'memberIds'>;

export interface Removing {
  readonly users: Iterable<UserDecision>;
  readonly groups: readonly GroupDecision[];
  readonly sets: readonly DiffSet[];
}

/** What a plan does to the members of one group. */
export interface GroupMoves {
  readonly lost: number;
  readonly gained: number;
}

/**
 * What a plan takes away, without what another plan that a person has seen takes away as well. That one is looked at part by part and
 * nothing of it is kept but two numbers for each group that both take members of.
 */
export class UnseenRemovals {
  readonly leaving = new Set<UserId>();
  readonly deactivated = new Set<UserId>();
  readonly groups = new Set<GroupId>();
  /** Groups that lose members, by how many of them are unseen. */
  readonly lost = new Map<number, number>();
  /** More moves in the seen plan than is told one by one. */
  isUntold = false;
  readonly #ids: Ids;
  readonly #marks: Marks;
  readonly #sets = new Map<number, DiffSet>();
  readonly #seen = new Map<number, GroupMoves>();

  constructor(ids: Ids, { users, groups, sets }: Removing) {
    this.#ids = ids;
    this.#marks = new Marks(ids.memberIds.count);
    for (const user of users) this.#takeUser(user);
    for (const { id, told, wasTold } of groups) if (wasTold && !told) this.groups.add(id);
    for (const set of sets) this.#takeMembers(set);
  }

  /** A part of the plan that was seen. */
  see(part: JournalPart): void {
    switch (part.kind) {
      case 'users':
        for (const item of part.items) this.#seeUser(item);
        break;
      case 'groups':
        for (const { id, told } of part.items) if (!told) this.groups.delete(id);
        break;
      case 'outbox':
        this.#seeMembers(part.entry);
        break;
      case 'entries':
        for (const entry of part.entries) this.#seeMembers(entry);
        break;
      case 'members':
      case 'groups-of':
      case 'held':
        break;
    }
  }

  /** How many members a group loses, seen or not. */
  lossOf = (group: number): number => this.#sets.get(group)?.removed.length ?? 0;

  /** What the seen plan does to a group that loses members. */
  seenOf = (group: number): GroupMoves => this.#seen.get(group) ?? { lost: 0, gained: 0 };

  #takeUser({ id, was, inScope, disabled }: UserDecision): void {
    if (was?.inScope === true && !inScope) this.leaving.add(id);
    if (disabled) this.deactivated.add(id);
  }

  #takeMembers(set: DiffSet): void {
    if (set.removed.length === 0) return;
    for (const group of set.groups) {
      this.#sets.set(group, set);
      this.lost.set(group, set.removed.length);
    }
  }

  /** Of whom a plan speaks and who is in scope after it, that one comes or is deactivated; who is deactivated was in it before. */
  #seeUser({ id, inScope }: { readonly id: UserId; readonly inScope: boolean }): void {
    this.deactivated.delete(id);
    if (!inScope) this.leaving.delete(id);
  }

  #seeMembers({ change }: NestedOutboxEntry): void {
    if (change.kind === 'everything-changed') this.isUntold = true;
    if (change.kind !== 'effective-members-changed') return;
    const moves = { lost: change.removed.length / guidBytes, gained: change.added.length / guidBytes };
    const removed = this.#marks.begin();
    for (const member of known(this.#ids.memberIds, change.removed)) removed.add(member);
    // Groups share their changes: each of these is looked at once.
    const counted = new Map<DiffSet, number>();
    for (const group of known(this.#ids.groupIds, change.groups)) {
      const set = this.#sets.get(group);
      if (set === undefined) continue;
      const seen = this.seenOf(group);
      this.#seen.set(group, { lost: seen.lost + moves.lost, gained: seen.gained + moves.gained });
      const both =
        counted.get(set) ?? set.removed.reduce((sum, user) => sum + (removed.has(user) ? 1 : 0), 0);
      counted.set(set, both);
      this.lost.set(group, (this.lost.get(group) ?? 0) - both);
    }
  }
}

function* known(table: GuidTable, packed: Uint8Array): Iterable<number> {
  for (let offset = 0; offset + guidBytes <= packed.length; offset += guidBytes) {
    const number = table.findPacked(packed, offset);
    if (number !== undefined) yield number;
  }
}
