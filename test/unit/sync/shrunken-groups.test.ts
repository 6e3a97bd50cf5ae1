import { expect, test } from '@jest/globals';
import { sharePassed } from '../../../shared/sync/group-share.ts';
import { SafeguardSettings } from '../../../shared/sync/settings.ts';
import { group, synced, told, user } from './small-tenant.ts';

const usersIn = (from: number, count: number) =>
  Array.from({ length: count }, (_, index): ['user', number] => ['user', from + index]);

/** Group 2 of so many below group 1, which has a hundred of its own; everything else is allowed. */
const company = (members: number) =>
  synced({
    users: 100 + members,
    groups: { 1: [['group', 2], ...usersIn(1, 100)], 2: usersIn(101, members), 3: usersIn(1, 40) },
  });
const roomy = { floor: 1000, percent: 100 };
const safe = (perGroup: object) => ({
  safeguard: SafeguardSettings.parse({ memberships: roomy, users: roomy, groups: roomy, perGroup }),
});

test.each([
  [60, 30, {}, 'done', []],
  [60, 31, {}, 'awaiting-approval', [`members lost by one group: 31 of 60 by ${group(2)}, allowed 30`]],
  // Of a small group ten may go, whatever their share.
  [12, 10, {}, 'done', []],
  [12, 11, {}, 'awaiting-approval', [`members lost by one group: 11 of 12 by ${group(2)}, allowed 10`]],
  [
    60,
    31,
    { floor: 3, percent: 10 },
    'awaiting-approval',
    [`members lost by one group: 31 of 60 by ${group(2)}, allowed 6, and 1 group more`],
  ],
  [60, 60, { floor: 60 }, 'awaiting-approval', ['groups emptied: 1 that had 5 members or more, allowed 0']],
])(
  'of a group of %d, %d go at once, %j: %s (graph.md §7.5)',
  async (members, lost, perGroup, status, exceeded) => {
    const sync = await company(members);
    for (let index = 0; index < lost; index++) sync.tenant.setMember(group(2), user(101 + index), undefined);
    const run = await sync.sync(safe(perGroup));
    expect([run.status, run.plan?.exceeded]).toEqual([status, exceeded]);
    expect(told(sync)[2]?.length ?? 0).toBe(status === 'done' ? members - lost : members);
  },
);

test('members who are exchanged are lost all the same, and a group that leaves the scope is none that shrinks', async () => {
  const sync = await company(60);
  for (let index = 0; index < 40; index++) {
    sync.tenant.setMember(group(2), user(101 + index), undefined);
    sync.tenant.setMember(group(2), user(1 + index), 'user');
  }
  const run = await sync.sync(safe({}));
  expect(run.plan?.exceeded).toEqual([`members lost by one group: 40 of 60 by ${group(2)}, allowed 30`]);
  await sync.decide(false);
  const other = await company(60);
  other.tenant.setGroup(group(3), 'gone');
  expect((await other.sync(safe({}))).status).toBe('done');
});

test.each([
  [100, 50, 10, 50, false],
  [100, 51, 10, 50, true],
  [10, 10, 10, 0, false],
  [0, 11, 10, 100, true],
])('of %d members %d go, floor %d, %d per cent', (members, lost, floor, percent, passed) => {
  expect(sharePassed({ members, lost }, { floor, percent })).toBe(passed);
});
