import type { DirectoryId, RunId } from '../../../shared/model/ids.ts';
import { packGuids, unpackGuids } from '../../../shared/nesting/guid.ts';
import type { MemberType } from '../../../shared/sync/graph-port.ts';
import {
  type Fence,
  FenceLost,
  type NestedDirectoryStore,
  type NestedGroup,
  type NestedUser,
  type NestedWrite,
  type StagedKey,
} from '../../../shared/sync/nested-store.ts';
import type { JournalPart, NestedOutboxEntry, StagedPage } from '../../../shared/sync/round-records.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { newSyncState, type SyncState } from '../../../shared/sync/sync-state.ts';

interface Directory {
  lease: { holder: string; epoch: number; until: number };
  state: SyncState;
  readonly runs: Map<string, SyncRun>;
  readonly cancelled: Set<string>;
  readonly users: Map<string, NestedUser>;
  readonly groups: Map<string, NestedGroup>;
  /** Group → member → type. */
  readonly members: Map<string, Map<string, MemberType>>;
  /** Member that is no group → groups. */
  readonly groupsOf: Map<string, Set<string>>;
  /** By group, in slices. */
  readonly held: Map<string, readonly Uint8Array[]>;
  readonly staged: Map<string, StagedPage>;
  readonly journal: Map<string, JournalPart>;
  readonly outbox: Map<string, NestedOutboxEntry>;
}

/** Of a transaction. */
const rowsMax = 99;

/** Called before and after each write; may throw, as a process that dies does, or take its time, as one that hangs. */
export type Interruption = (moment: 'before-write' | 'after-write') => void | Promise<void>;

/** The port in memory. `interrupt` lets a simulation die between any two writes. */
export function memoryNestedStore(interrupt: Interruption = () => undefined): NestedDirectoryStore {
  const directories = new Map<string, Directory>();
  const of = (id: DirectoryId): Directory => {
    const found = directories.get(id) ?? newDirectory();
    directories.set(id, found);
    return found;
  };
  return {
    acquire: async (id, { holder, now, seconds }) => {
      const { lease } = of(id);
      if (lease.until > now && lease.holder !== holder) return undefined;
      const epoch = lease.epoch + 1;
      of(id).lease = { holder, epoch, until: now + seconds * 1000 };
      return { holder, epoch };
    },
    renew: async (id, fence, { now, seconds }) => {
      const { lease } = of(id);
      if (lease.epoch !== fence.epoch || lease.holder !== fence.holder)
        throw new FenceLost('the lease went on');
      lease.until = now + seconds * 1000;
    },
    isLeased: async (id, now) => of(id).lease.until > now,
    release: async (id, fence) => {
      const { lease } = of(id);
      if (lease.epoch === fence.epoch) of(id).lease = { ...lease, holder: '', until: 0 };
    },
    state: async (id) => structuredClone(of(id).state),
    run: async (id, run) => structuredClone(of(id).runs.get(run)),
    orderCancel: async (id, run) => {
      of(id).cancelled.add(run);
    },
    isCancelOrdered: async (id, run) => of(id).cancelled.has(run),
    commit: async (id, fence, writes) => {
      if (writes.length > rowsMax) throw new Error(`${writes.length} writes in one commit`);
      for (const some of transactionsOf(structuredClone(writes))) {
        await interrupt('before-write');
        mustHold(of(id), fence);
        for (const write of some) apply(of(id), write);
        await interrupt('after-write');
      }
    },
    commitWhole: async (id, fence, { writes, discards }) => {
      if (writes.length + keysOfRun(of(id), discards).length > rowsMax) return false;
      await interrupt('before-write');
      mustHold(of(id), fence);
      for (const write of structuredClone(writes)) apply(of(id), write);
      discardAll(of(id), discards);
      await interrupt('after-write');
      return true;
    },
    commitFitting: async (id, fence, { must, more, last }) => {
      const fitting = Math.min(more.length, rowsMax - must.length - last.length);
      if (fitting < 0 || must.length + fitting === 0) return undefined;
      await interrupt('before-write');
      mustHold(of(id), fence);
      const seal = fitting === more.length ? last : [];
      for (const write of structuredClone([...must, ...more.slice(0, fitting), ...seal]))
        apply(of(id), write);
      await interrupt('after-write');
      return fitting;
    },
    users: async (id, ids) => ids.flatMap((user) => structuredClone(of(id).users.get(user)) ?? []),
    groups: async (id, ids) => ids.flatMap((group) => structuredClone(of(id).groups.get(group)) ?? []),
    userPages: (id) => pagesOf(of(id).users),
    groupPages: (id) => pagesOf(of(id).groups),
    deadObjects: async (id, from) => deadObjects(of(id), from),
    countingUsers: (id) => counting(of(id)),
    nesting: async (id) => nestingOf(of(id)),
    members: async (id, group) => {
      const byType = Map.groupBy(of(id).members.get(group) ?? [], ([, type]) => type);
      byType.delete('group');
      return Object.fromEntries(
        [...byType].map(([type, entries]) => [type, packGuids(entries.map(([member]) => member))]),
      );
    },
    groupsOf: async (id, members) =>
      new Map(
        members.flatMap((member) => {
          const groups = of(id).groupsOf.get(member);
          return groups === undefined || groups.size === 0 ? [] : [[member, packGuids([...groups])] as const];
        }),
      ),
    heldMembers: async (id, group) => {
      const slices = of(id).held.get(group);
      return slices && Buffer.concat(slices);
    },
    isBlank: async (id) => {
      const { users, groups, members, groupsOf } = of(id);
      return users.size + groups.size + members.size + groupsOf.size === 0;
    },
    staged: async (id, key) => structuredClone(of(id).staged.get(stagedKey(key))),
    journal: async (id, run, part) => structuredClone(of(id).journal.get(`${run}/${part}`)),
    async *stagedPages(id, { run, stream, from, to }) {
      for (let page = from; page < to; page++)
        yield structuredClone(of(id).staged.get(stagedKey({ run, stream, page })));
    },
    async *journalParts(id, { run, from, to }) {
      for (let part = from; part < to; part++) yield structuredClone(of(id).journal.get(`${run}/${part}`));
    },
    settle: async (id, fence) => {
      await interrupt('before-write');
      mustHold(of(id), fence);
      settle(of(id));
      await interrupt('after-write');
    },
    discard: async (id, fence, run) => {
      await interrupt('before-write');
      mustHold(of(id), fence);
      const done = discardSome(of(id), run);
      await interrupt('after-write');
      return done;
    },
    forgetRuns: async (id, fence, { before, keep }) => {
      await interrupt('before-write');
      mustHold(of(id), fence);
      const isOld = (run: string) => run < before && !keep.some((kept) => kept === run);
      for (const run of [...of(id).runs.keys()].filter(isOld)) of(id).runs.delete(run);
      for (const run of [...of(id).cancelled].filter(isOld)) of(id).cancelled.delete(run);
      await interrupt('after-write');
      return true;
    },
    outbox: async (id, { after = '', limit }) =>
      [...of(id).outbox.values()]
        .filter(({ key }) => key > after)
        .sort((one, other) => (one.key < other.key ? -1 : 1))
        .slice(0, limit),
  };
}

