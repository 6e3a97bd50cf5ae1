import { expect, test } from '@jest/globals';
import type { Assignment } from '../../../shared/sync/graph-port.ts';
import { membersNotAssigned } from '../../../shared/sync/members-not-assigned.ts';
import { RunMemory } from '../../../shared/sync/run-memory.ts';
import type { NestedSettings } from '../../../shared/sync/settings.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, synced, user } from './small-tenant.ts';

const application = '66666666-0000-4000-8000-000000000000';

/** Groups 1 and 5 are assigned, and user 4; 1 ∋ 2 ∋ 3 ∋ 1, 5 ∋ 3. */
async function assigned(settings: Partial<NestedSettings> = {}): Promise<SimulatedSync> {
  const sync = await synced({
    users: 8,
    groups: {
      1: [
        ['user', 1],
        ['group', 2],
      ],
      2: [
        ['user', 1],
        ['user', 2],
        ['user', 4],
        ['group', 3],
      ],
      3: [
        ['user', 3],
        ['user', 5],
        ['user', 6],
        ['group', 1],
      ],
      4: [['user', 7]],
      5: [
        ['user', 6],
        ['group', 3],
      ],
    },
  });
  const graphOf = sync.tenant.graph.bind(sync.tenant);
  const items: readonly Assignment[] = [
    { principalId: group(1), principalType: 'Group' },
    { principalId: group(5), principalType: 'Group' },
    { principalId: user(4), principalType: 'User' },
  ];
  sync.tenant.graph = () => ({
    ...graphOf(),
    appRoleAssignedTo: async () => ({ kind: 'read', value: { items }, calls: 1, resourceUnits: 1 }),
  });
  sync.consumer.isStrict = false;
  // The check of the first run is good for an hour.
  sync.advance(61 * 60_000);
  await sync.sync(scope('effective', settings));
  return sync;
}

const scope = (reading: 'literal' | 'effective' | 'subtree', settings: Partial<NestedSettings> = {}) => ({
  scope: { kind: 'application' as const, servicePrincipalId: application, reading },
  ...settings,
});

async function listed(sync: SimulatedSync, limit = 10, after?: string) {
  const at = { store: sync.store, directory: simulatedDirectory, memory: new RunMemory() };
  const { items, next } = await membersNotAssigned(at, { limit, after });
  return { items: items.map((item) => [item.user.id, item.groups]), next };
}

test('who is in scope by nesting alone is listed with the assigned groups he comes into (graph.md §2)', async () => {
  const sync = await assigned();
  const both = [group(1), group(5)];
  expect(await listed(sync)).toEqual({
    items: [
      [user(2), both],
      [user(3), both],
      [user(5), both],
    ],
    next: undefined,
  });
  expect(await listed(sync, 2)).toEqual({
    items: [
      [user(2), both],
      [user(3), both],
    ],
    next: user(3),
  });
  expect(await listed(sync, 2, user(3))).toEqual({ items: [[user(5), both]], next: undefined });
});

test('who does not count is not among them, nor are deleted groups on the way', async () => {
  const sync = await assigned();
  sync.tenant.setUser(user(3), 'soft-deleted');
  sync.tenant.setUser(user(2), 'live', { userType: 'Guest' });
  await sync.sync(scope('effective', { guests: 'exclude' }));
  expect((await listed(sync)).items.map(([id]) => id)).toEqual([user(5)]);
  sync.tenant.setGroup(group(3), 'soft-deleted');
  await sync.sync(scope('effective'));
  expect(await listed(sync)).toEqual({ items: [[user(2), [group(1)]]], next: undefined });
});

test('a direct member of an assigned group that is deleted is not assigned any more', async () => {
  const sync = await assigned();
  sync.tenant.setGroup(group(5), 'soft-deleted');
  await sync.sync(scope('effective'));
  expect((await listed(sync)).items).toContainEqual([user(6), [group(1)]]);
});

test('the literal reading passes nobody on, the subtree reading tells the same of the assigned groups', async () => {
  const sync = await assigned();
  await sync.sync(scope('literal'));
  expect(await listed(sync)).toEqual({ items: [], next: undefined });
  await sync.sync(scope('subtree'));
  expect((await listed(sync)).items.map(([id]) => id)).toEqual([user(2), user(3), user(5)]);
});

test('a group above its limit tells those it kept', async () => {
  const sync = await assigned();
  sync.tenant.setMember(group(4), group(5), 'group');
  sync.tenant.setMember(group(3), group(4), 'group');
  await sync.sync(scope('effective', { maxMembersPerGroup: 6 }));
  expect((await listed(sync)).items.map(([id]) => id)).toEqual([user(2), user(3), user(5)]);
});
