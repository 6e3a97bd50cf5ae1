import { expect, test } from '@jest/globals';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

/** A user and a group that are soft-deleted when the directory is read for the first time. */
async function asleepAtFirst(): Promise<SimulatedSync> {
  const sync = await synced({ users: 0, groups: {} });
  for (const index of [1, 2]) sync.tenant.setUser(user(index), 'live');
  for (const index of [1, 2]) sync.tenant.setGroup(group(index), 'live');
  sync.tenant.setMember(group(1), user(1), 'user');
  sync.tenant.setMember(group(1), group(2), 'group');
  sync.tenant.setMember(group(2), user(2), 'user');
  sync.tenant.setUser(user(1), 'soft-deleted');
  sync.tenant.setGroup(group(2), 'soft-deleted');
  await sync.sync();
  return sync;
}

test('a user or child group restored after a deletion that nobody saw brings its memberships along (rule 4)', async () => {
  const sync = await asleepAtFirst();
  expect(told(sync)).toEqual({});
  sync.tenant.setUser(user(1), 'live');
  sync.tenant.setGroup(group(2), 'live');
  const run = await sync.sync();
  expect(run.asking?.of).toEqual([
    { kind: 'user', id: user(1) },
    { kind: 'group', id: group(2) },
  ]);
  expect(told(sync)).toEqual({ 1: [1, 2], 2: [2] });
});

test.each(['transient', 'malformed'] as const)(
  'groups of a restored user that are answered %s are asked for again in the next run, and nothing is lost',
  async (kind) => {
    const sync = await asleepAtFirst();
    sync.tenant.setUser(user(1), 'live');
    let asked = 0;
    graphAnswers(sync, ({ groupsOf }) => ({
      groupsOf: async (member, link) =>
        asked++ === 0 || groupsOf === undefined
          ? { kind: 'fault', fault: { kind, detail: 'broken' } }
          : await groupsOf(member, link),
    }));
    expect(await sync.sync()).toMatchObject({ status: 'done' });
    expect(told(sync)).toEqual({});
    expect((await sync.store.state(simulatedDirectory)).asks).toEqual([{ kind: 'user', id: user(1) }]);
    await sync.sync();
    expect(told(sync)).toEqual({ 1: [1] });
    expect((await sync.store.state(simulatedDirectory)).asks).toBeUndefined();
  },
);

test('a restored user whom a replica that lags does not know yet is asked for again, five times', async () => {
  const sync = await asleepAtFirst();
  sync.tenant.setUser(user(1), 'live');
  sync.tenant.setGroup(group(2), 'live');
  let asked = 0;
  graphAnswers(sync, ({ groupsOf }) => ({
    groupsOf: async (member, link) => {
      asked++;
      const isKnown = groupsOf !== undefined && member.kind === 'user' && asked > 2;
      return isKnown
        ? await groupsOf(member, link)
        : { kind: 'fault', fault: { kind: 'not-found', detail: 'no such object' } };
    },
  }));
  await sync.sync();
  expect(told(sync)).toEqual({ 2: [2] });
  expect((await sync.store.state(simulatedDirectory)).asks).toEqual([
    { kind: 'user', id: user(1), misses: 1 },
    { kind: 'group', id: group(2), misses: 1 },
  ]);
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1], 2: [2] });
  for (let run = 0; run < 5; run++) await sync.sync();
  expect([asked, (await sync.store.state(simulatedDirectory)).asks]).toEqual([7, undefined]);
});

test('a credential that may not ask is said so of each object, removes nothing, and is tried again in an hour', async () => {
  const sync = await asleepAtFirst();
  sync.tenant.setUser(user(1), 'live');
  sync.tenant.setGroup(group(2), 'live');
  let asked = 0;
  let may = false;
  graphAnswers(sync, ({ groupsOf }) => ({
    groupsOf: async (member, link) => {
      asked++;
      if (may && groupsOf !== undefined) return await groupsOf(member, link);
      return { kind: 'fault', fault: { kind: 'forbidden', detail: 'no' } };
    },
  }));
  expect(await sync.sync()).toMatchObject({ status: 'done' });
  expect(told(sync)).toEqual({ 2: [2] });
  const asks = [
    { kind: 'user', id: user(1) },
    { kind: 'group', id: group(2) },
  ];
  expect(await sync.store.state(simulatedDirectory)).toMatchObject({
    asks,
    asksForbiddenAt: expect.any(Number),
  });
  const warnings = [...sync.entries.values()].filter(({ code }) => code === 'memberships-not-readable');
  expect(warnings.map(({ level, object }) => [level, object])).toEqual(asks.map((ask) => ['warning', ask]));
  const idle = await sync.sync();
  expect([idle.graphCalls, asked]).toEqual([2, 1]);
  may = true;
  sync.advance(3_600_000);
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1, 2], 2: [2] });
  const after = await sync.store.state(simulatedDirectory);
  expect([after.asks, after.asksForbiddenAt]).toEqual([undefined, undefined]);
});

