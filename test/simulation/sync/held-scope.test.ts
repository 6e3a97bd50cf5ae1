import { expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import { NestedSettings, type SyncScope } from '../../../shared/sync/settings.ts';
import { seeded } from '../../../tools/simulated-tenant/seeded-random.ts';
import { truthOf } from '../../support/sync/oracle.ts';
import { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { groupId, userId } from './random-tenant.ts';
import { saidBy } from './said.ts';

// Groups above their limit while people come into the scope and leave it: rare in worlds where everything may happen.

const [users, groups, rounds, worlds] = [8, 3, 10, 25];

test('a group above its limit has whom it had as far as they are in the directory, and every other group all of its members (XA-05, XA-10)', async () => {
  let left = 0;
  for (let seed = 1; seed <= worlds; seed++) left += await livedThrough(seed);
  // People left a group above its limit because they left the scope.
  expect(left).toBeGreaterThan(3);
});

/** How many memberships of groups above their limit ended. */
async function livedThrough(seed: number): Promise<number> {
  const random = seeded(seed);
  const any = (count: number) => Math.floor(random() * count);
  const sync = new SimulatedSync(seed);
  sync.consumer.isStrict = false;
  for (let index = 0; index < users; index++) {
    sync.tenant.setUser(userId(index), 'live', { userPrincipalName: `u${index}@rookery.example` });
  }
  for (let index = 0; index < groups; index++) sync.tenant.setGroup(groupId(index), 'live', {});
  let given = rulesOf(any);
  let left = 0;
  for (let round = 0; round < rounds; round++) {
    for (let events = 2 + any(6); events > 0; events--) oneMoves(sync, any);
    if (random() < 0.1) given = rulesOf(any);
    const settings = NestedSettings.parse(given);
    const before = [...sync.copy];
    expect([seed, round, (await sync.sync(given)).status]).toEqual([seed, round, 'done']);
    const { pairs, held } = expected(sync, settings, before);
    const said = await saidBy(sync);
    expect([seed, round, said.pairs, said.stored]).toEqual([seed, round, pairs, pairs]);
    left += before.filter((pair) => held.has(groupOf(pair)) && !pairs.includes(pair)).length;
  }
  return left;
}

const groupOf = (pair: string) => pair.split(' ')[0] ?? '';

function oneMoves({ tenant }: SimulatedSync, any: (count: number) => number): void {
  const of = groupId(any(groups));
  const isGroup = any(8) === 0;
  const member = isGroup ? groupId(any(groups)) : userId(any(users));
  tenant.setMember(of, member, any(5) < 2 ? undefined : isGroup ? 'group' : 'user');
}

function rulesOf(any: (count: number) => number): Partial<NestedSettings> {
  const chosen = Array.from({ length: 1 + any(2) }, () => GroupId.parse(groupId(any(groups))));
  const scope: SyncScope = { kind: 'groups', groups: chosen, includeNestedGroups: any(2) === 0 };
  return { scope, maxMembersPerGroup: 1 + any(3) };
}

/** Nobody is deleted here, so that a group keeps for good whom it keeps. */
function expected({ tenant }: SimulatedSync, settings: NestedSettings, before: readonly string[]) {
  const { groups: told, pairs, users: inScope } = truthOf(tenant.history.latest, settings);
  const sizes = Map.groupBy(pairs, groupOf);
  const held = new Set(
    [...told].filter((group) => (sizes.get(group)?.length ?? 0) > settings.maxMembersPerGroup),
  );
  const kept = before.filter((pair) => held.has(groupOf(pair)) && inScope.has(pair.split(' ')[1] ?? ''));
  return { held, pairs: [...kept, ...[...pairs].filter((pair) => !held.has(groupOf(pair)))].sort() };
}