const newDirectory = (): Directory => ({
  lease: { holder: '', epoch: 0, until: 0 },
  state: newSyncState,
  runs: new Map(),
  cancelled: new Set(),
  users: new Map(),
  groups: new Map(),
  members: new Map(),
  groupsOf: new Map(),
  held: new Map(),
  staged: new Map(),
  journal: new Map(),
  outbox: new Map(),
});

/** Whoever lost the lease writes nothing more. */
function mustHold({ lease }: Directory, { epoch }: Fence): void {
  if (lease.epoch !== epoch) throw new FenceLost('the lease went on');
}

/** What may take several transactions takes as many as can be; what says that all of it is written comes last and together. */
function transactionsOf(writes: readonly NestedWrite[]): readonly (readonly NestedWrite[])[] {
  if (!writes.some(({ kind }) => kind === 'members' || kind === 'held-members')) return [writes];
  const isLast = ({ kind }: NestedWrite) => kind === 'checkpoint' || kind === 'state';
  return [...writes.filter((write) => !isLast(write)).map((write) => [write]), writes.filter(isLast)];
}

const stagedKey = ({ run, stream, page }: StagedKey) => `${run}/${stream}/${page}`;

function apply(directory: Directory, write: NestedWrite): void {
  switch (write.kind) {
    case 'stage':
      directory.staged.set(stagedKey(write.key), write.page);
      return;
    case 'journal':
      directory.journal.set(`${write.run}/${write.part}`, write.content);
      return;
    case 'user':
      directory.users.set(write.user.id, write.user);
      return;
    case 'group':
      directory.groups.set(write.group.id, write.group);
      return;
    case 'forget':
      (write.what === 'user' ? directory.users : directory.groups).delete(write.id);
      return;
    case 'members':
      changeMembers(directory, write);
      return;
    case 'groups-of':
      changeGroups(directory, write);
      return;
    case 'held-members':
      hold(directory, write);
      return;
    case 'outbox':
      directory.outbox.set(write.entry.key, write.entry);
      return;
    case 'checkpoint':
      directory.runs.set(write.run.id, write.run);
      return;
    case 'state':
      directory.state = write.state;
      return;
  }
}

