import { expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';
import { cancelRun } from '../../../shared/sync/run-orders.ts';
import { runStep } from '../../../shared/sync/run-step.ts';
import type { SyncMessage } from '../../../shared/sync/sync-ports.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { forgetTokens, graphAnswers, group, started, synced, told, user } from './small-tenant.ts';

const small = () => synced({ users: 2, groups: { 1: [['user', 1]] } });

/** Carries a message out, and counts how often it looked whether it is to stop. */
async function carriedOut(
  sync: SimulatedSync,
  message: SyncMessage,
  store: Partial<NestedDirectoryStore> = {},
): Promise<number> {
  let looks = 0;
  const counting: NestedDirectoryStore = {
    ...sync.store,
    isCancelOrdered: (...of) => {
      looks++;
      return sync.store.isCancelOrdered(...of);
    },
    ...store,
  };
  expect(await runStep({ ...sync.ports(), store: counting }, message)).toBe('worked');
  await sync.consumer.consume();
  return looks;
}

const cancel = (sync: SimulatedSync, { run }: SyncMessage) =>
  cancelRun(sync.ports(), simulatedDirectory, run);

test('a run that is cancelled in the middle of a message ends seconds later and applies nothing (XA-15)', async () => {
  const sync = await small();
  const message = await started(sync);
  let page = 0;
  let secondsOn = 0;
  graphAnswers(sync, () => ({
    groupsDelta: async () => {
      sync.advance(3000);
      if (++page === 20) await cancel(sync, message);
      if (page > 20) secondsOn += 3;
      const id = GroupId.parse(group(page + 10));
      const value = { items: [{ kind: 'present' as const, id, fields: {} }], fingerprint: `${page}` };
      return { kind: 'read', value: { ...value, next: `next ${page}` }, calls: 1, resourceUnits: 5 };
    },
  }));
  const looks = await carriedOut(sync, message);
  expect(await sync.lastRun()).toMatchObject({ id: message.run, status: 'cancelled', phase: 'read' });
  expect(secondsOn).toBeLessThanOrEqual(12);
  expect(looks).toBeLessThanOrEqual(1 + (3 * page) / 10);
  expect((await sync.store.state(simulatedDirectory)).activeRun).toBeUndefined();
  expect(
    await sync.store.staged(simulatedDirectory, { ...message, stream: 'groups', page: 0 }),
  ).toBeUndefined();
  expect(told(sync)).toEqual({ 1: [1] });
});

test('so does one whose lists of members are long', async () => {
  const sync = await small();
  for (let index = 3; index <= 400; index++) sync.tenant.setMember(group(1), user(index), 'user');
  await sync.sync({ baseline: 'lists', baselineWaitSeconds: 0 });
  await forgetTokens(sync);
  const message = await started(sync);
  let page = 0;
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => {
      sync.advance(1000);
      if (++page === 5) await cancel(sync, message);
      return await reader.groupMembers(id, link);
    },
  }));
  await carriedOut(sync, message);
  expect((await sync.lastRun()).status).toBe('cancelled');
  expect(page).toBeLessThanOrEqual(20);
});

test('an order that comes while a plan is being made is heard before anything is applied', async () => {
  const sync = await small();
  sync.tenant.setMember(group(1), user(2), 'user');
  const message = await started(sync);
  const outbox = await sync.store.outbox(simulatedDirectory, { limit: 1000 });
  const nesting: NestedDirectoryStore['nesting'] = async (directory) => {
    await cancel(sync, message);
    sync.advance(15_000);
    return await sync.store.nesting(directory);
  };
  await carriedOut(sync, message, { nesting });
  expect((await sync.lastRun()).status).toBe('cancelled');
  expect(await sync.store.outbox(simulatedDirectory, { limit: 1000 })).toEqual(outbox);
});

test('a run that is being applied is carried to its end, and looks for no order', async () => {
  const sync = await small();
  sync.tenant.setMember(group(1), user(2), 'user');
  const message = await started(sync);
  const commit: NestedDirectoryStore['commit'] = async (directory, fence, writes) => {
    if (writes.some((write) => write.kind === 'checkpoint' && write.run.phase === 'apply')) {
      await cancel(sync, message);
      sync.advance(60_000);
    }
    await sync.store.commit(directory, fence, writes);
  };
  const refused = { commitWhole: async () => false, commitFitting: async () => undefined };
  const looks = await carriedOut(sync, message, { commit, ...refused });
  expect([looks, (await sync.lastRun()).status, told(sync)]).toEqual([1, 'done', { 1: [1, 2] }]);
});

test('a short run looks once', async () => {
  const sync = await small();
  expect(await carriedOut(sync, await started(sync))).toBe(1);
});
