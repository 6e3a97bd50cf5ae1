import { beforeAll, expect, test } from '@jest/globals';
import { DirectoryId, GroupId, RunId, UserId } from '../../../shared/model/ids.ts';
import { packGuids } from '../../../shared/nesting/guid.ts';
import { storageMeter } from '../../../shared/storage/storage-meter.ts';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import { createTables, openTable } from '../../../shared/storage/tables.ts';
import { effectiveMembersOf } from '../../../shared/sync/effective-members.ts';
import { explain } from '../../../shared/sync/explain-membership.ts';
import { groupsOfUser } from '../../../shared/sync/groups-of-user.ts';
import type { NestedGroup, NestedUser, NestedWrite } from '../../../shared/sync/nested-store.ts';
import type { InDirectory } from '../../../shared/sync/nesting-view.ts';
import { RunMemory } from '../../../shared/sync/run-memory.ts';
import { newSyncState } from '../../../shared/sync/sync-state.ts';

const connection = {
  kind: 'connection-string' as const,
  value: process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '',
};
const prefix = 'nestedquestions';
const meter = storageMeter();
const store = tableNestedStore(openTable(connection, 'directory', { prefix, meter }));
const directory = DirectoryId.parse(`dir_${Date.now().toString(16).padStart(32, '0')}`);
const user = UserId.parse('00000000-0000-4000-8000-000000000001');
const group = (index: number) => GroupId.parse(`00000000-0000-4000-9000-${String(index).padStart(12, '0')}`);
const groups = 40;

/** A chain of groups with the user in the last. */
beforeAll(async () => {
  await createTables(connection, { prefix, names: ['directory'] });
  const at = '2026-01-01T00:00:00.000Z';
  const common = {
    version: 1,
    created: at,
    lastModified: at,
    lifeSince: '',
    fields: {},
    attributes: {},
  } as const;
  const fence = await store.acquire(directory, { holder: 'test', now: 0, seconds: 60 });
  if (fence === undefined) throw new Error('no lease');
  const member: NestedUser = { id: user, ...common, life: 'live', standing: { counts: true, inScope: true } };
  const rows = Array.from({ length: groups }, (_, index): NestedGroup => {
    return { id: group(index), ...common, life: 'live', told: true, held: false };
  });
  const none = new Uint8Array(0);
  const holds = (index: number): NestedWrite => {
    const isLast = index === groups - 1;
    const added = packGuids([isLast ? user : group(index + 1)]);
    return { kind: 'members', group: group(index), type: isLast ? 'user' : 'group', added, removed: none };
  };
  await store.commit(directory, fence, [
    { kind: 'user', user: member },
    ...rows.map((row): NestedWrite => ({ kind: 'group', group: row })),
  ]);
  await store.commit(directory, fence, [
    ...rows.map((_, index) => holds(index)),
    { kind: 'groups-of', member: user, added: packGuids([group(groups - 1)]), removed: none },
    { kind: 'state', state: { ...newSyncState, lastCompletedRun: RunId.parse(`run_${'0'.repeat(32)}`) } },
  ]);
});

/** Round trips of a question. */
async function trips(question: () => Promise<unknown>): Promise<number> {
  meter.reset();
  await question();
  return Object.values(meter.counts()).reduce((sum, count) => sum + count, 0);
}

test('questions about memberships read the nesting once for each run, and then what they are about (issue 3 §4)', async () => {
  const at: InDirectory = { store, directory, memory: new RunMemory() };
  const why = () => explain(at, { user, group: group(0) }, 5);
  const whose = () => groupsOfUser(at, user);
  const who = () => effectiveMembersOf(at, group(0), { limit: 10 });
  // State before and after, groups, facts; the user, and the groups that hold him.
  expect(await trips(why)).toBe(4 + 2);
  // State, user, groups that hold him.
  expect(await trips(why)).toBe(3);
  // The row of each group he is in besides.
  expect(await trips(whose)).toBe(3 + groups);
  // State before and after, members of the only group that has users, and the user; then, as of every further page, state and user.
  expect([await trips(who), await trips(who)]).toEqual([4, 2]);
  expect((await why()).paths[0]).toHaveLength(groups);
  const other: InDirectory = { ...at, memory: new RunMemory() };
  expect(await trips(() => explain(other, { user, group: group(0) }, 5))).toBe(6);
});