test('users made after the last run cost no call, others who are new cost one', async () => {
  const sync = await synced({ users: 1, groups: {} });
  const later = new Date(sync.now() + 1000).toISOString();
  sync.tenant.setUser(user(2), 'live', { createdDateTime: later });
  sync.tenant.setUser(user(3), 'live', { createdDateTime: '2020-01-01T00:00:00Z' });
  sync.tenant.setUser(user(4), 'live');
  expect((await sync.sync()).asking?.of.map(({ id }) => id)).toEqual([user(3), user(4)]);
});

test('what one run cannot ask is asked in the next, and what is too much is read anew with all groups', async () => {
  const sync = await synced({ users: 1, groups: { 1: [] } });
  for (let index = 2; index < 600; index++) sync.tenant.setUser(user(index), 'live');
  expect((await sync.sync()).asking).toMatchObject({ done: 500, tooMany: false });
  expect((await sync.sync()).asking).toMatchObject({ done: 98, waiting: [] });
  for (let index = 1000; index < 3600; index++) sync.tenant.setUser(user(index), 'live');
  expect((await sync.sync()).asking).toMatchObject({ of: [], tooMany: true });
  const run = await sync.sync();
  expect({ baseline: run.groups.baseline, asking: run.asking }).toEqual({
    baseline: true,
    asking: undefined,
  });
  expect((await sync.sync()).groups.baseline).toBe(false);
});

test('a group that one round tells to be deleted and restored has who came into it before (rule 4)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } });
  sync.tenant.setMember(group(1), user(2), 'user');
  sync.tenant.setGroup(group(1), 'live', { displayName: 'Restored' });
  const mend = graphAnswers(sync, ({ groupsDelta }) => ({
    groupsDelta: async (from) => {
      const answer = await groupsDelta(from);
      if (answer.kind === 'fault') return answer;
      const items = answer.value.items.flatMap((entry) => [
        { kind: 'removed', id: entry.id, reason: 'changed' } as const,
        { kind: 'present', id: entry.id, fields: {} } as const,
      ]);
      return { ...answer, value: { ...answer.value, items } };
    },
  }));
  await sync.sync();
  mend();
  expect(told(sync)).toEqual({ 1: [1, 2] });
});

/** The groups are read anew while user 1 is soft-deleted, after the users were read; then he is restored. */
async function sleptThroughEnumeration(others: number): Promise<SimulatedSync> {
  const stays = ['user', others + 1] as const;
  const sync = await synced({ users: others + 1, groups: { 1: [['user', 1], stays] } });
  const gone = { kind: 'fault', fault: { kind: 'resync-required', detail: 'gone' } } as const;
  const mend = graphAnswers(sync, ({ groupsDelta }) => ({
    groupsDelta: async (from) => {
      if (from.kind === 'link') return gone;
      sync.tenant.setUser(user(1), 'soft-deleted');
      const answer = await groupsDelta(from);
      sync.tenant.setUser(user(1), 'live');
      return answer;
    },
  }));
  await sync.sync();
  mend();
  return sync;
}

test('who is deleted and restored while all groups are read anew is asked for in the next run (rule 4)', async () => {
  const sync = await sleptThroughEnumeration(1);
  expect(told(sync)).toEqual({ 1: [2] });
  expect((await sync.sync()).asking?.of).toEqual([{ kind: 'user', id: user(1) }]);
  expect(told(sync)).toEqual({ 1: [1, 2] });
  sync.tenant.setUser(user(1), 'live', { displayName: 'Another' });
  expect((await sync.sync()).asking).toBeUndefined();
});

test('when more are changed than one run can ask for, a change after an enumeration is taken for nothing more', async () => {
  const sync = await sleptThroughEnumeration(600);
  for (let index = 1; index <= 600; index++)
    sync.tenant.setUser(user(index), 'live', { displayName: `Another ${index}` });
  expect((await sync.sync()).asking).toBeUndefined();
});

test('who was taken out of a group while he was deleted, and all groups were read anew, is out of it after a list (rule 4)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]], 2: [['user', 1]] } });
  sync.tenant.setUser(user(1), 'soft-deleted');
  sync.tenant.setMember(group(2), user(1), undefined);
  sync.tenant.tokenAge++;
  await sync.sync();
  sync.tenant.setUser(user(1), 'live');
  expect((await sync.sync()).plan?.rereads).toEqual([
    { group: group(2), reason: 'unknown-members', rounds: 0, left: { members: [user(1)], children: [] } },
  ]);
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1] });
});
