import { GatheredWrites, type Gathering, type Session } from './gathered-writes.ts';
import type { NestedDirectoryStore, StagedKey } from './nested-store.ts';

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
  return {
    ...store,
    flush: () => writes.flush(),
    beginApply: () => writes.beginApply(),
    commit: (_, __, some) => writes.commit(some),
    discard: async (_, __, run) => {
      writes.discard(run);
      return true;
    },
    ...readsOfObjects(store, writes),
    ...readsOfRounds(store, writes),
    ...readsOfRanges(store, writes),
  };
}

function readsOfObjects(store: NestedDirectoryStore, held: GatheredWrites) {
  return {
    users: async (id, ids) => {
      const rest = ids.filter((user) => held.user(user) === undefined);
      const found = rest.length === 0 ? [] : await store.users(id, rest);
      return [...ids.flatMap((user) => held.user(user) ?? []), ...found];
    },
    groups: async (id, ids) => {
      const rest = ids.filter((group) => held.group(group) === undefined);
      const found = rest.length === 0 ? [] : await store.groups(id, rest);
      return [...ids.flatMap((group) => held.group(group) ?? []), ...found];
    },
  } satisfies Partial<NestedDirectoryStore>;
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
  async function* pages<T>(read: () => AsyncIterable<T>): AsyncIterable<T> {
    await settled();
    yield* read();
  }
  return {
    userPages: (id) => pages(() => store.userPages(id)),
    groupPages: (id) => pages(() => store.groupPages(id)),
    countingUsers: (id) => pages(() => store.countingUsers(id)),
    nesting: async (id) => {
      await settled();
      return await store.nesting(id);
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
