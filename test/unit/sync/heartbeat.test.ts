import { expect, test } from '@jest/globals';
import { newRunId } from '../../../shared/model/new-ids.ts';
import { startRun } from '../../../shared/sync/run-orders.ts';
import { runStep } from '../../../shared/sync/run-step.ts';
import { simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

test('a step keeps a short lease by its heartbeat, so that a dead one is soon known for dead', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } });
  const { settings, settingsVersion, pinnedTenantId, confirmedHash } = await sync.lastRun();
  const random = { now: sync.now.bind(sync), randomBytes: (count: number) => new Uint8Array(count) };
  const run = await startRun(sync.ports(), {
    ...{ id: newRunId(random), directory: simulatedDirectory, mode: 'sync', trigger: 'timer' },
    ...{ settings, settingsVersion, pinnedTenantId, confirmedHash },
    startedAt: new Date(sync.now()).toISOString(),
  });
  sync.tenant.setMember(group(1), user(2), 'user');
  const beats: { seconds: number; beat: () => Promise<void>; over: boolean }[] = [];
  const heartbeat = (seconds: number, beat: () => Promise<void>) => {
    const one = { seconds, beat, over: false };
    beats.push(one);
    return () => {
      one.over = true;
    };
  };
  const leased = (later: number) => sync.store.isLeased(simulatedDirectory, sync.now() + later);
  const seen: boolean[] = [];
  graphAnswers(sync, (reader) => ({
    groupsDelta: async (from) => {
      seen.push(await leased(89_000), await leased(91_000));
      sync.advance(60_000);
      await beats[0]?.beat();
      seen.push(await leased(89_000), await leased(91_000));
      return await reader.groupsDelta(from);
    },
  }));
  const message = { directory: simulatedDirectory, run: run.id, step: run.step };
  await runStep({ ...sync.ports(), softSeconds: 240, heartbeat }, message);
  expect(seen).toEqual([true, false, true, false]);
  expect(beats).toMatchObject([{ seconds: 20, over: true }]);
  expect(await leased(0)).toBe(false);
  await beats[0]?.beat();
  await sync.untilRest();
  expect(told(sync)).toEqual({ 1: [1, 2] });
});
