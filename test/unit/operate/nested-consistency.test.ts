import type { TableClient } from '@azure/data-tables';
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { DirectoryId, GroupId, RunId, UserId } from '../../../shared/model/ids.ts';
import { packGuids, unpackGuids } from '../../../shared/nesting/guid.ts';
import { findInconsistencies, repairInconsistencies } from '../../../shared/storage/consistency.ts';
import { packValue } from '../../../shared/storage/nested/packed-value.ts';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import { FenceLost, type NestedWrite } from '../../../shared/sync/nested-store.ts';
import { newSyncState } from '../../../shared/sync/sync-state.ts';
import { removeTombstones } from '../../../shared/sync/tombstones.ts';
import { rowsOf } from '../../support/directory-copy.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

const prefix = `nestedfsck${Date.now()}`;
const { table } = tableUnderTest(prefix);
beforeAll(() => makeTable(prefix));

const guid = (n: number) => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
const user = (n: number) => UserId.parse(guid(n));
const group = (n: number) => GroupId.parse(guid(n));
const none = packGuids([]);
const at = '2026-11-23T06:33:00.000Z';
const object = { version: 1, created: at, lastModified: at, life: 'live', lifeSince: '' } as const;
const run = RunId.parse(`run_${'1'.repeat(32)}`);

let directories = 0;
let directory: DirectoryId;

const store = tableNestedStore(table);

async function commit(...writes: NestedWrite[]): Promise<void> {
  const fence = await store.acquire(directory, { holder: 'test', now: Date.now(), seconds: 60 });
  if (fence === undefined) throw new Error('somebody else has the lease');
  for (const write of writes) await store.commit(directory, fence, [write]);
  await store.release(directory, fence);
}

const groupOf = (n: number, held = false): NestedWrite => ({
  kind: 'group',
  group: { ...object, id: group(n), told: true, held, fields: { displayName: `G${n}` }, attributes: {} },
});
const members = (n: number, ids: readonly string[]): NestedWrite => ({
  ...{ kind: 'members', group: group(n), type: 'user', added: packGuids(ids), removed: none },
});
const groupsOf = (member: number, groups: readonly number[]): NestedWrite => ({
  ...{ kind: 'groups-of', member: guid(member), added: packGuids(groups.map(guid)), removed: none },
});

/** Two groups, one within the other, one above its limit; three users. */
beforeEach(async () => {
  directory = DirectoryId.parse(`dir_${(Date.now() * 1000 + directories++).toString(16).padStart(32, '0')}`);
  await commit(
    ...[1, 2, 3].map(
      (n): NestedWrite => ({
        kind: 'user',
        user: {
          ...object,
          id: user(n),
          standing: { counts: true, inScope: true },
          fields: {},
          attributes: {},
        },
      }),
    ),
    ...[groupOf(8, true), groupOf(9), members(8, [guid(1), guid(2)]), members(9, [guid(2), guid(3)])],
    { kind: 'members', group: group(9), type: 'group', added: packGuids([guid(8)]), removed: none },
    ...[groupsOf(1, [8]), groupsOf(2, [8, 9]), groupsOf(3, [9])],
    { kind: 'held-members', group: group(8), members: packGuids([guid(1)]) },
    { kind: 'state', state: newSyncState },
  );
});

const found = async () =>
  (await findInconsistencies(table, directory)).map(({ rowKey, fault }) => [rowKey, fault]);
const upsert = (rowKey: string, row: Readonly<Record<string, unknown>>) =>
  table.upsertEntity(
    { partitionKey: directory, rowKey, schema: 1, ...row } as Parameters<TableClient['upsertEntity']>[0],
    'Replace',
  );
const remove = (rowKey: string) => table.deleteEntity(directory, rowKey);
/** Without the lease, whose epoch goes on with each holder. */
const rows = async () => (await rowsOf(table, directory)).filter(({ rowKey }) => rowKey !== 's|lease');

test('a nested directory as its store leaves it fits together, also one that is new', async () => {
  expect(await found()).toEqual([]);
  directory = DirectoryId.parse(`dir_${'f'.repeat(32)}`);
  expect(await found()).toEqual([]);
});

