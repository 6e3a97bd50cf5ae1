import { expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import { packGuids } from '../../../shared/nesting/guid.ts';
import type { MemberType } from '../../../shared/sync/graph-port.ts';
import { hashOf } from '../../../shared/sync/plan-hash.ts';
import { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { group, user } from './small-tenant.ts';

// The hash of a plan names what is to be done: Graph cuts and orders its pages as it likes, and the same change is the same plan.

const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

/** Groups that hold users, devices and groups that are named before they are delivered; each seed cuts other pages. */
function tenantOf(seed: number): SimulatedSync {
  const sync = new SimulatedSync(seed);
  const { tenant } = sync;
  for (let index = 1; index <= 12; index++) {
    tenant.setUser(user(index), 'live', { userPrincipalName: `user${index}@rookery.example` });
    tenant.setGroup(group(index), 'live', { displayName: `Group ${index}` });
  }
  for (let index = 1; index <= 12; index++) {
    tenant.setMember(group(index), group(((index + 4) % 12) + 1), 'group');
    tenant.setMember(group(index), user(13 - index), 'user');
    tenant.setMember(group(index), user(100 + index), 'device');
  }
  return sync;
}

const strict = { safeguard: { enabled: true, memberships: { floor: 1, percent: 0, absolute: 1 } } } as never;

function removals({ tenant }: SimulatedSync): void {
  for (const index of [9, 3, 6, 1, 12]) {
    tenant.setMember(group(index), user(13 - index), undefined);
    tenant.setMember(group(index), user(101), 'user');
    tenant.setMember(group(index), group(((index + 4) % 12) + 1), undefined);
    tenant.setUser(user(index), 'soft-deleted');
  }
}

test('the same change has the same hash, however its pages are cut and its entries are ordered', async () => {
  const hashes = { first: new Set(), second: new Set() };
  for (const seed of seeds) {
    const sync = tenantOf(seed);
    hashes.first.add((await sync.sync({}, 'dry-run')).plan?.hash);
    await sync.sync();
    removals(sync);
    sync.tenant.faults = { ...sync.tenant.faults, replays: seed % 2 };
    hashes.second.add((await sync.sync({}, 'dry-run')).plan?.hash);
  }
  expect([hashes.first.size, hashes.second.size]).toEqual([1, 1]);
});

test('a rejected plan is not asked about again when Graph tells it in another order (XE-19)', async () => {
  const ends = [];
  for (const seed of seeds) {
    const sync = tenantOf(seed);
    await sync.sync();
    removals(sync);
    await sync.sync(strict);
    await sync.decide(false);
    sync.tenant.faults = { ...sync.tenant.faults, replays: 1, emptyPages: 0.5 };
    ends.push((await sync.sync(strict)).status);
  }
  expect(ends).toEqual(seeds.map(() => 'rejected'));
});

const membersPart = (of: readonly (readonly [number, readonly number[], readonly number[], MemberType?])[]) =>
  hashOf([
    {
      kind: 'members',
      items: of.map(([index, added, removed, type = 'user']) => ({
        ...{ group: GroupId.parse(group(index)), type },
        added: packGuids(added.map(user)),
        removed: packGuids(removed.map(user)),
      })),
    },
  ]);

test('another group, member, type or direction is another plan, though the same ids are in it', async () => {
  const plans = await Promise.all([
    membersPart([
      [1, [1, 3], []],
      [2, [2, 4], []],
    ]),
    membersPart([
      [1, [2, 4], []],
      [2, [1, 3], []],
    ]),
    membersPart([
      [1, [1], [3]],
      [2, [2, 4], []],
    ]),
    membersPart([
      [1, [1, 2, 3, 4], []],
      [2, [], []],
    ]),
    membersPart([
      [1, [1, 3], [], 'device'],
      [2, [2, 4], []],
    ]),
    ...Array.from({ length: 500 }, (_, index) => membersPart([[1, [index], []]])),
  ]);
  expect(new Set(plans.map(({ hash }) => hash)).size).toBe(505);
});
