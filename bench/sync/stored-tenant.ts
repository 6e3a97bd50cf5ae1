import { GroupId, UserId } from '../../shared/model/ids.ts';
import { guidBytes } from '../../shared/nesting/guid.ts';
import type { GroupFacts, NestedGroup, NestedUser, PackedMembers } from '../../shared/sync/nested-store.ts';
import { type TenantRow, type TenantSize, tenantRows } from '../nesting/synthetic-tenant.ts';
import { guid, packedGuid } from './staged-tenant.ts';

/** Users and groups from the tenant's number on are stored alone: the enumeration does not show them. */
export interface StoredShape {
  readonly users: number;
  readonly groups: number;
}

/**
 * What an earlier run stored of the synthetic tenant, a little different from what it is now: of a thousand users one was made since and
 * one is gone, and so with groups, names and memberships. Each answer is made when it is asked for and then forgotten.
 */
export class StoredTenant {
  readonly shape: StoredShape;
  /** Groups that the pages show. */
  readonly shown: Uint8Array;
  readonly #size: TenantSize;
  /** All groups and users, or none. */
  readonly #isInScope: boolean;
  /** Direct users of each stored group. */
  readonly #counts: Uint32Array;
  readonly #members: Uint32Array;
  readonly #taken: Uint8Array;
  #rows: Iterator<TenantRow> | undefined;
  #row: TenantRow | undefined;
  #asked = 0;

  constructor(size: TenantSize, isInScope: boolean) {
    this.#size = size;
    this.#isInScope = isInScope;
    this.shape = { users: size.users + extra(size.users), groups: size.groups + extra(size.groups) };
    this.shown = new Uint8Array(this.shape.groups);
    this.#counts = new Uint32Array(this.shape.groups);
    this.#members = new Uint32Array(this.shape.users);
    this.#taken = new Uint8Array(this.shape.users);
    for (const { group } of tenantRows(size)) this.shown[group] = 1;
    for (let group = 0; group < this.shape.groups; group++)
      this.#counts[group] = this.membersOf(group).length;
  }

  isStoredUser = (user: number): boolean => user >= this.#size.users || user % 997 !== 5;
  isStoredGroup = (group: number): boolean => group >= this.#size.groups || group % 251 !== 40;
  /** Every other one of those that are not shown was deleted before. */
  isLiveUser = (user: number): boolean => user < this.#size.users || user % 2 === 0;

