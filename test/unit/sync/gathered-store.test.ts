import { expect, test } from '@jest/globals';
import { GroupId, RunId, UserId } from '../../../shared/model/ids.ts';
import { type GatheredStore, gatheredStore } from '../../../shared/sync/gathered-store.ts';
import type { NestedUser, NestedWrite } from '../../../shared/sync/nested-store.ts';
import { newRun } from '../../../shared/sync/new-run.ts';
import { defaultNestedSettings } from '../../../shared/sync/settings.ts';
import { newSyncState } from '../../../shared/sync/sync-state.ts';
import { memoryNestedStore } from '../../support/sync/memory-nested-store.ts';
import { simulatedDirectory as directory } from '../../support/sync/simulated-sync.ts';
import { group, user } from './small-tenant.ts';

const run = RunId.parse(`run_${'1'.repeat(32)}`);
const at = '2026-01-01T00:00:00.000Z';
const start = newRun(
  {
    ...{ id: run, directory, mode: 'sync', trigger: 'timer', settings: defaultNestedSettings },
    ...{ settingsVersion: 1, pinnedTenantId: 't', confirmedHash: 'h', startedAt: at },
  },
  newSyncState,
);
const checkpoint = (applied: number): NestedWrite => ({ kind: 'checkpoint', run: { ...start, applied } });
const written = (index: number, version = 1): NestedWrite => ({ kind: 'user', user: row(index, version) });
const row = (index: number, version: number): NestedUser => ({
  ...{ id: UserId.parse(user(index)), version, created: at, lastModified: at },
  ...{ life: 'live', lifeSince: '', standing: { counts: true, inScope: true }, fields: {}, attributes: {} },
});
const page = (number: number): NestedWrite => ({
  kind: 'stage',
  key: { run, stream: 'users', page: number },
  page: { kind: 'users', items: [] },
});

async function gathering(writes = 4) {
  const store = memoryNestedStore();
  const clock = { now: 1000 };
  const fence = await store.acquire(directory, { holder: 'a', now: clock.now, seconds: 1000 });
  if (fence === undefined) throw new Error('a new directory had a lease');
  const gathered = gatheredStore(store, {
    ...{ directory, fence, now: () => clock.now, hasStaged: false, gathering: { writes, seconds: 10 } },
  });
  const commit = (...some: NestedWrite[]) => gathered.commit(directory, fence, some);
  const versions = async (of: Pick<GatheredStore, 'users'>) =>
    (
      await of.users(
        directory,
        [1, 2, 3, 4, 5, 6].map((index) => UserId.parse(user(index))),
      )
    ).map(({ version }) => version);
  return { store, gathered, clock, commit, versions };
}

test('what is held back is seen at once, and stored when a transaction is full', async () => {
  const { store, gathered, commit, versions } = await gathering();
  await commit(written(1), written(2), checkpoint(1));
  expect([await versions(gathered), await versions(store)]).toEqual([[1, 1], []]);
  await commit(written(3), written(4), checkpoint(2));
  expect(await store.run(directory, run)).toBeUndefined();
  await commit(written(5), checkpoint(3));
  expect([await versions(gathered), await versions(store)]).toEqual([
    [1, 1, 1, 1, 1],
    [1, 1, 1, 1],
  ]);
});

test('a checkpoint is stored with what it speaks of, never before it', async () => {
  const { store, gathered, commit } = await gathering();
  await commit(written(1), checkpoint(1));
  await commit(written(2), written(3), written(4), written(5), checkpoint(2));
  expect((await store.run(directory, run))?.applied).toBe(1);
  await gathered.flush();
  expect((await store.run(directory, run))?.applied).toBe(2);
});

test('nothing waits longer than it may', async () => {
  const { store, clock, commit, versions } = await gathering();
  await commit(written(1), checkpoint(1));
  clock.now += 9_999;
  await commit(checkpoint(2));
  expect(await versions(store)).toEqual([]);
  clock.now += 1;
  await commit(checkpoint(3));
  expect([await versions(store), (await store.run(directory, run))?.applied]).toEqual([[1], 3]);
});

test('a row that was read is not remembered when it is written', async () => {
  const { gathered, commit, versions } = await gathering();
  expect(await versions(gathered)).toEqual([]);
  await commit(written(1));
  await gathered.flush();
  expect(await versions(gathered)).toEqual([1]);
  await commit(written(1, 2), written(2, 5));
  expect(await versions(gathered)).toEqual([2, 5]);
  await gathered.flush();
  expect(await versions(gathered)).toEqual([2, 5]);
});

test('how groups nest is read again when something was written since', async () => {
  const { gathered, commit } = await gathering();
  expect((await gathered.nesting(directory)).groups).toEqual([]);
  const told = { ...row(1, 1), id: GroupId.parse(group(1)), told: true, held: false };
  await commit({ kind: 'group', group: told });
  expect((await gathered.nesting(directory)).groups).toHaveLength(1);
});

test('pages come in their order, the stored ones and those held back', async () => {
  const { gathered, commit } = await gathering(2);
  for (const number of [0, 1, 2, 3, 4]) await commit(page(number));
  const found: unknown[] = [];
  for await (const staged of gathered.stagedPages(directory, { run, stream: 'users', from: 1, to: 6 }))
    found.push(staged?.kind);
  expect(found).toEqual(['users', 'users', 'users', 'users', undefined]);
});
