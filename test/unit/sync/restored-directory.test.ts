import { expect, test } from '@jest/globals';
import { GroupId, type RunId } from '../../../shared/model/ids.ts';
import { packGuids } from '../../../shared/nesting/guid.ts';
import type { NestedWrite } from '../../../shared/sync/nested-store.ts';
import { abandonRun } from '../../../shared/sync/run-orders.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { SafeguardSettings } from '../../../shared/sync/settings.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, started, synced, told, user } from './small-tenant.ts';

const safeguard = SafeguardSettings.parse({ memberships: { floor: 2, percent: 0, absolute: 100 } });
const three = () =>
  synced(
    {
      users: 4,
      groups: {
        1: [
          ['user', 1],
          ['user', 2],
          ['user', 3],
        ],
      },
    },
    { safeguard },
  );

/** As a restore leaves it, with memberships of which the export had one direction. */
async function restored({ store }: SimulatedSync, ...writes: readonly NestedWrite[]): Promise<void> {
  const fence = await store.acquire(simulatedDirectory, {
    holder: 'restore',
    now: Date.UTC(2027, 0),
    seconds: 1,
  });
  if (fence === undefined) throw new Error('somebody else has the lease');
  const { tokens: _, ...state } = await store.state(simulatedDirectory);
  await store.commit(simulatedDirectory, fence, [
    ...writes,
    { kind: 'state', state: { ...state, unsettled: 'restored' } },
  ]);
  await store.release(simulatedDirectory, fence);
}

test('the first run after a restore waits for a person at half the limits, and the next one at all of them (reliability.md §6)', async () => {
  const sync = await three();
  await restored(sync);
  for (const index of [1, 2]) sync.tenant.setMember(group(1), user(index), undefined);
  const held = await sync.sync({ safeguard });
  expect([held.status, held.plan?.exceeded]).toEqual([
    'awaiting-approval',
    ['memberships removed: 2 of 3, allowed 1'],
  ]);
  expect(held.settings.safeguard).toEqual(safeguard);
  expect(await sync.decide(true)).toMatchObject({ status: 'done' });
  expect(told(sync)).toEqual({ 1: [3] });
  for (const index of [1, 2]) sync.tenant.setMember(group(1), user(index), 'user');
  await sync.sync({ safeguard });
  for (const index of [1, 2]) sync.tenant.setMember(group(1), user(index), undefined);
  expect(await sync.sync({ safeguard })).toMatchObject({ status: 'done' });
});

test('a restored directory has its memberships in both directions after a run, and its counts are counted anew', async () => {
  const sync = await three();
  const packed = { added: packGuids([user(4)]), removed: packGuids([]) };
  await restored(
    sync,
    { kind: 'members', group: GroupId.parse(group(1)), type: 'user', ...packed },
    { kind: 'groups-of', member: user(1), added: packGuids([]), removed: packGuids([group(1)]) },
  );
  expect(await sync.sync({ safeguard })).toMatchObject({
    status: 'done',
    plan: { before: { users: 4, groups: 1, memberships: 4 }, counts: { membershipsRemoved: 1 } },
  });
  expect(told(sync)).toEqual({ 1: [1, 2, 3] });
  const { counts, unsettled } = await sync.store.state(simulatedDirectory);
  expect([counts, unsettled]).toEqual([{ users: 4, groups: 1, memberships: 3, domains: 1 }, undefined]);
  const groups = await sync.store.groupsOf(simulatedDirectory, [1, 2, 3, 4].map(user));
  expect([...groups.keys()].sort()).toEqual([1, 2, 3].map(user));
});

test('a dry run of a restored directory writes nothing, and says what the run would do', async () => {
  const sync = await three();
  const before = {
    kind: 'groups-of',
    member: user(1),
    added: packGuids([]),
    removed: packGuids([group(1)]),
  } as const;
  await restored(sync, before);
  sync.tenant.setMember(group(1), user(2), undefined);
  const { plan } = await sync.sync({ safeguard }, 'dry-run');
  expect(plan).toMatchObject({ counts: { membershipsRemoved: 1, membershipsAdded: 0 } });
  expect((await sync.store.groupsOf(simulatedDirectory, [user(1)])).size).toBe(0);
  expect((await sync.store.state(simulatedDirectory)).unsettled).toBe('restored');
});

test('a run after a restore that is ended half-way leaves the next one at half the limits, too', async () => {
  const sync = await three();
  await restored(sync);
  const { run } = await started(sync);
  const of = { directory: simulatedDirectory, run };
  await changeRun(sync, run, (begun) => ({
    ...begun,
    phase: 'apply',
    stuck: { since: '', code: '', detail: '' },
  }));
  await abandonRun(sync.ports(), { ...of, by: 'admin', reason: 'its journal is lost' });
  await sync.untilEnd();
  sync.tenant.setMember(group(1), user(1), undefined);
  sync.tenant.setMember(group(1), user(2), undefined);
  expect(await sync.sync({ safeguard })).toMatchObject({
    status: 'awaiting-approval',
    plan: { exceeded: ['memberships removed: 2 of 3, allowed 1'] },
  });
});

async function changeRun(sync: SimulatedSync, run: RunId, change: (run: SyncRun) => SyncRun): Promise<void> {
  const { store } = sync;
  const fence = await store.acquire(simulatedDirectory, { holder: 'test', now: sync.now(), seconds: 1 });
  const begun = await store.run(simulatedDirectory, run);
  if (fence === undefined || begun === undefined) throw new Error('the run has not begun');
  await store.commit(simulatedDirectory, fence, [{ kind: 'checkpoint', run: change(begun) }]);
  await store.release(simulatedDirectory, fence);
}