  /** Direct users of a group as they are stored, each once; good until the next group. Groups are asked for in their order. */
  membersOf(group: number): Uint32Array {
    if (!this.isStoredGroup(group)) return none;
    const { users } = this.#size;
    const members = this.#members;
    let count = 0;
    const take = (user: number) => {
      if (this.#taken[user] === 1 || !this.isStoredUser(user)) return;
      this.#taken[user] = 1;
      members[count++] = user;
    };
    const now = this.#rowOf(group);
    for (const user of now) if (scattered(group, user) % 2003 !== 0) take(user);
    // What is gone since, who sleeps, and groups that are gone altogether.
    if (group % 17 === 2) take((group * 7919 + 13) % users);
    if (group % 7 === 1) take(users + (Math.floor(group / 7) % extra(users)));
    if (group >= this.#size.groups) for (let one = 0; one < 5; one++) take((group * 37 + one * 101) % users);
    for (let index = 0; index < count; index++) this.#taken[members[index] as number] = 0;
    return members.subarray(0, count);
  }

  /** Calls `visit` for each stored edge parent → child. */
  forEachChild(visit: (parent: number, child: number) => void): void {
    const { groups } = this.#size;
    const nested = Math.floor(groups * 0.6);
    for (const [parent, child] of nestingRows(this.#size)) {
      const isNew = child >= groups / 100 && scattered(parent, child) % 211 === 0;
      if (!isNew && this.isStoredGroup(parent) && this.isStoredGroup(child)) visit(parent, child);
    }
    for (let parent = 7; parent < nested; parent += 101) {
      const child = nested - 1 - (parent % Math.floor(nested / 3));
      if (child !== parent && this.isStoredGroup(parent) && this.isStoredGroup(child)) visit(parent, child);
    }
    for (let child = groups; child < this.shape.groups; child++)
      if (this.isStoredGroup(child - groups)) visit(child - groups, child);
  }

  members(group: string): PackedMembers {
    return { user: packedGuid('8', this.membersOf(numberIn(group))) };
  }

  nesting() {
    const groups: GroupFacts[] = [];
    for (let group = 0; group < this.shape.groups; group++) {
      if (!this.isStoredGroup(group)) continue;
      const id = GroupId.parse(guid('9', group));
      groups.push({
        id,
        ...groupStanding,
        told: this.#isInScope,
        users: this.#counts[group] ?? 0,
        others: 0,
      });
    }
    const edges: { parent: GroupId; child: GroupId }[] = [];
    this.forEachChild((parent, child) => {
      edges.push({ parent: GroupId.parse(guid('9', parent)), child: GroupId.parse(guid('9', child)) });
    });
    return { groups, edges };
  }

  users(ids: readonly string[]): readonly NestedUser[] {
    return ids.map(numberIn).filter(this.isStoredUser).map(this.#user);
  }

  groups(ids: readonly string[]): readonly NestedGroup[] {
    return ids
      .map(numberIn)
      .filter((group) => group < this.shape.groups && this.isStoredGroup(group))
      .map((group) => ({
        id: GroupId.parse(guid('9', group)),
        ...{ version: 1, created: at, lastModified: at, lifeSince: '' },
        ...groupStanding,
        told: this.#isInScope,
        fields: { displayName: `Group ${group}${group % 53 === 0 ? ' as it was' : ''}` },
        attributes: { displayName: `Group ${group}` },
      }));
  }

  *userPages(): Iterable<readonly NestedUser[]> {
    for (let start = 0; start < this.shape.users; start += rowsPerPage) {
      const length = Math.min(rowsPerPage, this.shape.users - start);
      const users = Array.from({ length }, (_, index) => start + index);
      yield users.filter(this.isStoredUser).map(this.#user);
    }
  }

  #user = (user: number): NestedUser => {
    const isLive = this.isLiveUser(user);
    const userPrincipalName = `user${user}${user % 53 === 0 ? '-as-he-was' : ''}@large.example`;
    return {
      id: UserId.parse(guid('8', user)),
      ...{ version: 1, created: at, lastModified: at },
      ...(isLive ? { life: 'live', lifeSince: '' } : { life: 'soft-deleted', lifeSince: at }),
      standing: this.#standingOf(isLive),
      fields: { userPrincipalName },
      attributes: { userName: userPrincipalName },
    };
  };

  #standingOf(isLive: boolean): NestedUser['standing'] {
    if (!isLive) return { counts: false, inScope: false, reason: 'deleted' };
    return { counts: true, inScope: this.#isInScope, ...(this.#isInScope ? {} : { reason: 'not-in-scope' }) };
  }

  #rowOf(group: number): Uint32Array {
    if (this.#rows === undefined || group < this.#asked) {
      this.#rows = Iterator.from(tenantRows(this.#size)).filter(({ kind }) => kind === 'user');
      this.#row = this.#rows.next().value;
    }
    this.#asked = group;
    while (this.#row !== undefined && this.#row.group < group) this.#row = this.#rows.next().value;
    return this.#row?.group === group ? this.#row.members : none;
  }
}

/** Edges parent → child of the tenant as it is now; one may come twice. */
export function* nestingRows(size: TenantSize): Iterable<readonly [number, number]> {
  for (const { kind, group, members } of tenantRows(size)) {
    if (kind === 'group') for (const child of members) yield [group, child];
  }
}

const extra = (count: number) => Math.ceil(count / 1000);
const at = '2026-01-01T00:00:00.000Z';
const groupStanding = { life: 'live', held: false } as const;
const rowsPerPage = 1000;
const none = new Uint32Array(0);

/** The number in an id of `guid`, in text or packed. */
export const numberIn = (id: string): number => Number.parseInt(id.slice(-12), 16);
export function numberAt(packed: Uint8Array, offset: number): number {
  let number = 0;
  for (let byte = guidBytes - 6; byte < guidBytes; byte++)
    number = number * 256 + (packed[offset + byte] ?? 0);
  return number;
}

/** A number that looks like chance, of a pair. */
export function scattered(one: number, other: number): number {
  let hash = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(other + 0x7f4a7c15, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
