import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { RunHistory } from '../../shared/admin/run-history.ts';
import { newDirectoryId, newRunId } from '../../shared/model/new-ids.ts';
import { memoryRows } from '../../shared/storage/registry-memory-rows.ts';
import { tableRows } from '../../shared/storage/registry-rows.ts';
import { runLogOver } from '../../shared/storage/run-log.ts';
import { createTables, openTable } from '../../shared/storage/tables.ts';
import { newRun } from '../../shared/sync/new-run.ts';
import type { RunLogEntry } from '../../shared/sync/run-log.ts';
import type { SyncRun } from '../../shared/sync/run-records.ts';
import { defaultNestedSettings } from '../../shared/sync/settings.ts';
import { newSyncState } from '../../shared/sync/sync-state.ts';
import { rowLimits } from '../support/row-limits.ts';

const clock = { now: Date.parse('2026-11-23T07:00:00.000Z') };
const now = () => clock.now;

async function overTables(): Promise<RunHistory> {
  const value = process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '';
  const connection = { kind: 'connection-string', value } as const;
  const prefix = `runlog${randomBytes(4).toString('hex')}`;
  await createTables(connection, { prefix, names: ['runs'] });
  return runLogOver(tableRows(openTable(connection, 'runs', { prefix, policies: [rowLimits] })), now);
}

describe.each([
  ['memory', async () => runLogOver(memoryRows(), now)],
  ['Table Storage', overTables],
])('the log of runs in %s', (_, make) => {
  let log: RunHistory;
  beforeAll(async () => {
    log = await make();
  });

  const directory = () => newDirectoryId({ now, randomBytes });
  const runAt = (of: SyncRun['directory'], at: number): SyncRun =>
    newRun(
      {
        id: newRunId({ now: () => at, randomBytes }),
        directory: of,
        mode: 'sync',
        trigger: 'manual',
        settings: defaultNestedSettings,
        settingsVersion: 3,
        pinnedTenantId: 'aaaaaaaa-0000-4000-8000-000000000001',
        confirmedHash: 'hash',
        startedAt: new Date(at).toISOString(),
      },
      newSyncState,
    );
  const entry = (key: string, more: Partial<RunLogEntry> = {}): RunLogEntry => ({
    key,
    at: '2026-11-23T07:00:00.000Z',
    level: 'info',
    code: 'user-out-of-scope',
    message: `about ${key}`,
    ...more,
  });

  test('lists runs newest first, by pages, each as last saved (S3-71)', async () => {
    const of = directory();
    const runs = [0, 1, 2].map((minute) => runAt(of, clock.now + minute * 60_000));
    for (const run of runs) await log.saveRun(run);
    const [first, second, third] = runs;
    if (!first || !second || !third) throw new Error('three were made');
    await log.saveRun({ ...second, status: 'failed', failure: { code: 'consent_revoked', detail: 'gone' } });
    const page = await log.runs(of, { limit: 2 });
    expect(page.items.map(({ view }) => [view.id, view.status, view.failure?.code])).toEqual([
      [third.id, 'running', undefined],
      [second.id, 'failed', 'consent_revoked'],
    ]);
    const rest = await log.runs(of, { limit: 2, after: page.next });
    expect([rest.items.map(({ view }) => view.id), rest.next]).toEqual([[first.id], undefined]);
    expect((await log.run(of, first.id))?.savedAt).toBe(clock.now);
    expect(await log.run(directory(), first.id)).toBeUndefined();
  });

  test('keeps entries in the order of their keys and a repeated write adds nothing', async () => {
    const of = directory();
    const run = runAt(of, clock.now);
    const entries = [entry('4/b'), entry('0/memory/000001'), entry('4/a', { counts: { members: 3 } })];
    await log.write(of, run.id, entries);
    await log.write(of, run.id, [...entries, entry('4/a', { counts: { members: 3 } })]);
    const { items } = await log.entries(of, run.id, { limit: 10 });
    expect(items).toEqual([entry('0/memory/000001'), entry('4/a', { counts: { members: 3 } }), entry('4/b')]);
  });

  test('filters by level and object and goes on from a cursor (S3-71)', async () => {
    const of = directory();
    const run = runAt(of, clock.now);
    const object = { kind: 'group', id: 'bbbbbbbb-0000-4000-8000-000000000001' } as const;
    const entries = Array.from({ length: 120 }, (_unused, index) =>
      entry(`4/${String(index).padStart(3, '0')}`, {
        level: index % 40 === 0 ? 'warning' : 'debug',
        ...(index % 60 === 0 ? { object } : {}),
      }),
    );
    await log.write(of, run.id, entries);
    const one = await log.entries(of, run.id, { level: 'info', limit: 2 });
    const two = await log.entries(of, run.id, { level: 'info', limit: 2, after: one.next });
    expect([...one.items, ...two.items].map(({ key }) => key)).toEqual(['4/000', '4/040', '4/080']);
    expect(two.next).toBeUndefined();
    const about = await log.entries(of, run.id, { object: object.id, limit: 10 });
    expect(about.items.map(({ key }) => key)).toEqual(['4/000', '4/060']);
  });

  test('of plans that a run decided again only the last one is read, and only it is left', async () => {
    const of = directory();
    const [run, other] = [runAt(of, clock.now), runAt(of, clock.now + 1)];
    const shown = Array.from({ length: 230 }, (_unused, index) =>
      entry(`5/${String(index).padStart(3, '0')}`, { plan: 'first' }),
    );
    const decided = [entry('5/000', { plan: 'second' }), entry('5/229', { plan: 'second' })];
    const always = entry('0/memory');
    await log.write(of, run.id, [...shown, always]);
    await log.write(of, other.id, shown.slice(0, 1));
    await log.write(of, run.id, decided);
    const read = async (plan?: string, id = run.id) =>
      (await log.entries(of, id, { plan, limit: 500 })).items;
    expect(await read('second')).toEqual([always, ...decided]);
    expect(await read('none')).toEqual([always]);
    expect(await read()).toHaveLength(231);
    await log.keepPlan(of, run.id, 'second');
    expect(await read()).toEqual([always, ...decided]);
    expect(await read(undefined, other.id)).toEqual(shown.slice(0, 1));
  });

  test('forgets runs whose days are over, with their logs, and keeps the others', async () => {
    const of = directory();
    const [old, fresh] = [runAt(of, clock.now - 86_400_000), runAt(of, clock.now)];
    for (const run of [old, fresh]) {
      await log.saveRun(run);
      await log.write(of, run.id, [entry('4/a')]);
    }
    expect(await log.removeRuns(of, clock.now - 3_600_000)).toBe(true);
    expect((await log.runs(of, { limit: 10 })).items.map(({ view }) => view.id)).toEqual([fresh.id]);
    expect((await log.entries(of, old.id, { limit: 10 })).items).toEqual([]);
    expect((await log.entries(of, fresh.id, { limit: 10 })).items).toEqual([entry('4/a')]);
  });
});
