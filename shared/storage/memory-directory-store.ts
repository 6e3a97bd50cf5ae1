import type { DirectoryStore, KeysetPage, ObjectPage } from '../directory/directory-store.ts';
import type { DirectoryGroup, DirectoryUser } from '../model/directory-object.ts';
import { type DirectoryId, GroupId, type MemberRef } from '../model/ids.ts';
import type { Randomness } from '../model/new-ids.ts';
import { keyText } from './key-text.ts';
import { memberOfKey } from './membership-rows.ts';
import { MemoryDirectory, type MemoryObjects } from './memory-directory.ts';
import { changeMemoryGroup, createMemoryGroup } from './memory-group-writes.ts';
import { stampsFrom } from './stamps.ts';

/**
 * Directories in memory, with the semantics of the tables: for unit tests and for measuring the rooms above without storage.
 * Every call lets others run before it looks and again before it commits, so that races are real.
 */
export function memoryDirectoryStore(random: Randomness): DirectoryStore {
  const directories = new Map<string, MemoryDirectory>();
  const stamp = stampsFrom(random);

  async function stateOf(directory: DirectoryId): Promise<MemoryDirectory> {
    await null;
    const known = directories.get(directory);
    if (known) return known;
    const state = new MemoryDirectory();
    directories.set(directory, state);
    return state;
  }

  return {
    ...memoryReads(stateOf),

    async createUser(directory, user) {
      const state = await stateOf(directory);
      await null;
      state.users.put(user, userNameTaken);
      const { id, version, lastModified } = user.object;
      state.tell(stamp(), lastModified, [{ kind: 'user-created', user: id, version }]);
    },
    async replaceUser(directory, before, after) {
      const state = await stateOf(directory);
      await null;
      const { id, version, lastModified } = after.object;
      if (state.users.get(id)?.version !== before.object.version) return false;
      state.users.put(after, userNameTaken);
      state.tell(stamp(), lastModified, [{ kind: 'user-changed', user: id, version }]);
      return true;
    },
    async deleteUser(directory, { object: { id, version } }, at) {
      const state = await stateOf(directory);
      await null;
      if (state.users.get(id)?.version !== version) return false;
      state.users.remove(id);
      touch(state, state.partFromAll(id), { membersStamp: stamp(), lastModified: at });
      state.tell(stamp(), at, [{ kind: 'user-deleted', user: id, version }]);
      return true;
    },
    async createGroup(directory, group, members) {
      const state = await stateOf(directory);
      await null;
      return createMemoryGroup(state, group, { members, stamp: stamp() });
    },
    async changeGroup(directory, change) {
      const state = await stateOf(directory);
      await null;
      return changeMemoryGroup(state, change, stamp());
    },
    async deleteGroup(directory, { object: { id, version } }, at) {
      const state = await stateOf(directory);
      await null;
      if (state.groups.get(id)?.version !== version) return false;
      state.groups.remove(id);
      touch(state, state.partFromAll(id), { membersStamp: stamp(), lastModified: at });
      state.tell(stamp(), at, [{ kind: 'group-deleted', group: id, version }]);
      return true;
    },
    async completeInterrupted(directory) {
      await stateOf(directory);
      return 0;
    },
    async deleteDirectory(directory) {
      await null;
      directories.delete(directory);
      return true;
    },
  };
}

const userNameTaken = 'userName is held by another user of this directory.';

type Writes =
  | 'createUser'
  | 'replaceUser'
  | 'deleteUser'
  | 'createGroup'
  | 'changeGroup'
  | 'deleteGroup'
  | 'completeInterrupted'
  | 'deleteDirectory';

function memoryReads(
  stateOf: (directory: DirectoryId) => Promise<MemoryDirectory>,
): Omit<DirectoryStore, Writes> {
  return {
    user: async (directory, id) => (await stateOf(directory)).users.get(id),
    group: async (directory, id) => (await stateOf(directory)).groups.get(id),
    async usersBy(directory, index, key) {
      const { users } = await stateOf(directory);
      return index === 'userName' ? listed(users.named(keyText(key))) : users.holding(index, key);
    },
    async groupsBy(directory, index, key) {
      const { groups } = await stateOf(directory);
      return index === 'displayName' ? listed(groups.named(keyText(key))) : groups.holding(index, key);
    },
    users: async (directory, page) => pageOf((await stateOf(directory)).users, page),
    groups: async (directory, page) => pageOf((await stateOf(directory)).groups, page),
    async positionAt(directory, { kind, order, offset }) {
      const state = await stateOf(directory);
      const objects = kind === 'user' ? state.users : state.groups;
      return (order === 'id' ? objects.ids : objects.names).at(offset);
    },
    async counts(directory) {
      const { users, groups } = await stateOf(directory);
      return { users: users.ids.size, groups: groups.ids.size };
    },
    async members(directory, group, { after, limit }) {
      const keys = (await stateOf(directory)).members(group).after(after, limit + 1);
      const members = keys.slice(0, limit).map(memberOfKey);
      const last = members.at(-1);
      return keys.length > limit && last ? { members, next: last.id } : { members };
    },
    async membersAmong(directory, group, members) {
      const present = (await stateOf(directory)).members(group);
      return members.filter(({ id }) => present.has(id));
    },
    groupsOf: async (directory, member: MemberRef) =>
      [...(await stateOf(directory)).groupsOf(member.id)].map((id) => id as GroupId),
    nestingEdges: async (directory) =>
      (await stateOf(directory))
        .nestingEdges()
        .map(({ group, member }) => ({ group: GroupId.parse(group), member })),
    async outbox(directory, { after, limit }) {
      const { outbox } = await stateOf(directory);
      const start = after === undefined ? 0 : outbox.findIndex(({ key }) => key > after);
      return start < 0 ? [] : outbox.slice(start, start + limit);
    },
  };
}

const listed = <T>(found: T | undefined): readonly T[] => (found === undefined ? [] : [found]);

function pageOf<T extends DirectoryUser | DirectoryGroup>(
  objects: MemoryObjects<T>,
  { order, after, backwards, limit }: KeysetPage<string>,
): ObjectPage<T> {
  const keys = order === 'id' ? objects.ids : objects.names;
  const found = backwards ? keys.before(after, limit + 1) : keys.after(after, limit + 1);
  const items = found.slice(0, limit).flatMap((position) => {
    const object = order === 'id' ? objects.get(position) : objects.named(position);
    return object ? [{ position, object }] : [];
  });
  return { items, more: found.length > limit };
}

/** The groups an object was in changed their members. */
function touch(
  state: MemoryDirectory,
  groups: readonly string[],
  change: Pick<DirectoryGroup, 'membersStamp' | 'lastModified'>,
): void {
  for (const id of groups) {
    const group = state.groups.get(id);
    if (group) state.groups.refresh({ ...group, ...change });
  }
}
