import type { DirectoryStore } from '../shared/directory/directory-store.ts';
import { indexedGroup, indexedUser } from '../shared/directory/resources.ts';
import type { DirectoryId, MemberRef, UserId } from '../shared/model/ids.ts';
import { newGroupId, newUserId, type Randomness } from '../shared/model/new-ids.ts';
import { groupBody, userBody } from './company.ts';

/** What a store was filled with, by id, so that requests can be made for it. */
export interface World {
  readonly users: number;
  readonly userIds: readonly string[];
  /** Users that are in no group yet. */
  readonly joinerIds: readonly string[];
  readonly groups: readonly { readonly id: string; readonly displayName: string; readonly members: number }[];
}

export interface WorldSize {
  readonly users: number;
  readonly joiners: number;
  /** Members of each group. */
  readonly groups: readonly number[];
}

/** Fills a store past the protocol, as fast as it takes it. */
export async function seedStore(
  store: DirectoryStore,
  directory: DirectoryId,
  { size, random }: { readonly size: WorldSize; readonly random: Randomness },
): Promise<World> {
  const ids = Array.from({ length: size.users + size.joiners }, () => newUserId(random));
  const at = new Date(random.now()).toISOString();
  await sideBySide(ids, 16, (id, index) =>
    store.createUser(directory, indexedUser(seededUser({ id, index, at }))),
  );
  const userIds = ids.slice(0, size.users);
  const groups = [];
  for (const [index, members] of size.groups.entries()) {
    const body = groupBody(index);
    const group = {
      id: newGroupId(random),
      version: 1,
      membersStamp: '0',
      created: at,
      lastModified: at,
      attributes: body,
      raw: { body, patched: {} },
    };
    await store.createGroup(directory, indexedGroup(group), userIds.slice(0, members).map(member));
    groups.push({ id: group.id, displayName: body.displayName, members });
  }
  return { users: size.users, userIds, joinerIds: ids.slice(size.users), groups };
}

const member = (id: UserId): MemberRef => ({ kind: 'user', id });

function seededUser({ id, index, at }: { readonly id: UserId; readonly index: number; readonly at: string }) {
  const { schemas, ...attributes } = userBody(index);
  return {
    id,
    version: 1,
    created: at,
    lastModified: at,
    attributes,
    raw: { body: { schemas, ...attributes }, patched: {} },
  };
}

async function sideBySide<T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}
