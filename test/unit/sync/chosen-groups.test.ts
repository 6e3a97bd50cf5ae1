import { expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import { SafeguardSettings, type SyncScope } from '../../../shared/sync/settings.ts';
import { group, synced, told, user } from './small-tenant.ts';

const company = { users: 3, groups: { 1: [['user', 1]], 2: [['user', 2]] } } as const;
const scoped = (...groups: readonly number[]) => ({
  scope: {
    kind: 'groups',
    groups: groups.map((index) => GroupId.parse(group(index))),
    includeNestedGroups: true,
  } satisfies SyncScope,
  safeguard: SafeguardSettings.parse({}),
});

test('chosen groups of which none is there empty no directory unseen, however small it is (graph.md §7.5)', async () => {
  const sync = await synced(company);
  sync.consumer.isStrict = false;
  const run = await sync.sync(scoped(77, 78));
  expect([run.status, run.plan?.exceeded]).toEqual([
    'awaiting-approval',
    ['none of the chosen groups is there: 3 users and 2 groups leave'],
  ]);
  expect(told(sync)).toEqual({ 1: [1], 2: [2] });
  expect((await sync.decide(true)).status).toBe('done');
  expect(told(sync)).toEqual({});
});

test('the last chosen group that is deleted is asked about too, and one of several is not (graph.md §7.5)', async () => {
  const sync = await synced(company);
  sync.consumer.isStrict = false;
  expect((await sync.sync(scoped(1, 2, 77))).status).toBe('done');
  sync.tenant.setGroup(group(2), 'gone');
  sync.tenant.setMember(group(1), user(3), 'user');
  expect((await sync.sync(scoped(1, 2, 77))).status).toBe('done');
  expect(told(sync)).toEqual({ 1: [1, 3] });
  sync.tenant.setGroup(group(1), 'soft-deleted');
  expect((await sync.sync(scoped(1, 2, 77))).plan?.exceeded).toEqual([
    'none of the chosen groups is there: 2 users and 1 groups leave',
  ]);
  await sync.decide(false);
  const off = { ...scoped(1), safeguard: SafeguardSettings.parse({ enabled: false }) };
  expect((await sync.sync(off)).status).toBe('done');
  expect(told(sync)).toEqual({});
});
