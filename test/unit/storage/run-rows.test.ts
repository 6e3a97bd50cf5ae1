import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { DirectoryId } from '../../../shared/model/ids.ts';
import { RunId } from '../../../shared/model/ids.ts';
import { newDirectoryId } from '../../../shared/model/new-ids.ts';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import { type Fence, FenceLost, type NestedWrite } from '../../../shared/sync/nested-store.ts';
import { newRun } from '../../../shared/sync/new-run.ts';
import { defaultNestedSettings } from '../../../shared/sync/settings.ts';
import { newSyncState } from '../../../shared/sync/sync-state.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

const prefix = 'runrows';
const { table } = tableUnderTest(prefix);
const store = tableNestedStore(table);
/** Knows the lease by other tags than the store that works, as a heartbeat does in the middle of a call. */
const beating = tableNestedStore(table);
const now = 1_800_000_000_000;
const old = RunId.parse(`run_${'1'.repeat(32)}`);
const later = RunId.parse(`run_${'2'.repeat(32)}`);
let directory: DirectoryId;
let fence: Fence;

beforeAll(() => makeTable(prefix));

beforeEach(async () => {
  directory = newDirectoryId(realRandomness);
  const taken = await store.acquire(directory, { holder: 'a', now, seconds: 90 });
  if (taken === undefined) throw new Error('a new directory had a lease');
  fence = taken;
  const order = {
    ...({ id: old, directory, mode: 'sync', trigger: 'timer', settings: defaultNestedSettings } as const),
    ...{ settingsVersion: 1, pinnedTenantId: 't', confirmedHash: 'h', startedAt: '2026-11-23T06:33:00.000Z' },
  };
  const page: NestedWrite = {
    ...{ kind: 'stage', key: { run: old, stream: 'users', page: 0 }, page: { kind: 'users', items: [] } },
  };
  await store.commit(directory, fence, [page, { kind: 'checkpoint', run: newRun(order, newSyncState) }]);
});

const beat = () => beating.renew(directory, fence, { now: now + 20_000, seconds: 90 });

test('a heartbeat in between does not stop a run from being cleaned up', async () => {
  await beat();
  expect(await store.discard(directory, fence, old)).toBe(true);
  expect(await store.staged(directory, { run: old, stream: 'users', page: 0 })).toBeUndefined();
});

test('a heartbeat in between does not stop old runs from being forgotten', async () => {
  await beat();
  const runs = { before: later, keep: [] };
  expect([
    await store.forgetRuns(directory, fence, runs),
    await store.forgetRuns(directory, fence, runs),
  ]).toEqual([false, true]);
  expect(await store.run(directory, old)).toBeUndefined();
});

test('whoever lost the lease cleans nothing up (F10)', async () => {
  const next = await beating.acquire(directory, { holder: 'b', now: now + 100_000, seconds: 90 });
  expect(next?.epoch).toBe(fence.epoch + 1);
  await expect(store.discard(directory, fence, old)).rejects.toThrow(FenceLost);
  await expect(store.forgetRuns(directory, fence, { before: later, keep: [] })).rejects.toThrow(FenceLost);
  expect(await store.staged(directory, { run: old, stream: 'users', page: 0 })).toBeDefined();
  expect(await store.run(directory, old)).toBeDefined();
});
