import { isDeepStrictEqual } from 'node:util';
import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DirectoryId, GroupId, RunId, UserId } from '../../shared/model/ids.ts';
import { packGuids, unpackGuids } from '../../shared/nesting/guid.ts';
import {
  type Fence,
  FenceLost,
  type FittingCommit,
  type NestedDirectoryStore,
  type NestedGroup,
  type NestedUser,
  type NestedWrite,
} from '../../shared/sync/nested-store.ts';
import { newRun } from '../../shared/sync/new-run.ts';
import type { Checked, SyncRun } from '../../shared/sync/run-records.ts';
import { defaultNestedSettings } from '../../shared/sync/settings.ts';
import { newSyncState, type SyncState } from '../../shared/sync/sync-state.ts';

const guid = (n: number) =>
  `${((n * 2654435761) % 2 ** 32).toString(16).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const user = (n: number) => UserId.parse(guid(n));
const group = (n: number) => GroupId.parse(guid(n));
const packed = (ids: readonly string[]) => packGuids(ids);
/** Packed ids are sets: the port promises no order. */
const unpacked = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : unpackGuids(bytes).sort();
const ascending = (numbers: readonly number[]) => numbers.map(guid).sort();
const run = RunId.parse(`run_${'1'.repeat(32)}`);
const at = '2026-11-23T06:33:00.000Z';

const nestedUser = (n: number, facts: Partial<NestedUser> = {}): NestedUser => ({
  id: user(n),
  version: 1,
  created: at,
  lastModified: at,
  life: 'live',
  lifeSince: '',
  standing: { counts: true, inScope: true },
  fields: { displayName: `User ${n} \u{1FABA}`, mail: null },
  attributes: { userName: `u${n}@x` },
  ...facts,
});

const nestedGroup = (n: number, facts: Partial<NestedGroup> = {}): NestedGroup => ({
  id: group(n),
  version: 1,
  created: at,
  lastModified: at,
  life: 'live',
  lifeSince: '',
  told: true,
  held: false,
  fields: { displayName: `Group ${n}` },
  attributes: {},
  ...facts,
});

const members = (n: number, added: readonly number[], removed: readonly number[] = []): NestedWrite => ({
  kind: 'members',
  group: group(n),
  type: 'user',
  added: packed(added.map(guid)),
  removed: packed(removed.map(guid)),
});

const checkpoint = newRun(
  {
    ...{ id: run, directory: DirectoryId.parse(`dir_${'0'.repeat(32)}`), mode: 'sync', trigger: 'timer' },
    ...{ settings: defaultNestedSettings, settingsVersion: 1, pinnedTenantId: 't', confirmedHash: 'h' },
    startedAt: at,
  },
  newSyncState,
);

const noCounts = {
  ...{ usersCreated: 0, usersDeactivated: 0, usersRemoved: 0, groupsCreated: 0, groupsRemoved: 0 },
  ...{ directAdded: 0, directRemoved: 0, membershipsAdded: 0, membershipsRemoved: 0, groupsHeld: 0 },
};

let directories = 0;

/** What every implementation of `NestedDirectoryStore` owes (DESIGN: one contract suite for all). */
export function describeNestedStore(name: string, open: () => Promise<NestedDirectoryStore>): void {
  describe(name, () => {
    let store: NestedDirectoryStore;
    let directory: DirectoryId;
    let fence: Fence;

    const commit = (...writes: NestedWrite[]) => store.commit(directory, fence, writes);

    beforeEach(async () => {
      store = await open();
      directory = DirectoryId.parse(
        `dir_${(Date.now() * 1000 + directories++).toString(16).padStart(32, '0')}`,
      );
      const taken = await store.acquire(directory, { holder: 'a', now: 1_800_000_000_000, seconds: 180 });
      if (taken === undefined) throw new Error('a new directory had a lease');
      fence = taken;
    });

    test('a lease is held until it expires or is given back; each taking has a higher epoch', async () => {
      const now = 1_800_000_000_000;
      expect(fence).toEqual({ holder: 'a', epoch: 1 });
      expect(
        await store.acquire(directory, { holder: 'b', now: now + 179_999, seconds: 180 }),
      ).toBeUndefined();
      expect(await store.acquire(directory, { holder: 'a', now: now + 1, seconds: 180 })).toEqual({
        holder: 'a',
        epoch: 2,
      });
      const second = await store.acquire(directory, { holder: 'b', now: now + 180_002, seconds: 180 });
      expect(second).toEqual({ holder: 'b', epoch: 3 });
      await store.release(directory, { holder: 'a', epoch: 2 });
      expect(
        await store.acquire(directory, { holder: 'c', now: now + 180_003, seconds: 180 }),
      ).toBeUndefined();
      await store.release(directory, { holder: 'b', epoch: 3 });
      expect(await store.acquire(directory, { holder: 'c', now: now + 180_003, seconds: 180 })).toEqual({
        holder: 'c',
        epoch: 4,
      });
    });

    test('a lease that is renewed in time is kept, whatever is committed meanwhile; one that went on is not renewed', async () => {
      const now = 1_800_000_000_000;
      const holds = async (at: number) =>
        [
          await store.isLeased(directory, at),
          await store.acquire(directory, { holder: 'b', now: at, seconds: 1 }),
        ] as const;
      expect(await store.isLeased(directory, now + 179_999)).toBe(true);
      expect(await store.isLeased(directory, now + 180_000)).toBe(false);
      const renewals = [100_000, 150_000].map((later) =>
        store.renew(directory, fence, { now: now + later, seconds: 180 }),
      );
      await Promise.all([...renewals, commit({ kind: 'user', user: nestedUser(1) })]);
      expect(await holds(now + 279_999)).toEqual([true, undefined]);
      await store.renew(directory, fence, { now: now + 200_000, seconds: 180 });
      await commit({ kind: 'user', user: nestedUser(2) });
      expect(await holds(now + 379_999)).toEqual([true, undefined]);
      expect(await holds(now + 380_001)).toEqual([false, { holder: 'b', epoch: 2 }]);
      await expect(store.renew(directory, fence, { now: now + 380_002, seconds: 180 })).rejects.toThrow(
        FenceLost,
      );
      await store.release(directory, { holder: 'b', epoch: 2 });
      await expect(
        store.renew(directory, { holder: 'b', epoch: 2 }, { now: now + 380_003, seconds: 180 }),
      ).rejects.toThrow(FenceLost);
      expect(await store.isLeased(directory, now + 380_004)).toBe(false);
    });

    test('of many who want a free lease at once one gets it', async () => {
      await store.release(directory, fence);
      const holders = Array.from({ length: 10 }, (_, index) => `h${index}`);
      const taken = await Promise.all(
        holders.map((holder) => store.acquire(directory, { holder, now: 1_800_000_000_000, seconds: 180 })),
      );
      expect(taken.filter((fenceTaken) => fenceTaken !== undefined)).toHaveLength(1);
    });

    test('a zombie writes nothing: whoever lost the lease fails whole (F10)', async () => {
      await commit({ kind: 'user', user: nestedUser(1) });
      const zombie = fence;
      const next = await store.acquire(directory, { holder: 'b', now: 1_900_000_000_000, seconds: 180 });
      if (next === undefined) throw new Error('an expired lease was not free');
      await expect(store.commit(directory, zombie, [{ kind: 'user', user: nestedUser(2) }])).rejects.toThrow(
        FenceLost,
      );
      await expect(store.commit(directory, zombie, [members(1, [1])])).rejects.toThrow(FenceLost);
      await store.commit(directory, next, [{ kind: 'user', user: nestedUser(3) }]);
      const found = await store.users(directory, [user(1), user(2), user(3)]);
      expect(found.map(({ id }) => id).sort()).toEqual(ascending([1, 3]));
      expect(unpacked((await store.members(directory, group(1))).user) ?? []).toEqual([]);
    });

    test('users and groups come back as they were written, and are gone when forgotten', async () => {
      const gone = nestedUser(2, {
        life: 'gone',
        lifeSince: at,
        standing: { counts: false, inScope: false, reason: 'deleted' },
      });
      await commit(
        { kind: 'user', user: nestedUser(1) },
        { kind: 'user', user: gone },
        { kind: 'group', group: nestedGroup(3) },
      );
      expect(await store.users(directory, [user(1), user(2), user(9)])).toEqual([nestedUser(1), gone]);
      expect(await store.groups(directory, [group(3), group(9)])).toEqual([nestedGroup(3)]);
      await commit({ kind: 'user', user: nestedUser(1, { version: 2, fields: {} }) });
      expect(await store.users(directory, [user(1)])).toEqual([nestedUser(1, { version: 2, fields: {} })]);
      await commit(
        { kind: 'forget', what: 'user', id: user(1) },
        { kind: 'forget', what: 'group', id: group(3) },
      );
      await commit({ kind: 'forget', what: 'user', id: user(1) });
      expect([await store.users(directory, [user(1)]), await store.groups(directory, [group(3)])]).toEqual([
        [],
        [],
      ]);
    });

    test('pages list everything in id order; those who count are listed packed', async () => {
      const numbers = [5, 3, 8, 1];
      await commit(
        ...numbers.map(
          (n): NestedWrite => ({
            kind: 'user',
            user: nestedUser(n, { standing: { counts: n !== 8, inScope: true } }),
          }),
        ),
        ...numbers.map((n): NestedWrite => ({ kind: 'group', group: nestedGroup(n + 20) })),
      );
      const listed = async <T>(pages: AsyncIterable<readonly T[]>) => {
        const all: T[] = [];
        for await (const page of pages) all.push(...page);
        return all;
      };
      expect((await listed(store.userPages(directory))).map(({ id }) => id)).toEqual(ascending(numbers));
      expect((await listed(store.groupPages(directory))).map(({ id }) => id)).toEqual(
        ascending([25, 23, 28, 21]),
      );
      const counting: string[] = [];
      for await (const bytes of store.countingUsers(directory)) counting.push(...unpackGuids(bytes));
      expect(counting.sort()).toEqual(ascending([5, 3, 1]));
    });

    test('members are sets by type: adding twice and removing the absent do nothing, counts follow', async () => {
      await commit({ kind: 'group', group: nestedGroup(1) });
      await commit(members(1, [10, 11, 12]));
      await commit(members(1, [11, 13], [12, 99]));
      await commit(members(1, [11, 13], [12, 99]));
      await commit({
        kind: 'members',
        group: group(1),
        type: 'device',
        added: packed([guid(50)]),
        removed: packed([]),
      });
      const found = await store.members(directory, group(1));
      expect([unpacked(found.user), unpacked(found.device)]).toEqual([ascending([10, 11, 13]), [guid(50)]]);
      expect(await store.nesting(directory)).toEqual({
        groups: [{ id: group(1), life: 'live', told: true, held: false, users: 3, others: 1 }],
        edges: [],
      });
      await commit(members(1, [], [10, 11, 13]));
      expect(unpacked((await store.members(directory, group(1))).user) ?? []).toEqual([]);
      expect((await store.nesting(directory)).groups[0]?.users).toBe(0);
    });

    test('members agree with a plain set over any sequence of changes, chunks splitting and vanishing', async () => {
      const change = fc.record({
        added: fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 }),
        removed: fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 60 }),
      });
      let next = 100;
      await fc.assert(
        fc.asyncProperty(fc.array(change, { maxLength: 6 }), async (changes) => {
          const n = next++;
          await commit({ kind: 'group', group: nestedGroup(n) });
          let model = new Set<number>();
          for (const { added, removed } of changes) {
            const gone = removed.filter((id) => !added.includes(id));
            await commit(members(n, added, gone));
            model = new Set([...model, ...added]).difference(new Set(gone));
          }
          expect(unpacked((await store.members(directory, group(n))).user) ?? []).toEqual(
            ascending([...model]),
          );
          const facts = (await store.nesting(directory)).groups.find(({ id }) => id === group(n));
          expect(facts?.users).toBe(model.size);
        }),
        { numRuns: 8 },
      );
    });

    test('a group of 10,000 members is kept in parts and changed in few of them', async () => {
      await commit({ kind: 'group', group: nestedGroup(1) });
      const all = Array.from({ length: 10_000 }, (_, index) => index + 1000);
      const sorted = all.map(guid).sort();
      for (let start = 0; start < sorted.length; start += 4096) {
        const added = packed(sorted.slice(start, start + 4096));
        await commit({ kind: 'members', group: group(1), type: 'user', added, removed: packed([]) });
      }
      expect(unpacked((await store.members(directory, group(1))).user)).toEqual(sorted);
      await commit(members(1, [5], [1000, 6000]));
      const expected = ascending([5, ...all.filter((n) => n !== 1000 && n !== 6000)]);
      expect(unpacked((await store.members(directory, group(1))).user)).toEqual(expected);
      expect((await store.nesting(directory)).groups[0]?.users).toBe(9999);
    });

    test('one commit changes the members of many groups, and may be repeated', async () => {
      const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
      await commit(...numbers.map((n): NestedWrite => ({ kind: 'group', group: nestedGroup(n) })));
      const changes = numbers.map((n) => members(n, [100, 200 + n], n === 7 ? [100] : []));
      await commit(...numbers.map((n) => members(n, [100])));
      await commit(...changes);
      await commit(...changes);
      const found = await Promise.all(
        numbers.map(async (n) => unpacked((await store.members(directory, group(n))).user)),
      );
      expect(found).toEqual(numbers.map((n) => ascending(n === 7 ? [207] : [100, 200 + n])));
      const counts = (await store.nesting(directory)).groups.map(({ users }) => users);
      expect(counts.reduce((sum, users) => sum + users, 0)).toBe(79);
    });

    test('when it is settled, the groups of each member are those whose lists have him', async () => {
      const inGroups = (n: number, groups: readonly number[]): NestedWrite => ({
        ...{ kind: 'groups-of', member: guid(n), added: packed(groups.map(guid)), removed: packed([]) },
      });
      await commit(...[1, 2].map((n): NestedWrite => ({ kind: 'group', group: nestedGroup(n) })));
      await commit(members(1, [10, 11]), members(2, [11]), {
        ...members(2, [50]),
        type: 'device',
      } as NestedWrite);
      await commit({ ...members(1, [2]), type: 'group' } as NestedWrite);
      // One direction without the other, as whoever ends half-way leaves it.
      await commit(inGroups(10, [2]), inGroups(11, [1, 2]), inGroups(12, [1]));
      for (const _ of ['once', 'again']) {
        await store.settle(directory, fence);
        const found = await store.groupsOf(directory, [10, 11, 12, 50].map(guid));
        expect(new Map([...found].map(([member, groups]) => [member, unpacked(groups)]))).toEqual(
          new Map([
            [guid(10), ascending([1])],
            [guid(11), ascending([1, 2])],
            [guid(50), ascending([2])],
          ]),
        );
        expect((await store.nesting(directory)).edges).toEqual([{ parent: group(1), child: group(2) }]);
      }
    });

    test('one commit may say several things of one group, the last one counts', async () => {
      const of = (type: 'group' | 'device', added: readonly number[], removed: readonly number[] = []) => ({
        ...members(1, added, removed),
        type,
      });
      await commit({ kind: 'group', group: nestedGroup(1) }, { kind: 'group', group: nestedGroup(2) });
      await commit(members(1, [10, 11]), of('group', [2, 3]));
      const said = [
        members(1, [12, 13], [10]),
        of('device', [50]),
        of('group', [1], [3]),
        members(1, [10], [12]),
      ] as const;
      for (const _ of ['once', 'again']) {
        await commit(...(said as readonly NestedWrite[]));
        const found = await store.members(directory, group(1));
        expect([unpacked(found.user), unpacked(found.device)]).toEqual([ascending([10, 11, 13]), [guid(50)]]);
        const { groups, edges } = await store.nesting(directory);
        expect(groups.find(({ id }) => id === group(1))).toMatchObject({ users: 3, others: 1 });
        expect(edges.map(({ child }) => child).sort()).toEqual(ascending([1, 2]));
      }
    });

    test('who is taken out of a group is out, whatever he was called when he came', async () => {
      const of = (
        type: 'user' | 'device' | 'other',
        added: readonly number[],
        removed: readonly number[],
      ) => ({
        ...members(1, added, removed),
        type,
      });
      await commit({ kind: 'group', group: nestedGroup(1) });
      await commit(of('user', [10, 11], []), of('device', [50, 51], []));
      for (const _ of ['once', 'again']) {
        await commit(of('other', [60], [10]), of('user', [12], [50]));
        const { user, device, other } = await store.members(directory, group(1));
        expect([unpacked(user), unpacked(device), unpacked(other)]).toEqual([
          ascending([11, 12]),
          [guid(51)],
          [guid(60)],
        ]);
        const { groups } = await store.nesting(directory);
        expect(groups.find(({ id }) => id === group(1))).toMatchObject({ users: 2, others: 2 });
      }
    });

    test('first memberships are written whatever is there, and may be repeated', async () => {
      const all = Array.from({ length: 4000 }, (_, index) => index + 1000);
      const first: readonly NestedWrite[] = [
        { ...members(1, all), isFirst: true } as NestedWrite,
        { kind: 'groups-of', member: guid(1), added: packed([guid(7)]), removed: packed([]), isFirst: true },
      ];
      await commit({ kind: 'group', group: nestedGroup(1) });
      await commit({ ...members(1, [5]), isFirst: true } as NestedWrite);
      for (const _ of ['once', 'again']) {
        await commit(...first);
        expect(unpacked((await store.members(directory, group(1))).user)).toEqual(ascending(all));
        expect(unpacked((await store.groupsOf(directory, [guid(1)])).get(guid(1)))).toEqual([guid(7)]);
        expect((await store.nesting(directory)).groups[0]?.users).toBe(4000);
      }
      await commit(members(1, [5], [1000]));
      expect((await store.nesting(directory)).groups[0]?.users).toBe(4000);
    });

    test('what has to be one transaction is written whole or not at all, and never by a zombie', async () => {
      const users = (count: number) =>
        Array.from({ length: count }, (_, n): NestedWrite => ({ kind: 'user', user: nestedUser(n) }));
      expect(await store.commitWhole(directory, fence, { writes: [...users(120), members(1, [1])] })).toBe(
        false,
      );
      expect(await store.isBlank(directory)).toBe(true);
      const writes = [...users(60), members(1, [1]), { kind: 'checkpoint', run: checkpoint } as const];
      expect(await store.commitWhole(directory, fence, { writes })).toBe(true);
      expect(unpacked((await store.members(directory, group(1))).user)).toEqual([guid(1)]);
      expect(await store.run(directory, run)).toEqual(checkpoint);
      await store.acquire(directory, { holder: 'b', now: 1_900_000_000_000, seconds: 180 });
      await expect(store.commitWhole(directory, fence, { writes: users(1) })).rejects.toThrow(FenceLost);
    });

    test('a transaction takes what it must, and as many of the rest as fit, and is never sent by a zombie', async () => {
      const users = (count: number, from = 0) =>
        Array.from({ length: count }, (_, n): NestedWrite => ({ kind: 'user', user: nestedUser(from + n) }));
      const last: readonly NestedWrite[] = [{ kind: 'checkpoint', run: checkpoint }];
      const fitting = (some: Partial<FittingCommit>) =>
        store.commitFitting(directory, fence, { must: [], more: [], last: [], ...some });
      expect(await fitting({ must: users(120), more: users(1) })).toBeUndefined();
      expect(await fitting({ last })).toBeUndefined();
      expect([await store.isBlank(directory), await store.run(directory, run)]).toEqual([true, undefined]);

      expect(await fitting({ must: users(90), more: users(20, 90), last })).toBe(8);
      const stored = await store.users(
        directory,
        users(110).map((_, n) => user(n)),
      );
      expect([stored.length, await store.run(directory, run)]).toEqual([98, undefined]);
      expect(await fitting({ more: users(12, 98), last })).toBe(12);
      expect((await store.users(directory, [user(98), user(109)])).length).toBe(2);
      expect(await store.run(directory, run)).toEqual(checkpoint);
      expect(await fitting({ must: users(99), more: users(1, 200) })).toBe(0);

      await store.acquire(directory, { holder: 'b', now: 1_900_000_000_000, seconds: 180 });
      await expect(fitting({ must: users(1) })).rejects.toThrow(FenceLost);
    });

    test('with what has to be one transaction goes all that a run kept for itself, or nothing', async () => {
      const page = { kind: 'users' as const, items: [] };
      const stage = (count: number, of = run) =>
        commit(
          ...Array.from({ length: count }, (_, n): NestedWrite => {
            return { kind: 'stage', key: { run: of, stream: 'users', page: n }, page };
          }),
        );
      const other = RunId.parse(`run_${'2'.repeat(32)}`);
      const part: NestedWrite = { kind: 'journal', run, part: 0, content: { kind: 'users', items: [] } };
      const left = async () => [
        await store.staged(directory, { run, stream: 'users', page: 0 }),
        await store.journal(directory, run, 0),
        await store.isCancelOrdered(directory, run),
        await store.staged(directory, { run: other, stream: 'users', page: 0 }),
      ];
      await stage(97);
      await stage(1, other);
      await store.orderCancel(directory, run);
      const writes = Array.from(
        { length: 9 },
        (_, n): NestedWrite => ({ kind: 'user', user: nestedUser(n) }),
      );
      expect(await store.commitWhole(directory, fence, { writes, discards: run })).toBe(false);
      expect([await store.isBlank(directory), await left()]).toEqual([true, [page, undefined, true, page]]);
      while (!(await store.discard(directory, fence, run))) {
        // By pages.
      }
      await stage(5);
      await commit(part);
      await store.orderCancel(directory, run);
      expect(await store.commitWhole(directory, fence, { writes, discards: run })).toBe(true);
      expect(await left()).toEqual([undefined, undefined, false, page]);
      expect(await store.users(directory, [user(8)])).toEqual([nestedUser(8)]);
    });

    test('a directory is blank until something is made true', async () => {
      await commit(
        { kind: 'stage', key: { run, stream: 'users', page: 0 }, page: { kind: 'users', items: [] } },
        { kind: 'checkpoint', run: checkpoint },
      );
      expect(await store.isBlank(directory)).toBe(true);
      await commit(members(1, [1]));
      expect(await store.isBlank(directory)).toBe(false);
    });

    test('of several things said of one object in one commit the last one counts', async () => {
      await commit(
        { kind: 'user', user: nestedUser(1) },
        { kind: 'group', group: nestedGroup(2) },
        { kind: 'user', user: nestedUser(1, { version: 2 }) },
        { kind: 'group', group: nestedGroup(2, { version: 3 }) },
      );
      expect(await store.users(directory, [user(1)])).toEqual([nestedUser(1, { version: 2 })]);
      expect(await store.groups(directory, [group(2)])).toEqual([nestedGroup(2, { version: 3 })]);
    });

    test('child groups are told by the nesting alone', async () => {
      await commit(
        { kind: 'group', group: nestedGroup(1) },
        { kind: 'group', group: nestedGroup(2, { told: false, life: 'soft-deleted' }) },
      );
      const children = (added: readonly number[], removed: readonly number[]): NestedWrite => ({
        kind: 'members',
        group: group(1),
        type: 'group',
        added: packed(added.map(guid)),
        removed: packed(removed.map(guid)),
      });
      await commit(children([2, 3], []));
      await commit(children([1], [3]));
      const nesting = await store.nesting(directory);
      const byId = <T extends { readonly id?: string; readonly child?: string }>(one: T, other: T) =>
        `${one.id ?? one.child}` < `${other.id ?? other.child}` ? -1 : 1;
      expect([...nesting.edges].sort(byId)).toEqual(
        ascending([1, 2]).map((child) => ({ parent: group(1), child })),
      );
      expect([...nesting.groups].sort(byId)).toEqual(
        [
          { id: group(1), life: 'live', told: true, held: false, users: 0, others: 0 },
          { id: group(2), life: 'soft-deleted', told: false, held: false, users: 0, others: 0 },
        ].sort(byId),
      );
    });

    test('the groups of members are sets too, and nothing is left of a member in none', async () => {
      const groupsOf = (
        member: number,
        added: readonly number[],
        removed: readonly number[],
      ): NestedWrite => ({
        kind: 'groups-of',
        member: guid(member),
        added: packed(added.map(guid)),
        removed: packed(removed.map(guid)),
      });
      await commit(groupsOf(1, [7, 5], []), groupsOf(2, [5], []));
      await commit(groupsOf(1, [6], [7, 9]), groupsOf(2, [], [5]));
      const found = await store.groupsOf(directory, [guid(1), guid(2), guid(3)]);
      expect([...found].map(([member, groups]) => [member, unpackGuids(groups)])).toEqual([
        [guid(1), ascending([5, 6])],
      ]);
    });

    test('a group may hold 58,000 groups, and a user may be in as many: more than a row takes', async () => {
      const ids = ascending(Array.from({ length: 58_000 }, (_, index) => index + 10));
      const none = packed([]);
      const slices = Array.from({ length: 15 }, (_, index) => ids.slice(index * 4096, (index + 1) * 4096));
      const children = (kind: 'added' | 'removed', keep: readonly string[] = []) =>
        slices.map(
          (slice): NestedWrite => ({
            ...{ kind: 'members', group: group(1), type: 'group', added: none, removed: none },
            [kind]: packed(slice.filter((id) => !keep.includes(id))),
          }),
        );
      await commit(...children('added'));
      await commit({ kind: 'group', group: nestedGroup(1) }, members(1, [1, 2]));
      const inGroups = (of: readonly string[], kind: 'added' | 'removed'): NestedWrite => ({
        ...{ kind: 'groups-of', member: guid(1), added: none, removed: none },
        [kind]: packed(of),
      });
      for (const start of [0, 16_000, 32_000, 48_000])
        await commit(inGroups(ids.slice(start, start + 16_000), 'added'));
      const stored = async () => {
        const { groups, edges } = await store.nesting(directory);
        const [above = new Uint8Array()] = (await store.groupsOf(directory, [guid(1), guid(2)])).values();
        const below = edges.map(({ child }) => child).sort();
        return {
          users: groups.map(({ users }) => users),
          children: below.join(),
          above: unpacked(above)?.join(),
        };
      };
      expect(isDeepStrictEqual(await stored(), { users: [2], children: ids.join(), above: ids.join() })).toBe(
        true,
      );
      const some = ids.slice(0, 3000);
      const rest = ids.slice(3000);
      await commit({ kind: 'members', group: group(1), type: 'group', added: none, removed: packed(some) });
      await commit(inGroups(some, 'removed'));
      expect(
        isDeepStrictEqual(await stored(), { users: [2], children: rest.join(), above: rest.join() }),
      ).toBe(true);
      const few = ids.slice(-40);
      await commit(...children('removed', few));
      await commit(inGroups(ids.slice(0, -40), 'removed'));
      expect(isDeepStrictEqual(await stored(), { users: [2], children: few.join(), above: few.join() })).toBe(
        true,
      );
      await commit(inGroups(few, 'removed'));
      expect((await store.groupsOf(directory, [guid(1)])).size).toBe(0);
    });

    test('kept members of a group above its limit are kept until they are taken back', async () => {
      expect(await store.heldMembers(directory, group(1))).toBeUndefined();
      const ids = ascending(Array.from({ length: 300 }, (_, index) => index));
      await commit({ kind: 'held-members', group: group(1), members: packed(ids) });
      expect(unpacked(await store.heldMembers(directory, group(1)))).toEqual(ids);
      await commit({ kind: 'held-members', group: group(1), members: packed([]) });
      expect(unpacked(await store.heldMembers(directory, group(1)))).toEqual([]);
      await commit({ kind: 'held-members', group: group(1), members: undefined });
      expect(await store.heldMembers(directory, group(1))).toBeUndefined();
    });

    test('kept members may be more than a row takes: slices, each of which may come twice, are all that is kept', async () => {
      const ids = ascending(Array.from({ length: 100_000 }, (_, index) => index));
      const kept = (...slices: readonly (readonly [number, number])[]): NestedWrite[] =>
        slices.map(([from, to], place) => ({
          ...{ kind: 'held-members', group: group(1), members: packed(ids.slice(from, to)) },
          slice: { place, of: slices.length },
        }));
      for (const write of kept([0, 40_000], [40_000, 80_000], [80_000, 100_000])) {
        await commit(write);
        await commit(write);
      }
      expect(unpacked(await store.heldMembers(directory, group(1)))?.join()).toBe(ids.join());
      for (const write of kept([5, 10], [10, 20])) await commit(write);
      expect(unpacked(await store.heldMembers(directory, group(1)))).toEqual(ids.slice(5, 20));
      await commit({ kind: 'held-members', group: group(1), members: packed(ids.slice(3, 5)) });
      expect(unpacked(await store.heldMembers(directory, group(1)))).toEqual(ids.slice(3, 5));
      await commit({ kind: 'held-members', group: group(1), members: undefined });
      expect(await store.heldMembers(directory, group(1))).toBeUndefined();
    });

    test('staged pages, journal parts and outbox entries come back whole; a run is discarded in steps', async () => {
      const page = {
        kind: 'users' as const,
        items: [{ kind: 'present' as const, id: user(1), fields: { displayName: 'é', mail: null } }],
      };
      const key = { run, stream: `members/${guid(1)}`, page: 3 };
      const part = {
        kind: 'members' as const,
        items: [
          { group: group(1), type: 'user' as const, added: packed([guid(1), guid(2)]), removed: packed([]) },
          { group: group(2), type: 'group' as const, added: packed([]), removed: packed([guid(1)]) },
        ],
      };
      const entry = {
        key: `${run}/members/1`,
        at,
        change: {
          kind: 'effective-members-changed' as const,
          groups: packed([guid(9)]),
          added: packed([]),
          removed: packed([guid(4)]),
        },
      };
      const stage: NestedWrite = { kind: 'stage', key, page };
      const journal: NestedWrite = { kind: 'journal', run, part: 0, content: part };
      await commit(stage, journal, { kind: 'outbox', entry });
      await commit(stage, journal, { kind: 'outbox', entry });
      expect(await store.staged(directory, key)).toEqual(page);
      expect(await store.staged(directory, { ...key, page: 4 })).toBeUndefined();
      expect(await store.journal(directory, run, 0)).toEqual(part);
      expect(await store.outbox(directory, { limit: 10 })).toEqual([entry]);
      expect(await store.outbox(directory, { after: entry.key, limit: 10 })).toEqual([]);
      let isDone = false;
      while (!isDone) isDone = await store.discard(directory, fence, run);
      expect([await store.staged(directory, key), await store.journal(directory, run, 0)]).toEqual([
        undefined,
        undefined,
      ]);
      expect(await store.outbox(directory, { limit: 10 })).toEqual([entry]);
    });

    test('staged pages and journal parts are read in their order by many, and a missing one is told', async () => {
      const pageOf = (n: number) => ({
        kind: 'users' as const,
        items: [{ kind: 'present' as const, id: user(n), fields: {} }],
      });
      const partOf = (n: number) => ({ kind: 'held' as const, group: group(n) });
      const numbers = Array.from({ length: 70 }, (_, n) => n).filter((n) => n !== 3 && n !== 69);
      for (let start = 0; start < numbers.length; start += 40) {
        const some = numbers.slice(start, start + 40);
        await commit(
          ...some.flatMap((n): readonly NestedWrite[] => [
            { kind: 'stage', key: { run, stream: 'users', page: n }, page: pageOf(n) },
            { kind: 'journal', run, part: n, content: partOf(n) },
          ]),
        );
      }
      const listed = async <T>(items: AsyncIterable<T>) => {
        const all: T[] = [];
        for await (const item of items) all.push(item);
        return all;
      };
      const between = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, index) => from + index);
      const there = (n: number) => numbers.includes(n);
      for (const [from, to] of [
        [0, 70],
        [2, 5],
        [40, 68],
        [9, 9],
      ] as const) {
        const range = { run, from, to };
        expect(await listed(store.stagedPages(directory, { ...range, stream: 'users' }))).toEqual(
          between(from, to).map((n) => (there(n) ? pageOf(n) : undefined)),
        );
        expect(await listed(store.journalParts(directory, range))).toEqual(
          between(from, to).map((n) => (there(n) ? partOf(n) : undefined)),
        );
      }
    });

    test('outbox entries are told in the order of their keys', async () => {
      const entryOf = (index: number) => ({
        key: `${run}/user/${String(index).padStart(6, '0')}`,
        at,
        change: { kind: 'user-created' as const, user: user(index), version: 1 },
      });
      const entries = Array.from({ length: 25 }, (_, index) => entryOf(index));
      await commit(...[...entries].reverse().map((entry): NestedWrite => ({ kind: 'outbox', entry })));
      expect(await store.outbox(directory, { limit: 10 })).toEqual(entries.slice(0, 10));
      expect(await store.outbox(directory, { after: entries[9]?.key ?? '', limit: 100 })).toEqual(
        entries.slice(10),
      );
    });

    test('state is empty before the first run and comes back as written', async () => {
      expect(await store.state(directory)).toEqual(newSyncState);
      const state = {
        ...newSyncState,
        tokens: { users: 'u', groups: 'g', select: 's' },
        lastCompletedAt: at,
        lastCompletedRun: run,
      };
      await commit({ kind: 'state', state });
      expect(await store.state(directory)).toEqual(state);
      expect(await store.run(directory, run)).toBeUndefined();
    });

    /** Ids that compress as little as real ones. */
    const randomId = (n: number) => {
      const word = (at: number) => {
        const mixed = Math.imul(n * 4 + at + 1, 0x9e3779b1);
        return (Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0).toString(16).padStart(8, '0');
      };
      const digits = [0, 1, 2, 3].map(word).join('');
      return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
    };
    const ids = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => randomId(from + index));
    /** `toEqual` takes seconds for so much, and what memory answers is of another realm. */
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    const isStored = async (state: SyncState, reading: SyncRun) => {
      const stored = [await store.state(directory), await store.run(directory, run)];
      expect(isDeepStrictEqual(plain(stored), plain([state, reading]))).toBe(true);
    };
    const checkedWith = (assigned: Checked['assigned'], missing?: Checked['assigned']): Checked => ({
      ...{ at: 1, tenantId: 't', confirmedHash: 'h', verifiedDomains: ['x'], hiddenMembers: true, assigned },
      ...(missing === undefined ? {} : { missing }),
    });

    test('200,000 principals may be assigned: state and checkpoint come back as written, in one commit', async () => {
      const checked = checkedWith({ users: ids(1, 190_000), groups: ids(200_001, 10_000) });
      const [state, reading] = [
        { ...newSyncState, checked },
        { ...checkpoint, checked },
      ];
      await commit({ kind: 'state', state }, { kind: 'checkpoint', run: reading });
      await isStored(state, reading);
    });

    test('who was assigned to an earlier run stays known of it, and comes back with a later one', async () => {
      const withLists = (...of: Parameters<typeof checkedWith>) => {
        const checked = checkedWith(...of);
        return [
          { ...newSyncState, checked },
          { ...checkpoint, checked },
        ] as const;
      };
      const some = { users: ids(1, 2500), groups: ids(10_001, 5) };
      const [state, reading] = withLists(some, { users: ids(5, 3), groups: ids(10_005, 1) });
      await commit({ kind: 'state', state }, { kind: 'checkpoint', run: reading });
      await isStored(state, reading);
      const [later, readingLater] = withLists({ users: ids(1, 3000), groups: [] });
      await commit({ kind: 'state', state: later });
      await isStored(later, reading);
      await commit({ kind: 'checkpoint', run: readingLater });
      await isStored(later, readingLater);
      await commit({ kind: 'state', state });
      await isStored(state, readingLater);
      const taken = await store.acquire(directory, { holder: 'a', now: 1_800_000_000_001, seconds: 180 });
      fence = taken ?? fence;
      expect(await store.commitWhole(directory, fence, { writes: [{ kind: 'state', state: later }] })).toBe(
        true,
      );
      await store.commitFitting(directory, fence, {
        must: [],
        more: [{ kind: 'user', user: nestedUser(1) }],
        last: [{ kind: 'checkpoint', run: reading }],
      });
      await isStored(later, reading);
    });

    test('8,000 groups may have to be read by list, with thousands of members left open', async () => {
      const rereads = ids(1, 8000).map((id, index) => ({
        ...{ group: GroupId.parse(id), reason: 'unknown-members' as const, rounds: index % 7 },
        undecided: { members: index < 2000 ? [randomId(50_000 + index)] : [], children: [] },
      }));
      const reading = {
        ...checkpoint,
        rereads,
        rereadsDone: 8000,
        rereadPages: Object.fromEntries(rereads.map(({ group: id }, index) => [id, 1 + (index % 3)])),
        plan: { hash: 'h', parts: 1, counts: noCounts, exceeded: [], rereads },
      };
      const state = { ...newSyncState, rereads };
      await commit({ kind: 'state', state }, { kind: 'checkpoint', run: reading });
      await isStored(state, reading);
    });

    test('a run may be asked to stop by who has no lease, and only that run', async () => {
      expect(await store.isCancelOrdered(directory, run)).toBe(false);
      await store.orderCancel(directory, run);
      await store.orderCancel(directory, run);
      expect(await store.isCancelOrdered(directory, run)).toBe(true);
      expect(await store.isCancelOrdered(directory, RunId.parse(`run_${'2'.repeat(32)}`))).toBe(false);
      await commit({ kind: 'user', user: nestedUser(1) });
    });

    test('objects that are not live are told by pages, users and groups, and others are not', async () => {
      const dead = { lifeSince: at, standing: { counts: false, inScope: false } } as const;
      const asleep = [2, 4, 6].map((n) => nestedUser(n, { ...dead, life: 'soft-deleted' }));
      const gone = [nestedUser(7, { ...dead, life: 'gone' })];
      const groups = [nestedGroup(22, { life: 'gone', told: false, lifeSince: at })];
      await commit(
        ...[1, 3, 5].map((n): NestedWrite => ({ kind: 'user', user: nestedUser(n) })),
        { kind: 'user', user: nestedUser(8, { standing: dead.standing }) },
        ...[...asleep, ...gone].map((one): NestedWrite => ({ kind: 'user', user: one })),
        ...[nestedGroup(21), ...groups].map((one): NestedWrite => ({ kind: 'group', group: one })),
      );
      const found: { users: NestedUser[]; groups: NestedGroup[] } = { users: [], groups: [] };
      for (let from: string | undefined = ''; from !== undefined; ) {
        const page = await store.deadObjects(directory, from === '' ? undefined : from);
        found.users.push(...page.users);
        found.groups.push(...page.groups);
        from = page.next;
      }
      const byId = (one: NestedUser, other: NestedUser) => (one.id < other.id ? -1 : 1);
      expect({ users: found.users.sort(byId), groups: found.groups }).toEqual({
        users: [...asleep, ...gone].sort(byId),
        groups,
      });
    });

    test('old runs are forgotten with the orders to stop them, all but those to be kept', async () => {
      const runs = [1, 2, 3, 4].map((n) => RunId.parse(`run_${String(n).repeat(32)}`));
      for (const id of runs) {
        await commit({ kind: 'checkpoint', run: { ...checkpoint, id, directory } });
        await store.orderCancel(directory, id);
      }
      const [third, fourth] = [3, 4].map((n) => RunId.parse(`run_${String(n).repeat(32)}`)) as [RunId, RunId];
      const old = { before: fourth, keep: [third] };
      expect(await store.forgetRuns(directory, fence, old)).toBeDefined();
      while (!(await store.forgetRuns(directory, fence, old))) {
        // By pages.
      }
      const left = await Promise.all(
        runs.map(async (id) => [
          (await store.run(directory, id)) !== undefined,
          await store.isCancelOrdered(directory, id),
        ]),
      );
      expect(left).toEqual([
        [false, false],
        [false, false],
        [true, true],
        [true, true],
      ]);
      while (!(await store.discard(directory, fence, fourth))) {
        // By pages.
      }
      expect(await store.isCancelOrdered(directory, fourth)).toBe(false);
      await expect(
        store.forgetRuns(directory, { holder: 'x', epoch: 0 }, { before: fourth, keep: [] }),
      ).rejects.toThrow(FenceLost);
    });

    test('two directories do not see each other (T03)', async () => {
      const other = DirectoryId.parse(`dir_${'f'.repeat(31)}${directories++ % 10}`);
      await commit({ kind: 'user', user: nestedUser(1) }, members(1, [1]));
      expect(await store.users(other, [user(1)])).toEqual([]);
      expect(await store.members(other, group(1))).toEqual({});
      await expect(store.commit(other, fence, [{ kind: 'user', user: nestedUser(2) }])).rejects.toThrow(
        FenceLost,
      );
    });
  });
}
