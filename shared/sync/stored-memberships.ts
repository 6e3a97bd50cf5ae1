import type { DirectoryId } from '../model/ids.ts';
import {
  type Adjacency,
  adjacency,
  type Edges,
  edgesOf,
  noRows,
  rowOf,
  transposed,
} from '../nesting/adjacency.ts';
import { guidBytes } from '../nesting/guid.ts';
import type { GuidTable } from '../nesting/guid-table.ts';
import { Marks } from '../nesting/marks.ts';
import type { FoldedRound } from './fold-round.ts';
import type { MemberType } from './graph-port.ts';
import { KnownGroups } from './known-groups.ts';
import { LoadedRows } from './loaded-rows.ts';
import type { NestedDirectoryStore, PackedMembers, StoredNesting } from './nested-store.ts';
import { partsOf } from './parts-of.ts';
import { groupIdOf, numberOf } from './round-ids.ts';

/**
 * The direct memberships of the last completed run, as far as a round needs them: the nesting whole, members of groups
 * and groups of members when asked for. Everything asked for is read once.
 */
export class StoredMemberships {
  readonly facts = new KnownGroups();
  readonly #store: NestedDirectoryStore;
  readonly #directory: DirectoryId;
  readonly #round: FoldedRound;
  #children = noRows;
  #parents: Adjacency | undefined;
  readonly #members = new LoadedRows();
  readonly #groups = new LoadedRows();
  /** Everybody's members were read, and with them the groups of all. */
  #isWhole = false;
  #turned: Adjacency | undefined;
  #turns = 0;

  constructor(store: NestedDirectoryStore, directory: DirectoryId, round: FoldedRound) {
    this.#store = store;
    this.#directory = directory;
    this.#round = round;
  }

  async loadNesting(): Promise<void> {
    const { groups, edges } = await this.#store.nesting(this.#directory);
    for (const facts of groups) this.facts.set(numberOf(this.#round.groupIds, facts.id), facts);
    const numbers = numbersOf(this.#round.groupIds, edges);
    const { count } = this.#round.groupIds;
    this.#children = adjacency(numbers, { rows: count, columns: count });
  }

  /** Reads the members of `groups` that were not read yet. */
  async loadMembers(groups: Iterable<number>): Promise<void> {
    const wanted = [...new Set(groups)].filter(
      (group) => !this.#members.has(group) && this.#mayHaveMembers(group),
    );
    for (const some of this.#slicesOf(wanted)) {
      const read = await Promise.all(
        some.map((group) => this.#store.members(this.#directory, groupIdOf(this.#round.groupIds, group))),
      );
      // In the order of the groups, whichever answer came first: members that nobody knows yet get their numbers here.
      for (const [index, members] of read.entries()) this.#keepMembers(some[index] as number, members);
    }
  }

  /** Reads the members of all groups, and with them the groups of all members. */
  async loadAll(): Promise<void> {
    await this.loadMembers(this.facts.keys());
    this.#isWhole = true;
  }

  /** Reads the groups of `members` that were not read yet. */
  async loadGroupsOf(members: Iterable<number>): Promise<void> {
    if (this.facts.size === 0) return;
    const wanted = Iterator.from(members).filter((member) => !this.#groups.has(member));
    if (this.#isWhole) {
      this.#turnSome(wanted);
      return;
    }
    for (const some of partsOf(wanted, idsAtOnce)) {
      const numbers = [...new Set(some)];
      const ids = numbers.map((number) => this.#round.memberIds.textOf(number));
      const found = await this.#store.groupsOf(this.#directory, ids);
      for (const [index, number] of numbers.entries()) {
        const packed = found.get(ids[index] ?? '') ?? nothing;
        unpackInto(this.#groups.take(number, packed.length / guidBytes), this.#round.groupIds, packed);
      }
    }
  }

  /** Members of a group that are no groups; all must have been loaded that have any. */
  membersOf(group: number): Uint32Array {
    return this.#members.of(group);
  }

  groupsOf(member: number): Uint32Array {
    if (!this.#isWhole || this.#groups.has(member)) return this.#groups.of(member);
    this.#turned ??= this.#members.turned(this.#round.memberIds.count);
    return rowOf(this.#turned, member);
  }

  /** All are turned when many are asked for, or some again and again; it takes as much memory as the members do. */
  #turnSome(members: Iterable<number>): void {
    if (this.#turned !== undefined || this.#turns >= turnsMax) return;
    const { count } = this.#round.memberIds;
    const wanted = new Marks(count).begin();
    for (const member of members) wanted.add(member);
    if (wanted.count > count / 4) return;
    this.#turns++;
    this.#members.turnSome(wanted, this.#groups);
  }

  /** Groups that a group holds directly, in no order. */
  childrenOf(parent: number): Uint32Array {
    return rowOf(this.#children, parent);
  }

  /** Groups that hold a group directly, ascending. */
  parentsOf(child: number): Uint32Array {
    this.#parents ??= transposed(this.#children, this.#children.offsets.length - 1);
    return rowOf(this.#parents, child);
  }

  /** Parent → child. */
  nestingEdges(): Edges {
    return edgesOf(this.#children);
  }

  #mayHaveMembers(group: number): boolean {
    return this.#sizeOf(group) > 0;
  }

  #sizeOf(group: number): number {
    const facts = this.facts.get(group);
    return facts === undefined ? 0 : facts.users + facts.others;
  }

  /** Groups to be read side by side: one alone, or as many as may be and have few members together. */
  *#slicesOf(groups: readonly number[]): Iterable<readonly number[]> {
    let slice: number[] = [];
    let members = 0;
    for (const group of groups) {
      const size = this.#sizeOf(group);
      if (slice.length === readsAtOnce || (slice.length > 0 && members + size > membersAtOnce)) {
        yield slice;
        [slice, members] = [[], 0];
      }
      slice.push(group);
      members += size;
    }
    if (slice.length > 0) yield slice;
  }

  #keepMembers(group: number, { group: _, ...byType }: PackedMembers): void {
    const { memberIds, types } = this.#round;
    const lists = Object.entries(byType);
    const bytes = lists.reduce((sum, [, packed]) => sum + packed.length, 0);
    const members = this.#members.take(group, bytes / guidBytes);
    let filled = 0;
    for (const [type, packed] of lists) {
      const ofType = members.subarray(filled, filled + packed.length / guidBytes);
      unpackInto(ofType, memberIds, packed);
      if (type !== 'user') for (const member of ofType) types.set(member, type as MemberType);
      filled += ofType.length;
    }
  }
}

/** Groups read side by side, with members of eight megabytes; and ids asked for in one call. */
const readsAtOnce = 16;
const membersAtOnce = 500_000;
const idsAtOnce = 1000;
/** Times that only some members are turned round. */
const turnsMax = 3;

const nothing = new Uint8Array(0);

function numbersOf(table: GuidTable, edges: StoredNesting['edges']): Edges {
  const from = new Uint32Array(edges.length);
  const to = new Uint32Array(edges.length);
  for (const [edge, { parent, child }] of edges.entries()) {
    from[edge] = numberOf(table, parent);
    to[edge] = numberOf(table, child);
  }
  return { from, to };
}

export function unpacked(table: GuidTable, packed: Uint8Array): Uint32Array {
  const numbers = new Uint32Array(packed.length / guidBytes);
  unpackInto(numbers, table, packed);
  return numbers;
}

function unpackInto(numbers: Uint32Array, table: GuidTable, packed: Uint8Array): void {
  for (let index = 0; index < numbers.length; index++) {
    numbers[index] = table.internPacked(packed, index * guidBytes);
  }
}
