import type { GroupId, UserId } from '../model/ids.ts';
import { GatheredWrites, type Gathering, type Session } from './gathered-writes.ts';
import { KnownRows } from './known-rows.ts';
import type {
  NestedDirectoryStore,
  NestedGroup,
  NestedUser,
  StagedKey,
  StoredNesting,
} from './nested-store.ts';

/** A transaction of 100 rows with its fence, a checkpoint and a state. A process that dies reads ten seconds of pages again. */
export const fullTransactions: Gathering = { writes: 97, seconds: 10 };

/** A store whose commits are written when a transaction is full; whoever reads through it sees them at once. */
export interface GatheredStore extends NestedDirectoryStore {
  /** Everything committed so far is stored when this is done. */
  flush(): Promise<void>;
  /**
   * From here on what was decided is made true. It is stored before that; or, when nothing of the run is stored yet and all of
   * the rest fits in one transaction, that one is the moment, and pages and journal are never stored.
   */
  beginApply(): Promise<void>;
}

export function gatheredStore(store: NestedDirectoryStore, session: Session): GatheredStore {
  const writes = new GatheredWrites(store, session);
  const { directory } = session;
  const known = {
    users: new KnownRows((ids: readonly UserId[]) => store.users(directory, ids)),
    groups: new KnownRows((ids: readonly GroupId[]) => store.groups(directory, ids)),
  };
  return {
    ...store,
    flush: () => writes.flush(),
    beginApply: () => writes.beginApply(),
    commit: async (_, __, some) => {
      for (const write of some) {
        if (write.kind === 'user') known.users.forget(write.user.id);
        if (write.kind === 'group') known.groups.forget(write.group.id);
      }
      await writes.commit(some);
    },
    discard: async (_, __, run) => {
      writes.discard(run);
      return true;
    },
    ...readsOfObjects(known, writes),
    ...readsOfRounds(store, writes),
    ...readsOfRanges(store, writes),
  };
}

function readsOfObjects({ users, groups }: Known, held: GatheredWrites) {
  return {
    users: async (_, ids) => {
      const rest = ids.filter((user) => held.user(user) === undefined);
      return [...ids.flatMap((user) => held.user(user) ?? []), ...(await users.of(rest))];
    },
    groups: async (_, ids) => {
      const rest = ids.filter((group) => held.group(group) === undefined);
      return [...ids.flatMap((group) => held.group(group) ?? []), ...(await groups.of(rest))];
    },
  } satisfies Partial<NestedDirectoryStore>;
}

interface Known {
  readonly users: KnownRows<UserId, NestedUser>;
  readonly groups: KnownRows<GroupId, NestedGroup>;
}

function readsOfRounds(store: NestedDirectoryStore, held: GatheredWrites) {
  return {
    staged: async (id, key) => held.page(key) ?? (await store.staged(id, key)),
    journal: async (id, run, part) => held.part(part) ?? (await store.journal(id, run, part)),
    stagedPages: (id, { from, to, ...of }) => {
      const heldAt = (page: number) => held.page({ ...of, page } satisfies StagedKey);
      return merged({ from, to }, heldAt, (range) => store.stagedPages(id, { ...of, ...range }));
    },
    journalParts: (id, { from, to, run }) =>
      merged({ from, to }, held.part, (range) => store.journalParts(id, { run, ...range })),
  } satisfies Partial<NestedDirectoryStore>;
}

function readsOfRanges(store: NestedDirectoryStore, held: GatheredWrites) {
  const settled = async (): Promise<void> => {
    if (held.isLasting) await held.flush();
  };
  let examined: StoredNesting | undefined;
  async function* pages<T>(read: () => AsyncIterable<T>): AsyncIterable<T> {
    await settled();
    yield* read();
  }
  return {
    userPages: (id) => pages(() => store.userPages(id)),
    groupPages: (id) => pages(() => store.groupPages(id)),
    countingUsers: (id) => pages(() => store.countingUsers(id)),
    // Read when a round is examined, and given away when it is decided: nothing was written in between.
    nesting: async (id) => {
      await settled();
      const read = held.hasWritten ? undefined : examined;
      examined = undefined;
      if (read !== undefined) return read;
      const nesting = await store.nesting(id);
      if (!held.hasWritten) examined = nesting;
      return nesting;
    },
    members: async (id, group) => {
      await settled();
      return await store.members(id, group);
    },
    groupsOf: async (id, members) => {
      await settled();
      return await store.groupsOf(id, members);
    },
    heldMembers: async (id, group) => {
      await settled();
      return await store.heldMembers(id, group);
    },
  } satisfies Partial<NestedDirectoryStore>;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** What is held back in its turn, and what lies between read from the store in one go. */
async function* merged<T>(
  { from, to }: Range,
  heldAt: (number: number) => T | undefined,
  stored: (range: Range) => AsyncIterable<T | undefined>,
): AsyncIterable<T | undefined> {
  for (let at = from; at < to; ) {
    const found = heldAt(at);
    if (found !== undefined) {
      yield found;
      at++;
      continue;
    }
    let end = at + 1;
    while (end < to && heldAt(end) === undefined) end++;
    yield* stored({ from: at, to: end });
    at = end;
  }
}