test('ids that one row does not hold fit together in sixteen', async () => {
  const [all, spread] = [packValue({ groups: packGuids([guid(8), guid(9)]) }), packValue({ groups: none })];
  await upsert(`r|${guid(2)}`, { ...spread, spread: true });
  await upsert(`r|${guid(2)}|0`, all);
  for (const digit of 'abcdef') await upsert(`r|${guid(2)}|${digit}`, spread);
  await upsert(`f|${guid(9)}`, { users: 2, others: 0, ...packValue({ children: none }), spread: true });
  await upsert(`f|${guid(9)}|0`, packValue({ children: packGuids([guid(8)]) }));
  expect(await found()).toEqual([]);
  await remove(`r|${guid(2)}|0`);
  expect(await found()).toEqual([[`r|${guid(2)}`, 'names 0 groups, is in 2']]);
  await repairInconsistencies(table, directory);
  expect(await found()).toEqual([]);
  expect(unpackedOf(await store.groupsOf(directory, [guid(2)]))).toEqual([group(8), group(9)]);
});

const chunk = (n: number) => `p|${guid(n)}|user|${'0'.repeat(32)}`;
const staged = `t|${run}|users|00000000`;

test.each<[string, () => Promise<unknown>, readonly (readonly string[])[]]>([
  [
    'counts that are wrong',
    () => upsert(`f|${guid(9)}`, { users: 7, others: 1, ...packValue({ children: packGuids([guid(8)]) }) }),
    [[`f|${guid(9)}`, '7 + 1 counted, 2 + 0 there']],
  ],
  [
    'a chunk that counts wrong',
    () => upsert(chunk(9), { n: 5, ids: packGuids([guid(2), guid(3)]) }),
    [[chunk(9), '5 counted, 2 there']],
  ],
  [
    'what is left of ids that were spread',
    () => upsert(`r|${guid(3)}|0`, packValue({ groups: packGuids([guid(8)]) })),
    [[`r|${guid(3)}|0`, 'left of ids that lie together now']],
  ],
  ['a missing reverse row', () => remove(`r|${guid(3)}`), [[`r|${guid(3)}`, 'missing']]],
  [
    'a reverse row that names too many',
    () => upsert(`r|${guid(3)}`, packValue({ groups: packGuids([guid(8), guid(9)]) })),
    [[`r|${guid(3)}`, 'names 2 groups, is in 1']],
  ],
  [
    'a reverse row of nobody',
    () => upsert(`r|${guid(77)}`, packValue({ groups: packGuids([guid(9)]) })),
    [[`r|${guid(77)}`, 'orphan']],
  ],
  [
    'a page that a run left behind',
    () => upsert(staged, packValue({ kind: 'users', items: [] })),
    [[staged, `left behind by ${run}`]],
  ],
  [
    'an order to a run that is over',
    () => upsert(`s|cancel|${run}`, {}),
    [[`s|cancel|${run}`, `left behind by ${run}`]],
  ],
  [
    'members kept for a group below its limit',
    () => upsert(`k|${guid(9)}|0000`, packValue({ ids: packGuids([guid(1)]) })),
    [[`k|${guid(9)}|0000`, 'kept for no group']],
  ],
  [
    'a chunk and counts of no group',
    async () => {
      await upsert(`p|${guid(66)}|user|${'0'.repeat(32)}`, { n: 1, ids: packGuids([guid(1)]) });
      await upsert(`f|${guid(66)}`, { users: 1, others: 0, ...packValue({ children: none }) });
    },
    [
      [`p|${guid(66)}|user|${'0'.repeat(32)}`, 'orphan'],
      [`f|${guid(66)}`, 'orphan'],
    ],
  ],
])('%s is found, and mended to what it was', async (_name, damage, faults) => {
  const before = await rows();
  await damage();
  expect(await found()).toEqual(faults);
  expect((await repairInconsistencies(table, directory)).map(({ rowKey, fault }) => [rowKey, fault])).toEqual(
    faults,
  );
  expect(await found()).toEqual([]);
  expect(await rows()).toEqual(before);
  if (faults.some(([, fault]) => fault?.startsWith('left behind'))) return;
  await damage();
  // As a run does that comes after one that was ended half-way.
  const fence = await store.acquire(directory, { holder: 'test', now: Date.now(), seconds: 60 });
  if (fence) await store.settle(directory, fence);
  expect(await rows()).toEqual(before);
});

