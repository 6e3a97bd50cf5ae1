import { expect, test } from '@jest/globals';
import type { GroupId } from '../../../shared/model/ids.ts';
import type { MemberType } from '../../../shared/sync/graph-port.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

const [parent, old, young] = [1, 2, 3];

/** User 1 in group 2, by way of group 4 where `through` says so, both below group 1 like the empty group 3. */
const belowOneParent = (through: MemberType) =>
  synced({
    users: 1,
    groups: {
      1: [
        ['group', old],
        ['group', young],
      ],
      2: [through === 'group' ? ['group', 4] : ['user', 1]],
      3: [],
      ...(through === 'group' ? { 4: [['user', 1]] as const } : {}),
    },
  });

/** Moves the member from the old group to the new one, of which the next round tells that he came and that he went. */
function move(sync: SimulatedSync, type: 'user' | 'group'): void {
  const member = type === 'user' ? user(1) : group(4);
  sync.tenant.faults = { ...sync.tenant.faults, disorder: 1 };
  for (const is of [type, undefined, type]) sync.tenant.setMember(group(young), member, is);
  sync.tenant.setMember(group(old), member, undefined);
}

/** From now on the members of the new group are not told. */
const refused = (sync: SimulatedSync) =>
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) =>
      id === group(young)
        ? { kind: 'fault', fault: { kind: 'forbidden', detail: 'not now' } }
        : await reader.groupMembers(id, link),
  }));

/** What the outbox has told; its consumer does not bear that anybody leaves the parent on the way. */
async function run(sync: SimulatedSync) {
  const { status } = await sync.sync();
  expect(status).toBe('done');
  return told(sync);
}

test.each(['user', 'group'] as const)(
  'a %s that moves leaves the old group when it is known whether it came into the new one (rule 5)',
  async (type) => {
    const sync = await belowOneParent(type);
    const alone = type === 'group' ? { 4: [1] } : {};
    const mend = refused(sync);
    move(sync, type);
    expect(await run(sync)).toEqual({ [parent]: [1], [old]: [1], ...alone });
    expect(await run(sync)).toEqual({ [parent]: [1], [old]: [1], ...alone });
    mend();
    expect(await run(sync)).toEqual({ [parent]: [1], [young]: [1], ...alone });
    expect((await sync.sync()).rereads).toEqual([]);
  },
);

test('a list of the new group that lags does not end the old membership: it is read once more (rule 5)', async () => {
  const sync = await belowOneParent('user');
  const mend = graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => {
      const answer = await reader.groupMembers(id, link);
      return answer.kind === 'read' ? { ...answer, value: { ...answer.value, items: [] } } : answer;
    },
  }));
  move(sync, 'user');
  expect(await run(sync)).toEqual({ [parent]: [1], [old]: [1] });
  mend();
  expect(await run(sync)).toEqual({ [parent]: [1], [young]: [1] });
});

test('what a later round says alone is not open any more, though the list is refused (rule 5)', async () => {
  const sync = await belowOneParent('user');
  refused(sync);
  move(sync, 'user');
  expect(await run(sync)).toEqual({ [parent]: [1], [old]: [1] });
  sync.tenant.faults = { ...sync.tenant.faults, disorder: 0 };
  sync.tenant.setMember(group(young), user(1), undefined);
  expect(await run(sync)).toEqual({});
});

test('a list that stays refused holds a removal for five runs, and no later one (rule 5)', async () => {
  const sync = await belowOneParent('user');
  // What is never known is told in two halves in the end.
  sync.consumer.isStrict = false;
  refused(sync);
  move(sync, 'user');
  for (let runs = 0; runs < 5; runs++) expect(await run(sync)).toEqual({ [parent]: [1], [old]: [1] });
  expect(await run(sync)).toEqual({});
  sync.tenant.setMember(group(old), user(1), 'user');
  expect(await run(sync)).toEqual({ [parent]: [1], [old]: [1] });
  sync.tenant.setMember(group(old), user(1), undefined);
  expect(await run(sync)).toEqual({});
});

test('moves that are never settled keep nobody in a group he left for more than five runs (rule 5)', async () => {
  const sync = await belowOneParent('user');
  sync.consumer.isStrict = false;
  const places = Array.from({ length: 7 }, (_, place) => 10 + place);
  for (const place of places) sync.tenant.setGroup(group(place), 'live');
  await run(sync);
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) =>
      id === group(old)
        ? await reader.groupMembers(id, link)
        : { kind: 'fault', fault: { kind: 'forbidden', detail: 'not now' } },
  }));
  sync.tenant.faults = { ...sync.tenant.faults, disorder: 1 };
  sync.tenant.setMember(group(old), user(1), undefined);
  const kept: boolean[] = [];
  for (const place of places) {
    for (const is of ['user', undefined] as const) sync.tenant.setMember(group(place), user(1), is);
    kept.push((await run(sync))[old] !== undefined);
  }
  expect(kept).toEqual([true, true, true, true, true, false, false]);
});

test('whoever was in both groups leaves one of them, whatever is said of the other (rule 5)', async () => {
  const sync = await belowOneParent('user');
  sync.tenant.setMember(group(young), user(1), 'user');
  await run(sync);
  refused(sync);
  move(sync, 'user');
  for (const is of [undefined, 'user'] as const) sync.tenant.setMember(group(young), user(1), is);
  expect(await run(sync)).toEqual({ [parent]: [1], [young]: [1] });
});

test.each([
  ['user who moves', 'user', user(1)],
  ['group that moves', 'group', group(4)],
  ['old group', 'user', group(old)],
] as const)('a %s, deleted for good, keeps no membership, whatever is open (rule 4)', async (_, type, id) => {
  const sync = await belowOneParent(type);
  sync.consumer.isStrict = false;
  refused(sync);
  move(sync, type);
  if (id === user(1)) sync.tenant.setUser(id, 'gone');
  else sync.tenant.setGroup(id, 'gone');
  expect(await run(sync)).toEqual({});
  const { edges } = await sync.store.nesting(simulatedDirectory);
  expect(edges.filter(({ parent, child }) => [parent, child].includes(group(4) as GroupId))).toEqual([]);
  expect(await sync.store.members(simulatedDirectory, group(old) as GroupId)).toEqual({});
});
