import type { GroupId, UserId } from '../model/ids.ts';
import { collectDescendants } from '../nesting/effective.ts';
import { guidBytes, guidText } from '../nesting/guid.ts';
import { GuidTable } from '../nesting/guid-table.ts';
import { Marks } from '../nesting/marks.ts';
import type { Memberships } from '../nesting/memberships.ts';
import type { NestedGroup, NestedUser } from './nested-store.ts';
import { type InDirectory, idOf, type NestingView } from './nesting-view.ts';
import type { Ids } from './ordered-ids.ts';
import { numberOf } from './round-ids.ts';

type Stored = Pick<InDirectory, 'store' | 'directory'>;

/** Direct members of one group that are no groups, packed: who is a user of the directory is one whatever type Graph gave him there. */
export interface Held {
  readonly group: number;
  readonly packed: Uint8Array;
}

/** Of a group and all below it. */
export async function membersBelow(
  at: InDirectory,
  view: NestingView,
  number: number,
): Promise<readonly Held[]> {
  const marks = new Marks(view.ids.count);
  collectDescendants(view.memberships, number, marks);
  return await membersOfAll(at, view, marks.sorted());
}

export async function membersOfAll(
  at: InDirectory,
  view: NestingView,
  groups: Iterable<number>,
): Promise<readonly Held[]> {
  const wanted = [...groups].filter((group) => {
    const { users = 0, others = 0 } = view.facts.get(group) ?? {};
    return users + others > 0;
  });
  const held: Held[] = [];
  for (let start = 0; start < wanted.length; start += readsAtOnce) {
    const reads = wanted.slice(start, start + readsAtOnce).map(async (group) => {
      const { group: _, ...byType } = await at.store.members(at.directory, idOf(view, group));
      return { group, packed: joined(Object.values(byType)) };
    });
    held.push(...(await Promise.all(reads)));
  }
  return held;
}

function joined(lists: readonly Uint8Array[]): Uint8Array {
  const [only = new Uint8Array(0), ...others] = lists;
  if (others.length === 0) return only;
  const all = new Uint8Array(lists.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const list of lists) {
    all.set(list, filled);
    filled += list.length;
  }
  return all;
}

/** The members that a group above its limit keeps. */
export const heldIn = async ({ store, directory }: Stored, group: GroupId): Promise<Uint8Array> =>
  (await store.heldMembers(directory, group)) ?? new Uint8Array(0);

/** The first `limit` of these users that count, and where to go on. */
export async function countingUsers(at: Stored, ids: Ids, limit: number) {
  const users: NestedUser[] = [];
  for (let start = 0; start < ids.length && users.length <= limit; ) {
    // A few more than are missing, as some may not count.
    const wanted = Math.min(usersAtOnce, limit + 1 - users.length + spareUsers);
    const some = ids.slice(start, start + wanted) as UserId[];
    const rows = (await at.store.users(at.directory, some)).filter(({ standing }) => standing.counts);
    users.push(...rows.toSorted((one, other) => (one.id < other.id ? -1 : 1)));
    start += wanted;
  }
  const shown = users.slice(0, limit);
  const next = users.length > limit ? shown.at(-1)?.id : undefined;
  return { users: shown, next };
}

/**
 * The memberships with these users as number 0, 1, …; who does not count leads nowhere. The groups that hold them are those of
 * `below` when it is given, which is all that matters to a question about the group above.
 */
export async function withUsers(
  { store, directory }: Stored,
  view: NestingView,
  { users, below }: { readonly users: readonly NestedUser[]; readonly below?: readonly Held[] | undefined },
) {
  const holders = below === undefined ? await read() : holdersIn(below, users);
  const memberships: Memberships = {
    ...view.memberships,
    users: users.length,
    liveUsers: Uint8Array.from(users, ({ standing }) => (standing.counts ? 1 : 0)),
    groupsOf: (user) => holders[user] ?? new Uint32Array(0),
  };
  return { memberships };

  async function read(): Promise<readonly Uint32Array[]> {
    const ids = users.map(({ id }) => id);
    const reverse = await store.groupsOf(directory, ids);
    return ids.map((id) => numbersOf(view, reverse.get(id)));
  }
}

function holdersIn(below: readonly Held[], users: readonly NestedUser[]): readonly Uint32Array[] {
  const asked = new GuidTable();
  for (const { id } of users) numberOf(asked, id);
  const holders = users.map((): number[] => []);
  for (const { group, packed } of below) {
    for (let offset = 0; offset < packed.length; offset += guidBytes) {
      const index = asked.findPacked(packed, offset);
      if (index !== undefined) holders[index]?.push(group);
    }
  }
  return holders.map((numbers) => Uint32Array.from(numbers));
}

function numbersOf({ ids }: NestingView, packed: Uint8Array = new Uint8Array(0)): Uint32Array {
  const numbers: number[] = [];
  for (let offset = 0; offset < packed.length; offset += guidBytes) {
    const number = ids.findPacked(packed, offset);
    if (number !== undefined) numbers.push(number);
  }
  return Uint32Array.from(numbers);
}

export async function isHeld({ store, directory }: Stored, group: GroupId, user: UserId): Promise<boolean> {
  const packed = await heldIn({ store, directory }, group);
  for (let offset = 0; offset < packed.length; offset += guidBytes) {
    if (guidText(packed, offset) === user) return true;
  }
  return false;
}

export async function groupRows({ store, directory }: Stored, ids: readonly GroupId[]) {
  const rows: NestedGroup[] = [];
  for (let start = 0; start < ids.length; start += usersAtOnce) {
    rows.push(...(await store.groups(directory, ids.slice(start, start + usersAtOnce))));
  }
  return rows;
}

/** What a store reads by id in one call, and reads of groups side by side. */
export const usersAtOnce = 1000;
const readsAtOnce = 16;
export const spareUsers = 20;
