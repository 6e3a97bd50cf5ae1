import type { DirectoryId } from '../model/ids.ts';
import { guidBytes } from '../nesting/guid.ts';
import type { GuidTable } from '../nesting/guid-table.ts';
import type { FoldedRound } from './fold-round.ts';
import type { MemberType } from './graph-port.ts';
import type { GroupFacts, NestedDirectoryStore } from './nested-store.ts';
import { groupIdOf, numberOf } from './round-ids.ts';

/**
 * The direct memberships of the last completed run, as far as a round needs them: the nesting whole, members of groups
 * and groups of members when asked for. Everything asked for is read once.
 */
export class StoredMemberships {
  readonly facts = new Map<number, GroupFacts>();
  /** Children of each parent. */
  readonly children = new Map<number, Set<number>>();
  readonly #store: NestedDirectoryStore;
  readonly #directory: DirectoryId;
  readonly #round: FoldedRound;
  readonly #members = new Map<number, Uint32Array>();
  readonly #groups = new Map<number, Uint32Array>();

  constructor(store: NestedDirectoryStore, directory: DirectoryId, round: FoldedRound) {
    this.#store = store;
    this.#directory = directory;
    this.#round = round;
  }

  async loadNesting(): Promise<void> {
    const { groups, edges } = await this.#store.nesting(this.#directory);
    for (const facts of groups) this.facts.set(numberOf(this.#round.groupIds, facts.id), facts);
    for (const { parent, child } of edges) {
      const row = numberOf(this.#round.groupIds, parent);
      const children = this.children.get(row) ?? new Set();
      children.add(numberOf(this.#round.groupIds, child));
      this.children.set(row, children);
    }
  }

  /** Reads the members of `groups` that were not read yet. */
  async loadMembers(groups: Iterable<number>): Promise<void> {
    const wanted = [...groups].filter((group) => !this.#members.has(group) && this.#mayHaveMembers(group));
    for (let start = 0; start < wanted.length; start += readsAtOnce) {
      await Promise.all(wanted.slice(start, start + readsAtOnce).map((group) => this.#loadGroup(group)));
    }
  }

  /** Reads the groups of `members` that were not read yet. */
  async loadGroupsOf(members: Iterable<number>): Promise<void> {
    if (this.facts.size === 0) return;
    const wanted = [...members].filter((member) => !this.#groups.has(member));
    for (let start = 0; start < wanted.length; start += idsAtOnce) {
      const numbers = wanted.slice(start, start + idsAtOnce);
      const ids = numbers.map((number) => this.#round.memberIds.textOf(number));
      const found = await this.#store.groupsOf(this.#directory, ids);
      for (const [index, number] of numbers.entries()) {
        const packed = found.get(ids[index] ?? '') ?? new Uint8Array(0);
        this.#groups.set(number, unpacked(this.#round.groupIds, packed));
      }
    }
  }

  /** Members of a group that are no groups; all must have been loaded that have any. */
  membersOf(group: number): Uint32Array {
    return this.#members.get(group) ?? none;
  }

  groupsOf(member: number): Uint32Array {
    return this.#groups.get(member) ?? none;
  }

  /** After everybody's members were loaded: the groups of every member, without a read. */
  turnRound(): void {
    const lists = new Map<number, number[]>();
    for (const [group, members] of this.#members) {
      for (const member of members) {
        const list = lists.get(member);
        if (list === undefined) lists.set(member, [group]);
        else list.push(group);
      }
    }
    for (const [member, groups] of lists) this.#groups.set(member, Uint32Array.from(groups));
  }

  #mayHaveMembers(group: number): boolean {
    const facts = this.facts.get(group);
    return facts !== undefined && facts.users + facts.others > 0;
  }

  async #loadGroup(group: number): Promise<void> {
    const { group: _, ...byType } = await this.#store.members(
      this.#directory,
      groupIdOf(this.#round.groupIds, group),
    );
    const numbers: number[] = [];
    for (const [type, packed] of Object.entries(byType)) {
      for (const member of unpacked(this.#round.memberIds, packed)) {
        if (type !== 'user') this.#round.types.set(member, type as MemberType);
        numbers.push(member);
      }
    }
    this.#members.set(group, Uint32Array.from(numbers));
  }
}

/** Groups read side by side, and ids asked for in one call. */
const readsAtOnce = 16;
const idsAtOnce = 1000;

const none = new Uint32Array(0);

export function unpacked(table: GuidTable, packed: Uint8Array): Uint32Array {
  const numbers = new Uint32Array(packed.length / guidBytes);
  for (let index = 0; index < numbers.length; index++) {
    numbers[index] = table.internPacked(packed, index * guidBytes);
  }
  return numbers;
}
