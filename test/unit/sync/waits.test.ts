import { expect, test } from '@jest/globals';
import { newRunId } from '../../../shared/model/new-ids.ts';
import { cancelRun, startRun, wakeActiveRun } from '../../../shared/sync/run-orders.ts';
import { runStep } from '../../../shared/sync/run-step.ts';
import type { SyncMessage } from '../../../shared/sync/sync-ports.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

/** A directory whose Graph asks the run that begins now to come back in an hour; calls are counted. */
async function throttled() {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  const seen = { calls: 0, closedUntil: sync.now() + 3_600_000 };
  graphAnswers(sync, (real) => {
    const closed = async <T>(read: () => Promise<T>) => {
      seen.calls++;
      const left = (seen.closedUntil - sync.now()) / 1000;
      if (left <= 0) return await read();
      return {
        kind: 'fault',
        fault: { kind: 'throttled', detail: 'later', retryAfterSeconds: left },
      } as const;
    };
    return {
      usersDelta: (from) => closed(() => real.usersDelta(from)),
      groupsDelta: (from) => closed(() => real.groupsDelta(from)),
    };
  });
  const ports = () => {
    const sent: { message: SyncMessage; delaySeconds: number }[] = [];
    const queue = {
      send: async (message: SyncMessage, delaySeconds: number) => void sent.push({ message, delaySeconds }),
    };
    return { ...sync.ports(), queue, softSeconds: 240, sent };
  };
  return { sync, seen, ports };
}

async function started({
  sync,
  ports,
}: {
  sync: SimulatedSync;
  ports: () => ReturnType<SimulatedSync['ports']>;
}) {
  const last = await sync.lastRun();
  const { settings, settingsVersion, pinnedTenantId, confirmedHash } = last;
  const random = { now: sync.now.bind(sync), randomBytes: (count: number) => new Uint8Array(count) };
  const run = await startRun(ports(), {
    ...{ id: newRunId(random), directory: simulatedDirectory, mode: 'sync', trigger: 'timer' },
    ...{ settings, settingsVersion, pinnedTenantId, confirmedHash },
    startedAt: new Date(sync.now()).toISOString(),
  });
  return { directory: simulatedDirectory, run: run.id, step: run.step };
}

test('a run that waits for Graph is not woken early by any message, in this process or the next (rule 7)', async () => {
  const { sync, seen, ports } = await throttled();
  const message = await started({ sync, ports });
  const first = ports();
  expect(await runStep(first, message)).toBe('worked');
  expect(first.sent).toEqual([{ message: { ...message, step: 1 }, delaySeconds: 3600 }]);
  const calls = seen.calls;
  sync.advance(1_200_000);
  const woken = ports();
  await wakeActiveRun(woken, simulatedDirectory);
  for (const { message: again } of woken.sent) {
    const next = ports();
    expect(await runStep(next, again)).toBe('waiting');
    expect(next.sent).toEqual([{ message: again, delaySeconds: 2400 }]);
  }
  expect(seen.calls).toBe(calls);
  sync.advance(2_400_000);
  const late = ports();
  expect(await runStep(late, { ...message, step: 1 })).toBe('worked');
  expect((await sync.lastRun()).status).toBe('done');
});

test('a run that is cancelled while it waits ends at once, asks Graph nothing, and the next one waits on (rule 7)', async () => {
  const { sync, seen, ports } = await throttled();
  const message = await started({ sync, ports });
  await runStep(ports(), message);
  const calls = seen.calls;
  sync.advance(60_000);
  await cancelRun(ports(), simulatedDirectory, message.run);
  expect(await runStep(ports(), { ...message, step: 1 })).toBe('worked');
  expect((await sync.lastRun()).status).toBe('cancelled');
  sync.tenant.setUser(user(2), 'live');
  sync.tenant.setMember(group(1), user(2), 'user');
  const next = await started({ sync, ports });
  expect(await runStep(ports(), next)).toBe('waiting');
  expect(seen.calls).toBe(calls);
  sync.advance(3_540_000);
  expect(await runStep(ports(), next)).toBe('worked');
  await sync.consumer.consume();
  expect(told(sync)).toEqual({ 1: [1, 2] });
  expect((await sync.store.state(simulatedDirectory)).throttledUntil).toBeUndefined();
});

test.each([
  ['a Graph that was not there is asked again at once', false, 'worked'],
  ['what Graph asked for is kept', true, 'waiting'],
])('when a person orders a run while another one waits, %s (XA-16)', async (_, asked, outcome) => {
  const { sync, seen, ports } = await throttled();
  seen.closedUntil = 0;
  const message = await started({ sync, ports });
  const run = await sync.lastRun();
  const fence = await sync.store.acquire(simulatedDirectory, { holder: 'a', now: sync.now(), seconds: 1 });
  if (fence === undefined) throw new Error('no lease');
  const waits = { until: sync.now() + 600_000, asked };
  await sync.store.commit(simulatedDirectory, fence, [{ kind: 'checkpoint', run: { ...run, waits } }]);
  await sync.store.release(simulatedDirectory, fence);
  const { settings, settingsVersion, pinnedTenantId, confirmedHash } = run;
  const order = (trigger: 'timer' | 'manual') => ({
    ...{ id: newRunId({ now: sync.now.bind(sync), randomBytes: (count) => new Uint8Array(count) }) },
    ...{ directory: simulatedDirectory, mode: 'sync' as const, trigger },
    ...{ settings, settingsVersion, pinnedTenantId, confirmedHash, startedAt: run.startedAt },
  });
  const refused = { code: 'conflict', facts: { reason: 'run_in_progress', about: { run: run.id } } };
  await expect(startRun(ports(), order('timer'))).rejects.toMatchObject(refused);
  expect(await runStep(ports(), message)).toBe('waiting');
  const person = ports();
  await expect(startRun(person, order('manual'))).rejects.toMatchObject(refused);
  expect(person.sent).toEqual(asked ? [] : [{ message, delaySeconds: 0 }]);
  expect(await runStep(ports(), message)).toBe(outcome);
});