test('settling many rows takes as many transactions as it needs, and whoever lost the lease settles nothing', async () => {
  const fence = await store.acquire(directory, { holder: 'test', now: Date.now(), seconds: 60 });
  if (fence === undefined) throw new Error('somebody else has the lease');
  const before = await rows();
  const strays = Array.from({ length: 620 }, (_, index) => 1000 + index);
  const stray = packValue({ groups: packGuids([guid(9)]) });
  await Promise.all(strays.map((n) => upsert(`r|${guid(n)}`, stray)));
  const stale = { ...fence, epoch: fence.epoch - 1 };
  await expect(store.settle(directory, stale)).rejects.toThrow(FenceLost);
  expect(await rows()).toHaveLength(before.length + strays.length);
  await store.settle(directory, fence);
  expect(await rows()).toEqual(before);
});

test('what is mended may be larger than a transaction', async () => {
  const before = await rows();
  const ids = packGuids(Array.from({ length: 4096 }, (_, index) => guid(index)));
  const keys = Array.from(
    { length: 70 },
    (_, index) => `p|${guid(9)}|device|${guid(index).replaceAll('-', '')}`,
  );
  await Promise.all(keys.map((key) => upsert(key, { n: 1, ids })));
  const repaired = await repairInconsistencies(table, directory);
  expect(repaired.filter(({ fault }) => fault === '1 counted, 4096 there')).toHaveLength(keys.length);
  await Promise.all(keys.map(remove));
  await repairInconsistencies(table, directory);
  expect(await rows()).toEqual(before);
});

test('a group above its limit without the members it keeps is told, but not guessed at', async () => {
  await remove(`k|${guid(8)}|0000`);
  const fault = [[`g|${guid(8)}`, 'above its limit, without the members it keeps']];
  expect(await found()).toEqual(fault);
  await repairInconsistencies(table, directory);
  expect(await found()).toEqual(fault);
});

test('while a run is going on, its own rows are no leftovers, memberships on their way are no faults, and nothing is repaired', async () => {
  await commit({ kind: 'state', state: { ...newSyncState, activeRun: run } });
  await upsert(staged, packValue({ kind: 'users', items: [] }));
  await remove(`r|${guid(3)}`);
  expect(await found()).toEqual([]);
  const fence = await store.acquire(directory, { holder: 'a step', now: Date.now(), seconds: 60 });
  await expect(repairInconsistencies(table, directory)).rejects.toThrow('is going on; repair it afterwards');
  if (fence) await store.release(directory, fence);
});

test('what is left after the removal of dead objects fits together', async () => {
  const dead = { ...object, life: 'soft-deleted', lifeSince: at } as const;
  await commit(
    {
      kind: 'user',
      user: { ...dead, id: user(2), standing: { counts: false, inScope: false }, fields: {}, attributes: {} },
    },
    { kind: 'group', group: { ...dead, id: group(8), told: false, held: true, fields: {}, attributes: {} } },
    { kind: 'state', state: { ...newSyncState, lastCompletedAt: '2027-02-01T00:00:00.000Z' } },
  );
  const now = () => Date.parse('2027-02-02T00:00:00.000Z');
  expect(await removeTombstones({ store, now, holder: 'timer' }, directory)).toBe(2);
  expect(await found()).toEqual([]);
  const keys = (await rows()).map(({ rowKey }) => rowKey).filter((key) => !key.startsWith('s|'));
  expect(keys).toEqual([
    `f|${guid(9)}`,
    `g|${guid(9)}`,
    chunk(9),
    `r|${guid(3)}`,
    `u|${guid(1)}`,
    `u|${guid(3)}`,
  ]);
  expect(unpackedOf(await store.groupsOf(directory, [guid(3)]))).toEqual([group(9)]);
});

const unpackedOf = (groups: ReadonlyMap<string, Uint8Array>) =>
  [...groups.values()].flatMap((packed) => unpackGuids(packed));
