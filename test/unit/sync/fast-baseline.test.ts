import { expect, test } from '@jest/globals';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { forgetTokens, graphAnswers, group, synced, told, user } from './small-tenant.ts';

/** A tenant that nobody has read, with a chain of groups. */
async function unread(): Promise<SimulatedSync> {
  const sync = await synced({ users: 0, groups: {} });
  await sync.store
    .acquire(simulatedDirectory, { holder: 'test', now: sync.now(), seconds: 1 })
    .then(async (fence) => {
      if (fence === undefined) throw new Error('no lease');
      await sync.store.commit(simulatedDirectory, fence, [{ kind: 'state', state: { rereads: [] } }]);
      await sync.store.release(simulatedDirectory, fence);
    });
  for (let index = 1; index <= 30; index++) sync.tenant.setUser(user(index), 'live');
  for (let index = 1; index <= 10; index++) sync.tenant.setGroup(group(index), 'live');
  for (let index = 1; index <= 30; index++)
    sync.tenant.setMember(group(1 + (index % 10)), user(index), 'user');
  sync.tenant.setMember(group(1), group(2), 'group');
  return sync;
}

const lists = { baseline: 'lists', baselineWaitSeconds: 90 } as const;

test('a fast baseline reads lists, and the delta only from a moment before them (graph.md §5.1)', async () => {
  const sync = await unread();
  const begun = sync.now();
  const run = await sync.sync(lists);
  expect(run).toMatchObject({ status: 'done', users: { listed: true }, groups: { listed: true } });
  expect(sync.now() - begun).toBeGreaterThanOrEqual(90_000);
  const { 1: first, ...others } = told(sync);
  expect(first).toEqual([1, 10, 11, 20, 21, 30]);
  expect(Object.keys(others)).toHaveLength(9);
  // Check 3, tokens 2, users 8 pages, groups 3, members 10, deltas 2.
  expect(run.graphCalls).toBe(28);
});

test('a change that no replica told in time is in a second replay, at least 15 minutes later', async () => {
  const sync = await unread();
  await sync.sync(lists);
  const { replay } = await sync.store.state(simulatedDirectory);
  const soon = await sync.sync(lists);
  expect(soon.users.start).toBe(replay?.users);
  sync.advance(15 * 60_000);
  const late = await sync.sync(lists);
  expect({ users: late.users.start, groups: late.groups.start }).toEqual({
    users: replay?.users,
    groups: replay?.groups,
  });
  const next = await sync.sync(lists);
  expect(next.users.start).toBe(late.users.delta);
  expect((await sync.store.state(simulatedDirectory)).replay).toBeUndefined();
});

const dead = { kind: 'fault', fault: { kind: 'token-dead', detail: 'expired' } } as const;
const lost = { kind: 'fault', fault: { kind: 'not-found', detail: 'UnknownError' } } as const;

test.each(['userList', 'groupList'] as const)(
  'a link of %s that is dead again and again gives way to the delta from its beginning',
  async (name) => {
    const sync = await unread();
    let asked = 0;
    graphAnswers(sync, (reader) => ({
      [name]: async (link?: string) => {
        if (link !== undefined) asked++;
        return link === undefined ? await reader[name]() : dead;
      },
    }));
    const run = await sync.sync(lists);
    expect(run).toMatchObject({ status: 'done', resyncs: 1 });
    expect(run.users.listed).toBeUndefined();
    expect(told(sync)[1]).toEqual([1, 10, 11, 20, 21, 30]);
    expect(asked).toBe(4);
  },
);

test.each([
  ['userList', 'dead', dead],
  ['groupList', 'dead', dead],
  ['userList', 'not found', lost],
  ['groupList', 'not found', lost],
] as const)('a link of %s that is %s costs that list once more, and no other', async (name, _, fault) => {
  const sync = await unread();
  const undisturbed = await (await unread()).sync(lists);
  let asked = 0;
  graphAnswers(sync, (reader) => ({
    [name]: async (link?: string) => (link !== undefined && asked++ === 1 ? fault : await reader[name](link)),
  }));
  const run = await sync.sync(lists);
  expect(run).toMatchObject({
    status: 'done',
    resyncs: 0,
    users: { listed: true },
    groups: { listed: true },
  });
  expect(told(sync)[1]).toEqual([1, 10, 11, 20, 21, 30]);
  // Two pages once more.
  expect(run.graphCalls).toBe(undisturbed.graphCalls + 2);
});

test('a dead link of one list of members has that list read from its first page, three times, and no other list', async () => {
  const memberLists = async (deaths: number) => {
    const sync = await unread();
    for (let index = 1; index <= 30; index++) sync.tenant.setMember(group(2), user(index), 'user');
    let left = deaths;
    const firstPages = new Map<string, number>();
    graphAnswers(sync, (reader) => ({
      groupMembers: async (id, link) => {
        if (link === undefined) firstPages.set(id, (firstPages.get(id) ?? 0) + 1);
        return link !== undefined && id === group(2) && left-- > 0
          ? dead
          : await reader.groupMembers(id, link);
      },
    }));
    const run = await sync.sync(lists);
    expect(told(sync)[2]).toHaveLength(30);
    const { [group(2)]: restarted = 0, ...others } = Object.fromEntries(firstPages);
    return { resyncs: run.resyncs, restarted, others: new Set(Object.values(others)) };
  };
  expect(await memberLists(3)).toEqual({ resyncs: 0, restarted: 4, others: new Set([1]) });
  expect(await memberLists(4)).toMatchObject({ resyncs: 1, restarted: 4 });
});

