import { expect, test } from '@jest/globals';
import { changeState, forgetTokens, graphAnswers, group, nestedPair, told, user } from './small-tenant.ts';

test('who is out of a group by an enumeration and still in it by an older list of the same run leaves with the next list (rule 5)', async () => {
  const sync = await nestedPair();
  await forgetTokens(sync);
  const waiting = { group: group(1) as never, reason: 'unknown-members' as const, rounds: 0 };
  await changeState(sync, (state) => ({ ...state, rereads: [waiting] }));
  const before = await sync.tenant.graph().groupMembers(waiting.group, undefined);
  sync.tenant.setMember(group(1), user(2), undefined);
  sync.tenant.setMember(group(1), group(2), undefined);
  let lists = 0;
  graphAnswers(sync, (reader) => ({
    groupMembers: async (...of) => (lists++ === 0 ? before : await reader.groupMembers(...of)),
  }));
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1, 2, 3], 2: [3] });
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1], 2: [3] });
  expect(await sync.sync()).toMatchObject({ graphCalls: 2 });
  expect(lists).toBe(2);
});
