import { expect, test } from '@jest/globals';
import type { GroupEntry, UserEntry } from '../../../shared/sync/graph-port.ts';
import { SafeguardSettings } from '../../../shared/sync/settings.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { forgetTokens, graphAnswers, group, nestedPair, told, user } from './small-tenant.ts';

const whole = { 1: [1, 2, 3], 2: [3] };

/** Group 1 holds users 1 and 2 and group 2, which holds user 3; its consumer bears that Graph is wrong. */
async function tenant(): Promise<SimulatedSync> {
  const sync = await nestedPair();
  sync.consumer.isStrict = false;
  expect(told(sync)).toEqual(whole);
  return sync;
}

/** What Graph says beside the truth in the delta of the next run, which is the first to be read of each stream. */
function saying(
  sync: SimulatedSync,
  { users = [], groups = [] }: { users?: readonly UserEntry[]; groups?: readonly GroupEntry[] },
): void {
  let [usersSaid, groupsSaid] = [false, false];
  graphAnswers(sync, (reader) => ({
    usersDelta: async (from) => {
      const page = await reader.usersDelta(from);
      if (page.kind === 'fault' || usersSaid) return page;
      usersSaid = true;
      return { ...page, value: { ...page.value, items: [...page.value.items, ...users] } };
    },
    groupsDelta: async (from) => {
      const page = await reader.groupsDelta(from);
      if (page.kind === 'fault' || groupsSaid) return page;
      groupsSaid = true;
      return { ...page, value: { ...page.value, items: [...page.value.items, ...groups] } };
    },
  }));
}

const goneUser: UserEntry = { kind: 'removed', id: user(1) as never, reason: 'deleted' };
const goneGroup: GroupEntry = { kind: 'removed', id: group(2) as never, reason: 'deleted' };

/** User 1 and group 2 are said to be gone for good, and are there. */
async function wronged(): Promise<SimulatedSync> {
  const sync = await tenant();
  saying(sync, { users: [goneUser], groups: [goneGroup] });
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [2] });
  return sync;
}

test.each(['delta', 'lists'] as const)(
  'who was said to be gone for good is back when everything is read anew by %s and he is there (rule 3)',
  async (baseline) => {
    const sync = await wronged();
    sync.tenant.setUser(user(1), 'live', { displayName: 'Renamed' });
    await forgetTokens(sync);
    await sync.sync({ baseline });
    expect(told(sync)).toEqual(whole);
    const [row] = await sync.store.users(simulatedDirectory, [user(1) as never]);
    expect(row).toMatchObject({ life: 'live', lifeSince: '', fields: { displayName: 'Renamed' } });
  },
);

test.each(['users', 'groups'] as const)(
  'when %s alone are read anew, who is there again is asked for his groups (rule 4)',
  async (stream) => {
    const sync = await wronged();
    const { state } = sync.store;
    sync.store.state = async (directory) => ({
      ...(await state.call(sync.store, directory)),
      ...(stream === 'users' ? { enumerateUsers: true } : { enumerateGroups: true }),
    });
    const run = await sync.sync();
    expect(run.asking?.of).toEqual([
      stream === 'users' ? { kind: 'user', id: user(1) } : { kind: 'group', id: group(2) },
    ]);
    expect(told(sync)).toEqual(stream === 'users' ? { 1: [1, 2] } : { 1: [2, 3], 2: [3] });
  },
);

test('who is gone stays gone whatever the delta after the lists of a fast baseline repeats (rule 3)', async () => {
  const sync = await tenant();
  sync.tenant.setUser(user(1), 'gone');
  sync.tenant.setGroup(group(2), 'gone');
  await sync.sync();
  saying(sync, {
    users: [{ kind: 'present', id: user(1) as never, fields: { displayName: 'User 1' } }],
    groups: [{ kind: 'present', id: group(2) as never, fields: { displayName: 'Group 2' }, members: [] }],
  });
  await forgetTokens(sync);
  await sync.sync({ baseline: 'lists' });
  expect(told(sync)).toEqual({ 1: [2] });
  expect((await sync.store.users(simulatedDirectory, [user(1) as never]))[0]?.life).toBe('gone');
});

test('who goes for good while everything is read anew is gone (rule 4)', async () => {
  const sync = await wronged();
  saying(sync, { users: [{ kind: 'present', id: user(1) as never, fields: {} }, goneUser] });
  await forgetTokens(sync);
  sync.tenant.setUser(user(1), 'gone');
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [2, 3], 2: [3] });
  expect((await sync.store.users(simulatedDirectory, [user(1) as never]))[0]?.life).toBe('gone');
});

test('nor what is read on when everything was read anew, and somebody has approved it (rule 3)', async () => {
  const sync = await tenant();
  sync.tenant.setUser(user(1), 'gone');
  await sync.sync();
  await forgetTokens(sync);
  sync.tenant.setMember(group(1), user(2), undefined);
  const safeguard = SafeguardSettings.parse({ memberships: { floor: 0, percent: 0 } });
  expect((await sync.sync({ safeguard })).status).toBe('awaiting-approval');
  saying(sync, { users: [{ kind: 'present', id: user(1) as never, fields: { displayName: 'User 1' } }] });
  expect((await sync.decide(true)).status).toBe('done');
  expect(told(sync)).toEqual({ 1: [3], 2: [3] });
  expect((await sync.store.users(simulatedDirectory, [user(1) as never]))[0]?.life).toBe('gone');
});

test('a group that nobody had read is restored while a run that reads everything anew waits for a person, and has its members (rule 4)', async () => {
  const sync = await tenant();
  sync.tenant.setGroup(group(3), 'soft-deleted', { displayName: 'Group 3' });
  sync.tenant.setMember(group(3), user(2), 'user');
  await forgetTokens(sync);
  sync.tenant.setMember(group(1), user(1), undefined);
  const safeguard = SafeguardSettings.parse({ memberships: { floor: 0, percent: 0 } });
  expect((await sync.sync({ safeguard })).status).toBe('awaiting-approval');
  sync.tenant.setGroup(group(3), 'live', { displayName: 'Group 3' });
  // What has come meanwhile is shown once more.
  expect((await sync.decide(true)).status).toBe('awaiting-approval');
  expect((await sync.decide(true)).status).toBe('done');
  expect(told(sync)).toEqual({ 1: [2, 3], 2: [3], 3: [2] });
});