test('one list of members that fails leaves the whole page of groups to be read again', async () => {
  const sync = await unread();
  let asked = 0;
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) =>
      ++asked === 5
        ? { kind: 'fault', fault: { kind: 'transient', detail: 'bad gateway' } }
        : await reader.groupMembers(id, link),
  }));
  expect(await sync.sync(lists)).toMatchObject({ status: 'done' });
  expect(told(sync)[1]).toEqual([1, 10, 11, 20, 21, 30]);
});

test('a large directory is read anew by lists, what they do not show is gone', async () => {
  const sync = await unread();
  await sync.sync();
  const fence = await sync.store.acquire(simulatedDirectory, { holder: 't', now: sync.now(), seconds: 1 });
  const { tokens: _, ...state } = await sync.store.state(simulatedDirectory);
  if (fence === undefined) throw new Error('no lease');
  const counts = { users: 100_000, groups: 10, memberships: 33, domains: 1 };
  await sync.store.commit(simulatedDirectory, fence, [{ kind: 'state', state: { ...state, counts } }]);
  await sync.store.release(simulatedDirectory, fence);
  sync.tenant.setMember(group(1), user(10), undefined);
  sync.tenant.setUser(user(11), 'gone');
  expect(await sync.sync()).toMatchObject({ status: 'done', users: { listed: true, baseline: true } });
  expect(told(sync)[1]).toEqual([1, 20, 21, 30]);
});

test('who is restored after the lists were read brings his memberships along, and a group its members (rule 4)', async () => {
  const sync = await unread();
  sync.tenant.setUser(user(10), 'soft-deleted');
  sync.tenant.setGroup(group(2), 'soft-deleted');
  let listsRead = 0;
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => {
      const answer = await reader.groupMembers(id, link);
      if (++listsRead === 9) {
        sync.tenant.setUser(user(10), 'live');
        sync.tenant.setGroup(group(2), 'live');
      }
      return answer;
    },
  }));
  expect(told(sync)).toEqual({});
  expect(await sync.sync(lists)).toMatchObject({
    status: 'done',
    asking: {
      of: [
        { kind: 'user', id: user(10) },
        { kind: 'group', id: group(2) },
      ],
    },
  });
  await sync.sync(lists);
  expect(told(sync)).toMatchObject({ 1: [1, 10, 11, 20, 21, 30], 2: [1, 11, 21] });
});

test('who is deleted and restored while the lists are read is in his groups nevertheless, and so is a group (rule 4)', async () => {
  const sync = await unread();
  let listsRead = 0;
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => {
      const life = listsRead++ === 0 ? 'soft-deleted' : 'live';
      if (listsRead < 11) {
        sync.tenant.setUser(user(10), life);
        sync.tenant.setGroup(group(2), life);
      }
      return await reader.groupMembers(id, link);
    },
  }));
  const { asking } = await sync.sync({ ...lists, baselineWaitSeconds: 0 });
  expect(asking?.of).toEqual([
    { kind: 'user', id: user(10) },
    { kind: 'group', id: group(2) },
  ]);
  expect(told(sync)[1]).toEqual([1, 10, 11, 20, 21, 30]);
});

test('a group that is deleted just when its members are to be listed, and restored, has them nevertheless (rule 4)', async () => {
  const sync = await unread();
  let listsRead = 0;
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => {
      if (id === group(3) && listsRead++ < 2)
        sync.tenant.setGroup(group(3), listsRead === 1 ? 'soft-deleted' : 'live');
      const answer = await reader.groupMembers(id, link);
      sync.tenant.setGroup(group(3), 'live');
      return answer;
    },
  }));
  await sync.sync({ ...lists, baselineWaitSeconds: 0 });
  expect(told(sync)[3]).toEqual([2, 12, 22]);
});

/** The list of group 3 is not found for once, though the group is there. */
function notFoundOnce(sync: SimulatedSync): void {
  let listsRead = 0;
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) =>
      id === group(3) && listsRead++ === 0
        ? { kind: 'fault', fault: { kind: 'not-found', detail: 'UnknownError' } }
        : await reader.groupMembers(id, link),
  }));
}

test('a group whose list Graph does not know for once, though it is there, has its members nevertheless (T09)', async () => {
  const sync = await unread();
  notFoundOnce(sync);
  await sync.sync(lists);
  expect(told(sync)[3]).toEqual([2, 12, 22]);
});

test('so has one that was empty when everything was read before (T09)', async () => {
  const sync = await unread();
  for (const index of [2, 12, 22]) sync.tenant.setMember(group(3), user(index), undefined);
  await sync.sync(lists);
  await forgetTokens(sync);
  for (const index of [4, 5]) sync.tenant.setMember(group(3), user(index), 'user');
  notFoundOnce(sync);
  await sync.sync(lists);
  expect(told(sync)[3]).toEqual([4, 5]);
});
