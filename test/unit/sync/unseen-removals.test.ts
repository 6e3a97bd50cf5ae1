import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type DiffSet, DiffSets } from '../../../shared/nesting/diff-sets.ts';
import { packGuids } from '../../../shared/nesting/guid.ts';
import { GuidTable } from '../../../shared/nesting/guid-table.ts';
import type { MemberType } from '../../../shared/sync/graph-port.ts';
import { SafeguardSettings } from '../../../shared/sync/settings.ts';
import { UnseenRemovals } from '../../../shared/sync/unseen-removals.ts';
import { group, synced, told, user } from './small-tenant.ts';

// An approval covers what was shown, and besides only what the safeguard lets through unseen (reliability.md §5, decision 20).

const range = (from: number, count: number) =>
  Array.from({ length: count }, (_, index): readonly [MemberType, number] => ['user', from + index]);

/** Everybody is in group 1; of the last thirty some are in others. */
const company = (users = 130) =>
  synced({
    users,
    groups: {
      1: range(1, users),
      2: range(users - 9, 5),
      3: range(users - 19, 20),
      4: range(users - 19, 5),
      5: [['user', users]],
      6: [['user', users]],
    },
  });
type Company = Awaited<ReturnType<typeof company>>;

const safe = (settings: object = {}) => ({ safeguard: SafeguardSettings.parse(settings) });
const few = { floor: 3, percent: 0 };

const leave = (sync: Company, from: number, count: number) => {
  for (const [, member] of range(from, count)) sync.tenant.setUser(user(member), 'soft-deleted');
};
const without = (sync: Company, of: number, from: number, count: number) => {
  for (const [, member] of range(from, count)) sync.tenant.setMember(group(of), user(member), undefined);
};

/** Of 130 users 100 leave, and the run waits. A twentieth are five. */
async function held(settings: object = {}): Promise<Company> {
  const sync = await company();
  leave(sync, 1, 100);
  expect((await sync.sync(safe(settings))).status).toBe('awaiting-approval');
  return sync;
}

test('a group that is emptied while a run waits was not shown: the run waits again and nobody has left', async () => {
  const sync = await held();
  const before = told(sync);
  without(sync, 2, 121, 5);
  const again = await sync.decide(true);
  expect([again.status, again.plan?.exceeded, again.approval]).toEqual([
    'awaiting-approval',
    [
      'memberships removed: 105 of 162, allowed 32',
      'users deactivated or removed: 100 of 130, allowed 13',
      'groups emptied: 1 that had 5 members or more, allowed 0',
      `members lost by one group: 100 of 130 by ${group(1)}, allowed 65`,
    ],
    undefined,
  ]);
  expect(again.plan?.thresholds).toEqual([
    'memberships-removed',
    'users-removed',
    'groups-emptied',
    'group-shrunken',
  ]);
  expect(told(sync)).toEqual(before);
  expect((await sync.decide(true)).status).toBe('done');
  expect(Object.keys(told(sync))).toEqual(['1', '3', '4', '5', '6']);
});

test('of a plan that was shown before kinds of thresholds were known, only the same is covered', async () => {
  for (const [more, status] of [
    [0, 'done'],
    [1, 'awaiting-approval'],
  ] as const) {
    const sync = await held();
    const { store } = sync;
    const { plan, ...run } = await sync.lastRun();
    if (plan === undefined) throw new Error('no plan');
    const { thresholds: _, ...older } = plan;
    const fence = await store.acquire(run.directory, { holder: 'test', now: sync.now(), seconds: 1 });
    if (fence === undefined) throw new Error('no lease');
    await store.commit(run.directory, fence, [{ kind: 'checkpoint', run: { ...run, plan: older } }]);
    await store.release(run.directory, fence);
    leave(sync, 101, more);
    expect((await sync.decide(true)).status).toBe(status);
  }
});

test('an emptied group that was shown is covered, another one instead of it is not', async () => {
  for (const [emptied, status] of [
    [2, 'done'],
    [4, 'awaiting-approval'],
  ] as const) {
    const sync = await company(240);
    leave(sync, 1, 205);
    without(sync, 2, 231, 5);
    await sync.sync(safe());
    if (emptied === 2) leave(sync, 206, 1);
    else {
      for (const [type, member] of range(231, 5)) sync.tenant.setMember(group(2), user(member), type);
      without(sync, 4, 221, 5);
    }
    expect((await sync.decide(true)).status).toBe(status);
  }
});

test('another group that loses more than its share is not covered, the same group is', async () => {
  const other = await held({ perGroup: few });
  without(other, 3, 111, 4);
  expect((await other.decide(true)).status).toBe('awaiting-approval');
  const same = await held({ perGroup: few });
  without(same, 1, 101, 3);
  expect((await same.decide(true)).status).toBe('done');
  expect(told(same)[1]).toEqual(range(104, 27).map(([, member]) => member));
});

/** What becomes of a held run when this happens while it waits. */
async function after(settings: object, meanwhile: (sync: Company) => void): Promise<string> {
  const sync = await held(settings);
  meanwhile(sync);
  return (await sync.decide(true)).status;
}

