import { expect, test } from '@jest/globals';
import type { GroupEntry } from '../../../shared/sync/graph-port.ts';
import type { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { changeState, forgetTokens, graphAnswers, group, synced, told, user } from './small-tenant.ts';

const all = [1, 2, 3, 4];

/** Users 1 to 4 in group 1, and user 5 in no group; its consumer bears that Graph is wrong. */
async function fourMembers(): Promise<SimulatedSync> {
  const sync = await synced({ users: 5, groups: { 1: all.map((member) => ['user', member] as const) } });
  sync.consumer.isStrict = false;
  return sync;
}

/** From now on nobody is in group 1 by its list, or its list is refused. */
const listed = (sync: SimulatedSync, how: 'empty' | 'refused') =>
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => {
      if (id !== group(1)) return await reader.groupMembers(id, link);
      return how === 'empty'
        ? { kind: 'read', value: { items: [] }, calls: 1, resourceUnits: 3 }
        : { kind: 'fault', fault: { kind: 'forbidden', detail: 'not now' } };
    },
  }));

/** One page of the groups' delta says of user 5 that he came into group 1, and that he went. */
function contest(sync: SimulatedSync): () => void {
  const words = [false, true].map((removed) => ({ id: user(5), type: 'user' as const, removed }));
  const entry: GroupEntry = { kind: 'present', id: group(1) as never, fields: {}, members: words };
  return graphAnswers(sync, (reader) => ({
    groupsDelta: async (from) => {
      const page = await reader.groupsDelta(from);
      if (page.kind === 'fault') return page;
      return { ...page, value: { ...page.value, items: [...page.value.items, entry] } };
    },
  }));
}

/** A run in which Graph says two things of user 5. */
async function afterContest(): Promise<SimulatedSync> {
  const sync = await fourMembers();
  const agree = contest(sync);
  await sync.sync();
  agree();
  return sync;
}

/** A run in which user 1, who was deleted and restored, is said to be in no group. */
async function afterRestore(): Promise<SimulatedSync> {
  const sync = await fourMembers();
  sync.tenant.setUser(user(1), 'soft-deleted');
  await sync.sync();
  sync.tenant.setUser(user(1), 'live');
  const know = graphAnswers(sync, () => ({
    groupsOf: async () => ({ kind: 'read', value: { items: [] }, calls: 1, resourceUnits: 3 }),
  }));
  await sync.sync();
  know();
  return sync;
}

/** A run that leaves group 1 to be compared, because it was counted otherwise. */
async function afterCount(): Promise<SimulatedSync> {
  const sync = await fourMembers();
  const reread = { group: group(1) as never, reason: 'audit' as const, rounds: 0 };
  await changeState(sync, (state) => ({ ...state, rereads: [reread] }));
  return sync;
}

async function members(sync: SimulatedSync): Promise<readonly number[]> {
  expect((await sync.sync()).status).toBe('done');
  return told(sync)[1] ?? [];
}

test.each([
  ['two words of one edge', afterContest, all],
  ['the restore of one member, who himself is said to be in no group,', afterRestore, [2, 3, 4]],
  ['a count', afterCount, all],
])(
  'one empty list after %s removes nobody who was told by nothing else (rule 5)',
  async (_, before, stay) => {
    const sync = await before();
    const mend = listed(sync, 'empty');
    expect(await members(sync)).toEqual(stay);
    mend();
    expect([await members(sync), await members(sync)]).toEqual([all, all]);
    expect((await sync.lastRun()).rereads).toEqual([]);
  },
);

test.each([
  ['two words of one edge', afterContest],
  ['a restore', afterRestore],
  ['a count', afterCount],
])(
  'after %s two empty lists, a round apart, are believed, and no third is read (rule 5)',
  async (_, before) => {
    const sync = await before();
    listed(sync, 'empty');
    await members(sync);
    expect(await members(sync)).toEqual([]);
    await sync.sync();
    expect((await sync.lastRun()).rereads).toEqual([]);
  },
);

test.each([
  ['two words of one edge', afterContest],
  ['a restored group', afterRestoredGroup],
  ['a count', afterCount],
])('a list that is refused after %s is none of the two (rule 5)', async (_, before) => {
  const sync = await before();
  const grant = listed(sync, 'refused');
  expect(await members(sync)).toEqual(all);
  grant();
  const mend = listed(sync, 'empty');
  expect(await members(sync)).toEqual(all);
  mend();
  expect(await members(sync)).toEqual(all);
});

/** The next run reads a group again that was deleted and restored. */
async function afterRestoredGroup(): Promise<SimulatedSync> {
  const sync = await fourMembers();
  sync.tenant.setGroup(group(1), 'soft-deleted');
  await sync.sync();
  sync.tenant.setGroup(group(1), 'live');
  return sync;
}

test('an empty list of a group whose last member has moved is believed: his end was told (rule 5)', async () => {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]], 2: [] } });
  sync.tenant.faults = { ...sync.tenant.faults, disorder: 1 };
  const know = graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) =>
      id === group(2)
        ? { kind: 'read', value: { items: [] }, calls: 1, resourceUnits: 3 }
        : await reader.groupMembers(id, link),
  }));
  for (const is of ['user', undefined, 'user'] as const) sync.tenant.setMember(group(2), user(1), is);
  sync.tenant.setMember(group(1), user(1), undefined);
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1] });
  know();
  await sync.sync();
  expect(told(sync)).toEqual({ 2: [1] });
});

/** In a complete enumeration nobody is in group 1. */
const enumeratedEmpty = (sync: SimulatedSync) =>
  graphAnswers(sync, (reader) => ({
    groupsDelta: async (from) => {
      const page = await reader.groupsDelta(from);
      if (page.kind === 'fault') return page;
      const emptied = page.value.items.map((item) =>
        item.kind === 'present' && item.id === group(1) ? { ...item, members: [] } : item,
      );
      return { ...page, value: { ...page.value, items: emptied } };
    },
  }));

test('an enumeration that shows a group with nobody in it removes nobody whom its list has (rule 5)', async () => {
  const sync = await fourMembers();
  await forgetTokens(sync);
  const mend = enumeratedEmpty(sync);
  expect(await members(sync)).toEqual(all);
  mend();
  expect(await members(sync)).toEqual(all);
});

test('one empty list while all groups are read anew by lists removes nobody, and a second one a run later all (rule 5)', async () => {
  const sync = await fourMembers();
  await forgetTokens(sync);
  const mend = listed(sync, 'empty');
  await sync.sync({ baseline: 'lists' });
  expect(told(sync)).toEqual({ 1: all });
  mend();
  expect(await members(sync)).toEqual(all);
  await forgetTokens(sync);
  listed(sync, 'empty');
  await sync.sync({ baseline: 'lists' });
  expect(await members(sync)).toEqual([]);
});
