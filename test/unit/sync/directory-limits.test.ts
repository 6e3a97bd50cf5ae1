import { expect, test } from '@jest/globals';
import { limitsPassed } from '../../../shared/sync/directory-limits.ts';
import type { PlanCounts } from '../../../shared/sync/run-records.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { group, synced, told, user } from './small-tenant.ts';

const nothing: PlanCounts = {
  usersCreated: 0,
  usersDeactivated: 0,
  usersRemoved: 0,
  groupsCreated: 0,
  groupsRemoved: 0,
  directAdded: 0,
  directRemoved: 0,
  membershipsAdded: 0,
  membershipsRemoved: 0,
  groupsHeld: 0,
};
const before = { users: 100, groups: 10, memberships: 300, domains: 1 };
const limits = { maxUsers: 105, maxGroups: 12, maxMemberships: 310 };

test.each([
  ['up to all limits', { usersCreated: 5, groupsCreated: 2, membershipsAdded: 10 }, []],
  [
    'one past each',
    { usersCreated: 6, groupsCreated: 3, membershipsAdded: 11 },
    [
      'users in the directory: 106, allowed 105',
      'groups in the directory: 13, allowed 12',
      'memberships in the directory: 311, allowed 310',
    ],
  ],
  [
    'what comes less what goes',
    { usersCreated: 9, usersRemoved: 4, groupsCreated: 9, groupsRemoved: 7, membershipsAdded: 99 },
    ['memberships in the directory: 399, allowed 310'],
  ],
])('a directory may grow to its limits and not past them: %s (XA-45)', (_, counts, expected) => {
  const passed = limitsPassed({ ...nothing, ...counts }, before, limits);
  expect(passed.map(({ sentence }) => sentence)).toEqual(expected);
});

test('where no limit is set none is passed, and what does not grow passes none (XA-45)', () => {
  const grown = {
    ...nothing,
    usersCreated: 9_000_000,
    groupsCreated: 9_000_000,
    membershipsAdded: 9_000_000,
  };
  expect(limitsPassed(grown, before, NestedSettings.parse({}))).toEqual([]);
  const swapped = { ...nothing, usersCreated: 3, usersRemoved: 3 };
  expect(limitsPassed(swapped, before, { maxUsers: 50 })).toEqual([]);
  expect(limitsPassed({ ...nothing, groupsCreated: 2 }, undefined, { maxGroups: 1 })).toEqual([
    { kind: 'groups-limit', sentence: 'groups in the directory: 2, allowed 1' },
  ]);
});

test('a first run past a limit is held whole until it is approved; then the directory may stay so, and not grow (XA-45)', async () => {
  const settings = { maxMemberships: 2 };
  const sync = new SimulatedSync(1);
  for (let index = 1; index <= 4; index++) sync.tenant.setUser(user(index), 'live', {});
  sync.tenant.setGroup(group(1), 'live', {});
  for (let index = 1; index <= 3; index++) sync.tenant.setMember(group(1), user(index), 'user');
  const held = await sync.sync(settings);
  expect([held.status, held.plan?.exceeded, told(sync)]).toEqual([
    'awaiting-approval',
    ['memberships in the directory: 3, allowed 2'],
    {},
  ]);
  expect((await sync.decide(true)).status).toBe('done');
  expect(told(sync)).toEqual({ 1: [1, 2, 3] });
  sync.tenant.setUser(user(1), 'live', { displayName: 'Another name' });
  sync.tenant.setMember(group(1), user(1), undefined);
  sync.tenant.setMember(group(1), user(4), 'user');
  expect((await sync.sync(settings)).status).toBe('done');
  expect(told(sync)).toEqual({ 1: [2, 3, 4] });
  sync.tenant.setMember(group(1), user(1), 'user');
  expect((await sync.sync(settings)).status).toBe('awaiting-approval');
});

test('a limit that is raised, or taken away, lets the next run through (XA-45)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } }, { maxUsers: 2 });
  sync.tenant.setUser(user(3), 'live', {});
  const held = await sync.sync({ maxUsers: 2 });
  expect([held.status, held.plan?.exceeded]).toEqual([
    'awaiting-approval',
    ['users in the directory: 3, allowed 2'],
  ]);
  await sync.decide(false);
  expect((await sync.sync({ maxUsers: 3 })).status).toBe('done');
});