test('a threshold that a little more passes, and what was shown did not, is not covered', async () => {
  const passes = async (settings: object, shown: (sync: Company) => void, more: (sync: Company) => void) => {
    const sync = await company();
    leave(sync, 1, 100);
    shown(sync);
    await sync.sync(safe(settings));
    more(sync);
    return (await sync.decide(true)).status === 'awaiting-approval';
  };
  const three = (sync: Company) => without(sync, 3, 111, 3);
  const one = (sync: Company) => without(sync, 3, 114, 1);
  expect(await passes({ perGroup: few }, three, one)).toBe(true);
  expect(await passes({ perGroup: { floor: 4, percent: 0 } }, three, one)).toBe(false);
  expect(await passes({ memberships: { floor: 103, percent: 0, absolute: 103 } }, three, one)).toBe(true);
  expect(await passes({ memberships: { floor: 104, percent: 0, absolute: 104 } }, three, one)).toBe(false);
  // Somebody came as all others left, and then he did not; another group was emptied all the same.
  const exchanged = (sync: Company) => {
    without(sync, 4, 111, 5);
    without(sync, 2, 121, 5);
    sync.tenant.setMember(group(2), user(130), 'user');
  };
  expect(await passes({}, exchanged, (sync) => without(sync, 2, 130, 1))).toBe(true);
});

test.each([
  [3, 'done'],
  [4, 'awaiting-approval'],
])('of a threshold that others passed, %d more whom nobody saw: %s', async (unseen, status) => {
  expect(await after({ users: few }, (sync) => leave(sync, 101, unseen))).toBe(status);
  expect(await after({ memberships: few }, (sync) => without(sync, 1, 101, unseen))).toBe(status);
  expect(await after({ perGroup: few }, (sync) => without(sync, 1, 101, unseen))).toBe(status);
});

test('who leaves instead of somebody who was shown is unseen, though the numbers are the same', async () => {
  const exchanged = (count: number) =>
    after({ memberships: { floor: 1, percent: 0 } }, (sync) => {
      for (const [, back] of range(1, count)) sync.tenant.setUser(user(back), 'live');
      leave(sync, 101, count);
    });
  expect(await exchanged(1)).toBe('done');
  expect(await exchanged(2)).toBe('awaiting-approval');
});

test.each<[string, (sync: Company) => void, string]>([
  ['nothing', () => undefined, 'done'],
  ['a new user', (sync) => sync.tenant.setUser(user(131), 'live'), 'done'],
  ['another deactivated user', (sync) => sync.tenant.setUser(user(102), 'live', off), 'awaiting-approval'],
  ['a deactivated user who leaves', (sync) => leave(sync, 101, 1), 'awaiting-approval'],
  ['a leaver who is deactivated', (sync) => sync.tenant.setUser(user(1), 'live', off), 'done'],
  ['a group that leaves', (sync) => sync.tenant.setGroup(group(5), 'gone'), 'awaiting-approval'],
])('where nothing may go unseen, %s', async (_, meanwhile, status) => {
  const none = { floor: 0, percent: 0 };
  const sync = await company();
  leave(sync, 1, 100);
  sync.tenant.setUser(user(101), 'live', off);
  sync.tenant.setGroup(group(6), 'soft-deleted');
  expect((await sync.sync(safe({ users: none, groups: none }))).status).toBe('awaiting-approval');
  meanwhile(sync);
  expect((await sync.decide(true)).status).toBe(status);
});

const off = { accountEnabled: false };

/** For each of six groups who of twelve members leaves it, and who comes. */
const moves = fc.array(
  fc.record({
    removed: fc.uniqueArray(fc.nat(11), { maxLength: 12 }),
    added: fc.uniqueArray(fc.integer({ min: 12, max: 14 })),
  }),
  { minLength: 6, maxLength: 6 },
);
const setsOf = (
  of: readonly { readonly removed: readonly number[]; readonly added: readonly number[] }[],
) => {
  const sets = new DiffSets(20);
  for (const [index, { added, removed }] of of.entries())
    sets.add(index, Uint32Array.from(added), Uint32Array.from(removed));
  return sets.finish();
};

/** As it is written: groups and members in slices. */
function* entriesOf({ groups, added, removed }: DiffSet, idsPerEntry: number) {
  const packed = (numbers: Uint32Array, id: (number: number) => string, start: number) =>
    packGuids([...numbers.subarray(start, start + idsPerEntry)].map(id));
  for (let first = 0; first < groups.length; first += idsPerEntry) {
    for (let start = 0; start < Math.max(added.length, removed.length); start += idsPerEntry) {
      const change = {
        kind: 'effective-members-changed',
        groups: packed(groups, group, first),
        added: packed(added, user, start),
        removed: packed(removed, user, start),
      } as const;
      yield { key: 'key', at: 'at', change };
    }
  }
}

test('what was seen of the members of groups is what both plans remove, however it is told (property)', () => {
  fc.assert(
    fc.property(moves, moves, fc.integer({ min: 1, max: 5 }), (fresh, shown, idsPerEntry) => {
      const ids = { groupIds: new GuidTable(), memberIds: new GuidTable() };
      for (let number = 0; number < 6; number++) ids.groupIds.intern(group(number));
      for (let number = 0; number < 20; number++) ids.memberIds.intern(user(number));
      const unseen = new UnseenRemovals(ids, { users: [], groups: [], sets: setsOf(fresh) });
      for (const set of setsOf(shown))
        unseen.see({ kind: 'entries', entries: [...entriesOf(set, idsPerEntry)] });
      const losing = [...fresh.entries()].filter(([, { removed }]) => removed.length > 0);
      const seen = new Map(shown.map(({ removed }, index) => [index, new Set(removed)]));
      expect([...unseen.lost].toSorted()).toEqual(
        losing.map(([of, { removed }]) => [of, removed.filter((one) => !seen.get(of)?.has(one)).length]),
      );
      expect(losing.map(([of]) => unseen.seenOf(of))).toEqual(
        losing.map(([of]) => ({ lost: shown[of]?.removed.length, gained: shown[of]?.added.length })),
      );
    }),
  );
});
