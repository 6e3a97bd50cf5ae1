import { expect, test } from '@jest/globals';
import { GroupId, type UserId } from '../../../shared/model/ids.ts';
import { toldPairsMax } from '../../../shared/sync/derive-round.ts';
import type { SyncScope } from '../../../shared/sync/settings.ts';
import { simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, synced, user } from './small-tenant.ts';

test('where more memberships move than are told one by one, scope and limit are kept and counts are exact (XA-05)', async () => {
  const [users, parents, hub] = [700, 2_900, 2];
  const scope: SyncScope = { kind: 'groups', groups: [GroupId.parse(group(1))], includeNestedGroups: true };
  const others = Array.from({ length: parents }, (_, index) => index + 3);
  const sync = await synced(
    {
      users: users + 1,
      groups: {
        1: [['user', users + 1], ...others.map((other) => ['group', other] as const)],
        [hub]: [],
        ...Object.fromEntries(others.map((other) => [other, [['group', hub]]])),
      },
    },
    { scope },
  );
  const all = Array.from({ length: users }, (_, index) => user(index + 1));
  for (const one of all) sync.tenant.setMember(group(hub), one, 'user');
  // Two million pairs as text are not asked for here.
  sync.consumer.consume = async () => undefined;
  const { plan } = await sync.sync({ scope, maxMembersPerGroup: users });
  // All gain everybody but the first group, which has one member more and stays as it is.
  const membershipsAdded = users * (parents + 1);
  expect(membershipsAdded).toBeGreaterThan(toldPairsMax);
  expect(plan?.counts).toMatchObject({ membershipsAdded, membershipsRemoved: 0, groupsHeld: 1 });
  const rows = await sync.store.users(simulatedDirectory, all as UserId[]);
  expect(
    rows
      .filter(({ standing }) => standing.inScope)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(all);
});
