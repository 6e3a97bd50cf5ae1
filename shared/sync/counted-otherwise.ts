import type { DirectoryId, GroupId, UserId } from '../model/ids.ts';
import { unpackGuids } from '../nesting/guid.ts';
import { isHidden } from './fold-groups.ts';
import type { GroupFacts, NestedDirectoryStore, StoredNesting } from './nested-store.ts';

/** What Graph counted of the direct members of a group. */
export interface CountedGroup {
  readonly group: GroupFacts;
  readonly users: number | undefined;
  readonly groups: number | undefined;
}

export interface Difference extends CountedGroup {
  /** What is stored, deleted members included. */
  readonly stored: { readonly users: number; readonly groups: number };
}

interface Stored {
  readonly store: NestedDirectoryStore;
  readonly directory: DirectoryId;
  readonly nesting: StoredNesting;
  readonly mayReadHidden: boolean;
}

/**
 * Groups whose counts do not fit what is stored. Whether the index has soft-deleted members in it is not documented: with and
 * without them is right. Hidden members are nothing that this credential can count.
 */
export async function countedOtherwise(
  stored: Stored,
  counted: readonly CountedGroup[],
): Promise<readonly Difference[]> {
  const children = childrenIn(stored.nesting);
  const fewer = new FewerUsers(stored);
  const differences: Difference[] = [];
  for (const { group, users, groups } of counted) {
    const below = children(group.id);
    const groupsFit = groups === undefined || groups === below.all || groups === below.live;
    const usersFit = users === undefined || users === group.users || (await fewer.fits(group, users));
    if (!groupsFit || !usersFit)
      differences.push({ group, users, groups, stored: { users: group.users, groups: below.all } });
  }
  return await withoutHidden(stored, differences);
}

function childrenIn({ groups, edges }: StoredNesting) {
  const live = new Set<string>(groups.flatMap(({ id, life }) => (life === 'live' ? [id] : [])));
  const children = new Map<string, { all: number; live: number }>();
  for (const { parent, child } of edges) {
    const known = children.get(parent) ?? { all: 0, live: 0 };
    known.all++;
    if (live.has(child)) known.live++;
    children.set(parent, known);
  }
  return (group: GroupId) => children.get(group) ?? { all: 0, live: 0 };
}

/** Members are read one by one up to here; above, the deleted of the whole directory are gone through, once. */
const membersRead = 1000;

/** Whether it is for members who are deleted, or whom nobody has told of yet, that Graph counts fewer users. */
class FewerUsers {
  readonly #stored: Stored;
  #asleep: Promise<ReadonlySet<string>> | undefined;

  constructor(stored: Stored) {
    this.#stored = stored;
  }

  async fits(group: GroupFacts, counted: number): Promise<boolean> {
    if (counted > group.users) return false;
    const { store, directory } = this.#stored;
    const { user = new Uint8Array(0) } = await store.members(directory, group.id);
    const ids = unpackGuids(user);
    if (ids.length > membersRead) {
      this.#asleep ??= asleepIn(this.#stored);
      const asleep = await this.#asleep;
      return counted === ids.filter((id) => !asleep.has(id)).length;
    }
    const rows = await store.users(directory, ids as UserId[]);
    const live = rows.filter(({ life }) => life === 'live').length;
    const asleep = rows.length - live;
    return counted === live || counted === ids.length - asleep || counted === live + asleep;
  }
}

async function asleepIn({ store, directory }: Stored): Promise<ReadonlySet<string>> {
  const asleep = new Set<string>();
  let from: string | undefined;
  do {
    const { users, next } = await store.deadObjects(directory, from);
    for (const { id, life } of users) if (life === 'soft-deleted') asleep.add(id);
    from = next;
  } while (from !== undefined);
  return asleep;
}

async function withoutHidden(
  { store, directory, mayReadHidden }: Stored,
  differences: readonly Difference[],
): Promise<readonly Difference[]> {
  if (mayReadHidden || differences.length === 0) return differences;
  const rows = await store.groups(
    directory,
    differences.slice(0, rowsAtOnce).map(({ group }) => group.id),
  );
  const shown = new Set<string>(rows.flatMap(({ id, fields }) => (isHidden(fields) ? [] : [id])));
  return differences.filter(({ group }) => shown.has(group.id));
}

/** What a store reads by id in one call. */
const rowsAtOnce = 1000;