function changeGroups(directory: Directory, write: Extract<NestedWrite, { kind: 'groups-of' }>): void {
  const before = write.isFirst === true ? undefined : directory.groupsOf.get(write.member);
  const groups = before ?? new Set();
  for (const group of unpackGuids(write.added)) groups.add(group);
  for (const group of unpackGuids(write.removed)) groups.delete(group);
  directory.groupsOf.set(write.member, groups);
}

function changeMembers(directory: Directory, write: Extract<NestedWrite, { kind: 'members' }>): void {
  if (write.added.length + write.removed.length > 4096 * 16) throw new Error('too many members in one write');
  const before = write.isFirst === true ? undefined : directory.members.get(write.group);
  const members = before ?? new Map<string, MemberType>();
  for (const member of unpackGuids(write.added)) members.set(member, write.type);
  for (const member of unpackGuids(write.removed)) members.delete(member);
  directory.members.set(write.group, members);
}

function settle({ groups, members, groupsOf }: Directory): void {
  groupsOf.clear();
  for (const [group, of] of members) {
    if (!groups.has(group)) members.delete(group);
    else
      for (const [member, type] of of)
        if (type !== 'group') groupsOf.set(member, (groupsOf.get(member) ?? new Set()).add(group));
  }
}

const keysOfRun = (directory: Directory, run: RunId | undefined) =>
  [directory.staged, directory.journal].flatMap((map) =>
    [...map.keys()].filter((key) => key.startsWith(`${run}/`)),
  );

function discardAll(directory: Directory, run: RunId | undefined): void {
  while (run !== undefined && !discardSome(directory, run)) {
    // By pages.
  }
}

function discardSome(directory: Directory, run: RunId): boolean {
  const keys = keysOfRun(directory, run);
  if (keys.length <= 50) directory.cancelled.delete(run);
  for (const key of keys.slice(0, 50)) {
    directory.staged.delete(key);
    directory.journal.delete(key);
  }
  return keys.length <= 50;
}

async function* pagesOf<T>(rows: ReadonlyMap<string, T>): AsyncIterable<readonly T[]> {
  const all = [...rows]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, row]) => structuredClone(row));
  for (let start = 0; start < all.length; start += 100) yield all.slice(start, start + 100);
}

/** A few at a time, by kind. */
function deadObjects({ users, groups }: Directory, from = 'u ') {
  const rest = [...users.keys()].map((id) => `u ${id}`).concat([...groups.keys()].map((id) => `v ${id}`));
  const after = rest.filter((place) => place > from).sort();
  const shown = after.slice(0, deadAtOnce);
  const of = <T extends NestedUser | NestedGroup>(kind: string, rows: ReadonlyMap<string, T>) =>
    shown.flatMap((place) => {
      const row = place.startsWith(kind) ? rows.get(place.slice(2)) : undefined;
      return row === undefined || row.life === 'live' ? [] : [structuredClone(row)];
    });
  const next = after.length > shown.length ? shown.at(-1) : undefined;
  return { users: of('u', users), groups: of('v', groups), ...(next === undefined ? {} : { next }) };
}

const deadAtOnce = 3;

async function* counting({ users }: Directory): AsyncIterable<Uint8Array> {
  yield packGuids([...users.values()].flatMap(({ id, standing }) => (standing.counts ? [id] : [])));
}

function nestingOf({ groups, members }: Directory) {
  const count = (id: string, is: (type: MemberType) => boolean) =>
    [...(members.get(id) ?? [])].filter(([, type]) => is(type)).length;
  return {
    groups: [...groups.values()].map(({ id, life, told, held }) => ({
      id,
      life,
      told,
      held,
      users: count(id, (type) => type === 'user'),
      others: count(id, (type) => type !== 'user' && type !== 'group'),
    })),
    edges: [...members].flatMap(([parent, held]) =>
      [...held].flatMap(([child, type]) =>
        type === 'group' ? [{ parent: parent as NestedGroup['id'], child: child as NestedGroup['id'] }] : [],
      ),
    ),
  };
}

/** The last slice ends what was kept before. */
function hold(
  { held }: Directory,
  { group, members, slice = { place: 0, of: 1 } }: Extract<NestedWrite, { kind: 'held-members' }>,
): void {
  if (members === undefined) {
    held.delete(group);
    return;
  }
  const slices = [...(held.get(group) ?? [])];
  slices[slice.place] = members;
  held.set(group, slice.place === slice.of - 1 ? slices.slice(0, slice.of) : slices);
}
