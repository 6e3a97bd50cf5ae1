import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { graphAnswers, synced, told, user } from './small-tenant.ts';

test('users and groups are read side by side, each of them page after page (graph.md §1.1)', async () => {
  const sync = await synced({ users: 0, groups: {} });
  for (let index = 1; index <= 40; index++) sync.tenant.setUser(user(index), 'live');
  for (let index = 1; index <= 40; index++) sync.tenant.setGroup(user(100 + index), 'live');
  for (let index = 1; index <= 40; index++) sync.tenant.setMember(user(100 + index), user(index), 'user');
  const underWay = { users: 0, groups: 0 };
  const most = { users: 0, groups: 0, both: 0 };
  async function counted<T>(stream: 'users' | 'groups', work: () => Promise<T>): Promise<T> {
    underWay[stream]++;
    await nextTurn();
    most[stream] = Math.max(most[stream], underWay[stream]);
    most.both = Math.max(most.both, underWay.users + underWay.groups);
    const answer = await work();
    underWay[stream]--;
    return answer;
  }
  graphAnswers(sync, (reader) => ({
    usersDelta: (from) => counted('users', () => reader.usersDelta(from)),
    groupsDelta: (from) => counted('groups', () => reader.groupsDelta(from)),
  }));
  const run = await sync.sync();
  expect(run.users.pages).toBeGreaterThan(5);
  expect(run.groups.pages).toBeGreaterThan(5);
  expect(most).toEqual({ users: 1, groups: 1, both: 2 });
  expect(Object.keys(told(sync))).toHaveLength(40);
});
