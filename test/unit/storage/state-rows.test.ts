import { beforeAll, expect, test } from '@jest/globals';
import { DirectoryId, GroupId, RunId } from '../../../shared/model/ids.ts';
import { submitBatch } from '../../../shared/storage/batch.ts';
import { withoutRunInProgress } from '../../../shared/storage/restore-run-state.ts';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import type { Checked } from '../../../shared/sync/run-records.ts';
import { newSyncState, type SyncState } from '../../../shared/sync/sync-state.ts';
import { rowsOf } from '../../support/directory-copy.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

// What outlives runs is one row, whatever it has to remember.

const { table } = tableUnderTest('staterows');
beforeAll(() => makeTable('staterows'));
const store = tableNestedStore(table);

const guid = (n: number) => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
const ids = (count: number) => Array.from({ length: count }, (_, index) => guid(index));
const directoryOf = (n: number) => DirectoryId.parse(`dir_${n.toString(16).padStart(32, '0')}`);
const checkedWith = (users: number): Checked => ({
  ...{ at: 1, tenantId: 't', confirmedHash: 'h', verifiedDomains: [], hiddenMembers: true },
  assigned: { users: ids(users), groups: [] },
});
const rereads = ids(1000).map((id) => ({
  ...{ group: GroupId.parse(id), reason: 'dynamic' as const, rounds: 0 },
}));

async function commit(directory: DirectoryId, state: SyncState): Promise<void> {
  const fence = await store.acquire(directory, { holder: 'test', now: 0, seconds: 60 });
  if (fence === undefined) throw new Error('no lease');
  await store.commit(directory, fence, [{ kind: 'state', state }]);
}

test('a long state that an earlier release wrote as text is read, and written anew by the next run', async () => {
  const state = { ...newSyncState, rereads, checked: checkedWith(3000) };
  const text = JSON.stringify(state);
  const parts = Array.from({ length: Math.ceil(text.length / 30_000) }, (_, part) => [
    `d${part}`,
    text.slice(part * 30_000, (part + 1) * 30_000),
  ]);
  expect(parts.length).toBeGreaterThan(5);
  const row = { schema: 1, chunks: parts.length, ...Object.fromEntries(parts) };
  await submitBatch(table, directoryOf(1), [{ action: 'upsert', rowKey: 's|state', row }]);
  expect(await store.state(directoryOf(1))).toEqual(state);
  await commit(directoryOf(1), state);
  expect(await store.state(directoryOf(1))).toEqual(state);
});

const assignedRows = async (directory: DirectoryId) =>
  [...(await rowsOf(table, directory))].flatMap(({ rowKey }) =>
    rowKey.startsWith('s|assigned|') ? [rowKey] : [],
  );

test('rows of who is assigned go when nothing names them and others come, and a few principals take none', async () => {
  const directory = directoryOf(2);
  for (const [users, rows] of [
    [3000, 1],
    [50_000, 3],
    [2000, 3],
    [2001, 1],
  ] as const) {
    await commit(directory, { ...newSyncState, checked: checkedWith(users) });
    expect([users, (await assignedRows(directory)).length]).toEqual([users, rows]);
  }
});

test('who is assigned is never half there: a row that is missing is told', async () => {
  const directory = directoryOf(3);
  await commit(directory, { ...newSyncState, checked: checkedWith(50_000) });
  const [, second = ''] = await assignedRows(directory);
  await table.deleteEntity(directory, second);
  await expect(tableNestedStore(table).state(directory)).rejects.toThrow(
    '50000 principals are assigned, and 40000 are there',
  );
});

test('an export with a long state is restored without the tokens of its moment', async () => {
  const directory = directoryOf(4);
  const state = { ...newSyncState, rereads, checked: checkedWith(3000) };
  const passing = {
    tokens: { users: 'u', groups: 'g', select: 's' },
    activeRun: RunId.parse(`run_${'1'.repeat(32)}`),
  };
  await commit(directory, { ...state, ...passing });
  const typed = (value: unknown) => {
    if (value instanceof Uint8Array) return { type: 'Binary', value: Buffer.from(value).toString('base64') };
    return { type: typeof value === 'number' ? 'Int32' : 'String', value: String(value) };
  };
  const found = await table.getEntity(directory, 's|state');
  const own = Object.entries(found).filter(
    ([name]) => !/^(odata|partitionKey|rowKey|etag|timestamp)/.test(name),
  );
  const properties = Object.fromEntries(own.map(([name, value]) => [name, typed(value)]));
  const [settled] = withoutRunInProgress([{ partitionKey: directory, rowKey: 's|state', properties }]);
  const row = Object.fromEntries(
    Object.entries(settled?.properties ?? {}).map(([name, { type, value }]) => {
      if (type === 'Binary') return [name, Buffer.from(value, 'base64')];
      return [name, type === 'Int32' ? Number(value) : value];
    }),
  );
  await submitBatch(table, directory, [{ action: 'replace', rowKey: 's|state', row }]);
  expect(await store.state(directory)).toEqual({ ...state, unsettled: 'restored' });
});
