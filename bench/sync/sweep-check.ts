import type { Edges } from '../../shared/nesting/adjacency.ts';
import { effectiveSizes } from '../../shared/nesting/full-derivation.ts';
import { guidBytes } from '../../shared/nesting/guid.ts';
import { membershipsOf } from '../../shared/nesting/memberships.ts';
import type { JournalPart } from '../../shared/sync/round-records.ts';
import { type TenantSize, tenantRows } from '../nesting/synthetic-tenant.ts';
import { nestingRows, numberAt, numberIn, type StoredTenant, scattered } from './stored-tenant.ts';

/** What a re-baseline decides, as far as it can be said in numbers. */
export interface Decided {
  readonly usersCreated: number;
  readonly usersRemoved: number;
  readonly groupsCreated: number;
  readonly groupsRemoved: number;
  readonly directAdded: number;
  readonly directRemoved: number;
  /** Effective memberships that there are more than before. */
  readonly membershipsGrown: number;
  /** Of all direct memberships that come and go. */
  readonly checksum: number;
}

/** The same set of changes has the same sum, in any order. */
export class ChangeSum {
  sum = 0;

  add(group: number, member: number, { isGroup, isAdded }: { isGroup: boolean; isAdded: boolean }): void {
    this.sum = (this.sum + scattered(group * 4 + (isGroup ? 2 : 0) + (isAdded ? 1 : 0), member)) >>> 0;
  }

  addPart(part: JournalPart): void {
    if (part.kind !== 'members') return;
    for (const { group, type, added, removed } of part.items) {
      for (const [ids, isAdded] of [
        [added, true],
        [removed, false],
      ] as const) {
        for (let offset = 0; offset < ids.length; offset += guidBytes)
          this.add(numberIn(group), numberAt(ids, offset), { isGroup: type === 'group', isAdded });
      }
    }
  }
}

/** What a re-baseline must decide, found the plain way: every group before beside the same group now. */
export function whatMustBeDecided(stored: StoredTenant, size: TenantSize): Decided {
  const sum = new ChangeSum();
  const counts = { directAdded: 0, directRemoved: 0 };
  const change = (group: number, member: number, of: { isGroup: boolean; isAdded: boolean }) => {
    sum.add(group, member, of);
    counts[of.isAdded ? 'directAdded' : 'directRemoved']++;
  };
  const before = membersBefore(stored);
  const now = membersNow(size);
  const children = { before: childrenBefore(stored), now: childrenNow(size) };
  const isUser = (user: number) => user < size.users;
  compare(before, now, (group, member, isAdded) => {
    // What a group that is gone had, it keeps; and so it is with who is gone.
    if (isAdded || (stored.shown[group] === 1 && isUser(member)))
      change(group, member, { isGroup: false, isAdded });
  });
  compare(children.before, children.now, (parent, child, isAdded) => {
    if (isAdded || (stored.shown[parent] === 1 && stored.shown[child] === 1))
      change(parent, child, { isGroup: true, isAdded });
  });
  const users = numbers(stored.shape.users).filter(stored.isStoredUser);
  const groups = numbers(stored.shape.groups);
  return {
    usersCreated: size.users - users.filter(isUser).length,
    usersRemoved: users.filter((user) => !isUser(user) && stored.isLiveUser(user)).length,
    groupsCreated: groups.filter((group) => stored.shown[group] === 1 && !stored.isStoredGroup(group)).length,
    groupsRemoved: groups.filter((group) => stored.shown[group] === 0 && stored.isStoredGroup(group)).length,
    ...counts,
    membershipsGrown: pairsIn(size, stored, 'now') - pairsIn(size, stored, 'before'),
    checksum: sum.sum,
  };
}

type Rows = Iterable<readonly [number, ReadonlySet<number>]>;

/** Groups with members, ascending. */
function* membersBefore(stored: StoredTenant): Rows {
  for (let group = 0; group < stored.shape.groups; group++) yield [group, new Set(stored.membersOf(group))];
}

function* membersNow(size: TenantSize): Rows {
  for (const { kind, group, members } of tenantRows(size))
    if (kind === 'user') yield [group, new Set(members)];
}

const childrenBefore = (stored: StoredTenant): Rows =>
  collected((visit) => {
    stored.forEachChild(visit);
  });
const childrenNow = (size: TenantSize): Rows =>
  collected((visit) => {
    for (const [parent, child] of nestingRows(size)) visit(parent, child);
  });

function collected(all: (visit: (parent: number, child: number) => void) => void): Rows {
  const rows = new Map<number, Set<number>>();
  all((parent, child) => {
    const children = rows.get(parent);
    if (children === undefined) rows.set(parent, new Set([child]));
    else children.add(child);
  });
  return [...rows].sort(([one], [other]) => one - other);
}

function compare(
  before: Rows,
  now: Rows,
  visit: (group: number, member: number, isAdded: boolean) => void,
): void {
  for (const [group, old, members] of sideBySide(before, now)) {
    for (const member of members) if (!old.has(member)) visit(group, member, true);
    for (const member of old) if (!members.has(member)) visit(group, member, false);
  }
}

/** Each group once, with its members in both; both go through groups in their order. */
function* sideBySide(
  one: Rows,
  other: Rows,
): Iterable<readonly [number, ReadonlySet<number>, ReadonlySet<number>]> {
  const [ones, others] = [Iterator.from(one), Iterator.from(other)];
  let [first = end, second = end] = [ones.next().value, others.next().value];
  while (first !== end || second !== end) {
    const group = Math.min(first[0], second[0]);
    yield [group, first[0] === group ? first[1] : nobody, second[0] === group ? second[1] : nobody];
    if (first[0] === group) first = ones.next().value ?? end;
    if (second[0] === group) second = others.next().value ?? end;
  }
}

const nobody: ReadonlySet<number> = new Set();
const end = [Number.POSITIVE_INFINITY, nobody] as const;

/** Effective memberships, derived whole. */
function pairsIn(size: TenantSize, stored: StoredTenant, when: 'before' | 'now'): number {
  const { shape, shown } = stored;
  const isBefore = when === 'before';
  const lists = isBefore
    ? { users: membersBefore(stored), children: childrenBefore(stored) }
    : { users: membersNow(size), children: childrenNow(size) };
  const sizes = effectiveSizes(
    membershipsOf({
      userEdges: edgesIn(lists.users),
      nestingEdges: edgesIn(lists.children),
      liveUsers: flags(shape.users, (user) =>
        isBefore ? stored.isStoredUser(user) && stored.isLiveUser(user) : user < size.users,
      ),
      liveGroups: flags(shape.groups, (group) =>
        isBefore ? stored.isStoredGroup(group) : shown[group] === 1,
      ),
    }),
  );
  return sizes.reduce((sum, members) => sum + members, 0);
}

function edgesIn(rows: Rows): Edges {
  let edges = { from: new Uint32Array(1024), to: new Uint32Array(1024) };
  let count = 0;
  for (const [group, members] of rows) {
    for (const member of members) {
      if (count === edges.from.length) edges = { from: doubled(edges.from), to: doubled(edges.to) };
      edges.from[count] = group;
      edges.to[count++] = member;
    }
  }
  return { from: edges.from.subarray(0, count), to: edges.to.subarray(0, count) };
}

function doubled(list: Uint32Array) {
  const larger = new Uint32Array(list.length * 2);
  larger.set(list);
  return larger;
}

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
const flags = (count: number, is: (number: number) => boolean) =>
  Uint8Array.from({ length: count }, (_, number) => (is(number) ? 1 : 0));
