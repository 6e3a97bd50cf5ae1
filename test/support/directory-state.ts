import type { DirectoryStore } from '../../shared/directory/directory-store.ts';
import type { DirectoryChange } from '../../shared/directory/outbox.ts';
import type { DirectoryId } from '../../shared/model/ids.ts';

const page = { limit: 1000 };

/** All that a caller can see of a small directory. Memberships are read from the side that is fewer: a checker compares the sides. */
export async function storedState(store: DirectoryStore, directory: DirectoryId) {
  const [users, groups, counts] = await Promise.all([
    store.users(directory, { order: 'userName', ...page }),
    store.groups(directory, { order: 'displayName', ...page }),
    store.counts(directory),
  ]);
  const pairs =
    users.items.length < groups.items.length
      ? users.items.map(async ({ object: { id } }) =>
          (await store.groupsOf(directory, { kind: 'user', id })).map((group) => [group, id] as const),
        )
      : groups.items.map(async ({ object: { id } }) =>
          (await store.members(directory, id, page)).members.map((member) => [id, member.id] as const),
        );
  const members = new Map<string, Set<string>>();
  for (const [group, member] of (await Promise.all(pairs)).flat()) {
    members.set(group, (members.get(group) ?? new Set<string>()).add(member));
  }
  return {
    users: users.items.map(({ object }) => object),
    groups: groups.items.map(({ object }) => object),
    counts,
    members,
  };
}

export type StoredState = Awaited<ReturnType<typeof storedState>>;

/** The state by names instead of ids and without times and stamps, so that two histories can be compared. */
export function named({ users, groups, counts, members }: StoredState) {
  const nameOf = new Map<string, string>();
  for (const { id, attributes } of users) nameOf.set(id, String(attributes['userName']));
  for (const { id, attributes } of groups) nameOf.set(id, String(attributes['displayName']));
  return {
    counts,
    users: users.map(({ version, attributes }) => ({ version, attributes })),
    groups: groups.map(({ id, version, attributes }) => ({
      version,
      attributes,
      members: [...(members.get(id) ?? [])].map((member) => nameOf.get(member) ?? member).sort(),
    })),
  };
}

/** Versions and members as the rows say them, in the words of `toldState`. */
export const inWordsOfOutbox = ({ users, groups, members }: StoredState) => ({
  versions: new Map([...users, ...groups].map(({ id, version }) => [id as string, version])),
  members,
});

/** The directory seen through its outbox alone: what a consumer that has followed every entry believes. */
export async function toldState(store: DirectoryStore, directory: DirectoryId) {
  const versions = new Map<string, number>();
  const members = new Map<string, Set<string>>();
  for (const { change } of await store.outbox(directory, { limit: 100_000 })) {
    if (change.kind === 'members-changed') follow(members, change);
    else if (change.kind === 'user-deleted') forget(change.user);
    else if (change.kind === 'group-deleted') forget(change.group);
    else versions.set('user' in change ? change.user : change.group, change.version);
  }
  return { versions, members: new Map([...members].filter(([, { size }]) => size > 0)) };

  function forget(id: string): void {
    versions.delete(id);
    members.delete(id);
    for (const set of members.values()) set.delete(id);
  }
}

function follow(
  members: Map<string, Set<string>>,
  { group, added, removed }: Extract<DirectoryChange, { kind: 'members-changed' }>,
): void {
  const now = members.get(group) ?? new Set<string>();
  for (const { id } of added) now.add(id);
  for (const { id } of removed) now.delete(id);
  members.set(group, now);
}
