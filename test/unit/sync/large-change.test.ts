import { expect, test } from '@jest/globals';
import { GroupId, type UserId } from '../../../shared/model/ids.ts';
import { toldPairsMax } from '../../../shared/sync/derive-round.ts';
import { SafeguardSettings, type SyncScope } from '../../../shared/sync/settings.ts';
import { simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, synced, user } from './small-tenant.ts';

test('where more memberships move than are told one by one, scope and limit are kept, counts are exact, and removals wait for a person (XA-05, XE-19)', async () => {
  const [users, parents, hub] = [700, 2_900, 2];
  const scope: SyncScope = { kind: 'groups', groups: [GroupId.parse(group(1))], includeNestedGroups: true };
  const leaving = Array.from({ length: 5 }, (_, index) => users + 2 + index);
  const others = Array.from({ length: parents }, (_, index) => index + 3);
  const sync = await synced(
    {
      users: users + 6,
      groups: {
        1: [['user', users + 1], ...others.map((other) => ['group', other] as const)],
        [hub]: [],
        ...Object.fromEntries(others.map((other) => [other, [['group', hub]]])),
        3: [['group', hub], ...leaving.map((member) => ['user', member] as const)],
      },
    },
    { scope },
  );
  const all = Array.from({ length: users }, (_, index) => user(index + 1));
  for (const one of all) sync.tenant.setMember(group(hub), one, 'user');
  for (const member of leaving) sync.tenant.setMember(group(3), user(member), undefined);
  // Two million pairs as text are not asked for here.
  sync.consumer.consume = async () => undefined;
  const safeguard = SafeguardSettings.parse({});
  const { plan } = await sync.sync({ scope, maxMembersPerGroup: users, safeguard });
  // All gain everybody but the first group, which has one member more and keeps whom it has; who leaves leaves the scope, and so both groups.
  const membershipsAdded = users * (parents + 1);
  expect(membershipsAdded).toBeGreaterThan(toldPairsMax);
  expect(plan).toMatchObject({
    counts: { membershipsAdded, membershipsRemoved: 2 * leaving.length, groupsHeld: 1 },
    exceeded: ['groups emptied: too much changes to tell'],
  });
  expect(await sync.decide(true)).toMatchObject({ status: 'done' });
  const rows = await sync.store.users(simulatedDirectory, all as UserId[]);
  expect(
    rows
      .filter(({ standing }) => standing.inScope)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(all);
});
