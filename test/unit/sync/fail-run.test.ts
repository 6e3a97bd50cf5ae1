import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { newDirectoryId, newRunId } from '../../../shared/model/new-ids.ts';
import { memoryRows } from '../../../shared/storage/registry-memory-rows.ts';
import { runLogOver } from '../../../shared/storage/run-log.ts';
import { failRun } from '../../../shared/sync/fail-run.ts';
import { startRun } from '../../../shared/sync/run-orders.ts';
import { defaultNestedSettings } from '../../../shared/sync/settings.ts';
import { FakeQueue } from '../../support/sync/fake-queue.ts';
import { memoryNestedStore } from '../../support/sync/memory-nested-store.ts';

const now = () => Date.parse('2026-11-23T07:00:00.000Z');
const random = { now, randomBytes };
const failure = { code: 'step_failed', detail: 'again and again' };

async function running() {
  const ports = {
    store: memoryNestedStore(),
    queue: new FakeQueue(now),
    log: runLogOver(memoryRows(), now),
    now,
    holder: 'one',
  };
  const run = await startRun(ports, {
    ...{ id: newRunId(random), directory: newDirectoryId(random), mode: 'sync', trigger: 'timer' },
    ...{ settings: defaultNestedSettings, settingsVersion: 1, pinnedTenantId: 't', confirmedHash: 'h' },
    startedAt: '2026-11-23T07:00:00.000Z',
  });
  return { ports, run, message: { directory: run.directory, run: run.id, step: 0 } };
}

test('a run whose step fails for good has failed, says so, and lets the next one begin', async () => {
  const { ports, run, message } = await running();
  expect(await failRun(ports, message, failure)).toBe('failed');
  expect((await ports.store.state(run.directory)).activeRun).toBeUndefined();
  expect((await ports.log.run(run.directory, run.id))?.view).toMatchObject({ status: 'failed', failure });
  const { items } = await ports.log.entries(run.directory, run.id, { level: 'error', limit: 10 });
  expect(items.map(({ code }) => code)).toEqual(['step_failed']);
  // The message may come twice.
  expect(await failRun(ports, message, failure)).toBe('nothing');
});

test('a plan that is being applied is told about and not dropped: it can only go forward', async () => {
  const { ports, run, message } = await running();
  const fence = await ports.store.acquire(run.directory, { holder: 'two', now: now(), seconds: 60 });
  if (fence === undefined) throw new Error('the lease is free');
  await ports.store.commit(run.directory, fence, [{ kind: 'checkpoint', run: { ...run, phase: 'apply' } }]);
  // Somebody works on it.
  expect(await failRun(ports, message, failure)).toBe('nothing');
  await ports.store.release(run.directory, fence);
  expect(await failRun(ports, message, failure)).toBe('told');
  expect((await ports.store.state(run.directory)).activeRun).toBe(run.id);
});

test.each([
  ['has gone on since its message failed', { step: 1 }],
  ['waits for a person', { phase: 'safeguard', status: 'awaiting-approval' }],
] as const)('a run that %s is left alone', async (_, as) => {
  const { ports, run, message } = await running();
  const fence = await ports.store.acquire(run.directory, { holder: 'two', now: now(), seconds: 60 });
  if (fence === undefined) throw new Error('the lease is free');
  await ports.store.commit(run.directory, fence, [{ kind: 'checkpoint', run: { ...run, ...as } }]);
  await ports.store.release(run.directory, fence);
  expect(await failRun(ports, message, failure)).toBe('nothing');
  expect((await ports.store.state(run.directory)).activeRun).toBe(run.id);
  expect(await ports.store.run(run.directory, run.id)).toEqual({ ...run, ...as });
});
