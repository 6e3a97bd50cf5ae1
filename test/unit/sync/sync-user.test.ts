import { expect, test } from '@jest/globals';
import { UserId } from '../../../shared/model/ids.ts';
import { syncUser } from '../../../shared/sync/sync-user.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, synced, told, user } from './small-tenant.ts';

const one = UserId.parse(user(1));

async function nameOf(sync: SimulatedSync): Promise<unknown> {
  const [row] = await sync.store.users(simulatedDirectory, [one]);
  return row?.fields['displayName'];
}

async function syncOne(sync: SimulatedSync, displayName: string) {
  const { settings } = await sync.lastRun();
  const entry = { kind: 'present', id: one, fields: { displayName } } as const;
  return await syncUser(sync.ports(), {
    directory: simulatedDirectory,
    user: one,
    entry,
    settings,
    key: 'one',
  });
}

test('what a replica that lags said of one user does not outlast the next run (graph.md §6.11)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } });
  sync.tenant.setUser(user(1), 'live', { displayName: 'New' });
  await sync.sync();
  expect(await nameOf(sync)).toBe('New');
  expect(await syncOne(sync, 'User 1')).toBe('updated');
  expect(await nameOf(sync)).toBe('User 1');
  sync.tenant.setMember(group(1), user(2), 'user');
  const next = await sync.sync();
  expect([await nameOf(sync), told(sync)]).toEqual(['New', { 1: [1, 2] }]);
  expect((await sync.sync()).users.start).toBe(next.users.delta);
});

test('a user who is as he was costs the next run nothing', async () => {
  const sync = await synced({ users: 1, groups: {} });
  const { users } = await sync.sync();
  expect(await syncOne(sync, 'User 1')).toBe('unchanged');
  expect((await sync.sync()).users.start).toBe(users.delta);
});

test('who has one user read before each run reads each change twice, and not ever more of them', async () => {
  const sync = await synced({ users: 1, groups: {} });
  const runs = [await sync.sync()];
  for (let round = 1; round <= 4; round++) {
    sync.tenant.setUser(user(1), 'live', { displayName: `New ${round}` });
    expect(await syncOne(sync, `New ${round}`)).toBe('updated');
    runs.push(await sync.sync());
  }
  const ends = runs.map(({ users }) => users.delta);
  // Each begins where the run before the last one ended.
  expect(runs.slice(2).map(({ users }) => users.start)).toEqual(ends.slice(0, -2));
});
