import { expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import type { GraphFaultKind, GraphReader } from '../../../shared/sync/graph-port.ts';
import { simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

const bothInOne = {
  users: 2,
  groups: {
    1: [
      ['user', 1],
      ['user', 2],
    ],
  },
} as const;

test('A⊃B⊃C with a user in C: all three exist flat and the user is in each (S2-01, rule 1)', async () => {
  const sync = await synced({ users: 1, groups: { 1: [['group', 2]], 2: [['group', 3]], 3: [['user', 1]] } });
  expect(told(sync)).toEqual({ 1: [1], 2: [1], 3: [1] });
  expect((await sync.store.state(simulatedDirectory)).counts).toEqual({
    users: 1,
    groups: 3,
    memberships: 3,
    domains: 1,
  });
});

test('two groups of one name and a renamed user keep their ids apart (rule 2)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]], 2: [['user', 2]] } });
  sync.tenant.setGroup(group(2), 'live', { displayName: 'Group 1' });
  sync.tenant.setUser(user(1), 'live', { userPrincipalName: 'user2@rookery.example' });
  sync.tenant.setUser(user(2), 'live', { userPrincipalName: 'user1@rookery.example' });
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1], 2: [2] });
});

test('a round that is told again writes nothing to the outbox (rule 3)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } });
  sync.tenant.setMember(group(1), user(2), 'user');
  await sync.sync();
  const before = await sync.store.outbox(simulatedDirectory, { limit: 1000 });
  sync.tenant.faults = { ...sync.tenant.faults, replays: 1 };
  await sync.sync();
  expect(await sync.store.outbox(simulatedDirectory, { limit: 1000 })).toEqual(before);
});

test('a soft-deleted user leaves, and a restore brings every membership back though groups are silent (rule 4)', async () => {
  const sync = await synced({
    users: 2,
    groups: {
      1: [['group', 2]],
      2: [
        ['user', 1],
        ['user', 2],
      ],
    },
  });
  sync.tenant.setUser(user(1), 'soft-deleted');
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [2], 2: [2] });
  sync.tenant.setUser(user(1), 'live');
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1, 2], 2: [1, 2] });
});

test('a hard-deleted user is gone for good with his memberships (rule 4)', async () => {
  const sync = await synced(bothInOne);
  sync.tenant.setUser(user(1), 'gone');
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [2] });
  expect((await sync.store.groupsOf(simulatedDirectory, [user(1)])).size).toBe(0);
});

test('a soft-deleted group passes nothing on; restored, its members are read once more (rule 4)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['group', 2]], 2: [['user', 1]] } });
  sync.tenant.setGroup(group(2), 'soft-deleted');
  await sync.sync();
  expect(told(sync)).toEqual({});
  sync.tenant.setGroup(group(2), 'live');
  const restored = await sync.sync();
  expect(restored.rereads).toEqual([{ group: group(2), reason: 'restored', rounds: 0 }]);
  expect(told(sync)).toEqual({ 1: [1], 2: [1] });
});

test('a list that does not show a soft-deleted member does not end his membership (rule 4)', async () => {
  const sync = await synced(bothInOne);
  sync.tenant.setUser(user(1), 'soft-deleted');
  sync.tenant.setGroup(group(1), 'soft-deleted');
  await sync.sync();
  sync.tenant.setGroup(group(1), 'live');
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [2] });
  sync.tenant.setUser(user(1), 'live');
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1, 2] });
});

/** Answers to one read, all of one kind. */
const broken = (name: keyof GraphReader, kind: GraphFaultKind): Partial<GraphReader> => ({
  [name]: async () => ({ kind: 'fault', fault: { kind, detail: 'broken' } }),
});

const reads = ['usersDelta', 'groupsDelta', 'permissions', 'organization', 'domains'] as const;
const faults: readonly GraphFaultKind[] = [
  'throttled',
  'resync-required',
  'token-dead',
  'unauthorized',
  'forbidden',
  'not-found',
  'transient',
  'malformed',
];

test.each(reads.flatMap((read) => faults.map((fault) => [read, fault] as const)))(
  'no removal leaves a run whose %s answers %s (T09, rule 5)',
  async (read, fault) => {
    const sync = await synced({
      users: 3,
      groups: {
        1: [
          ['user', 1],
          ['user', 2],
        ],
        2: [['user', 3]],
      },
    });
    const before = told(sync);
    sync.tenant.setUser(user(1), 'gone');
    sync.tenant.setMember(group(2), user(3), undefined);
    const mend = graphAnswers(sync, () => broken(read, fault));
    // The check is due again.
    sync.advance(7_200_000);
    const run = await sync.sync();
    expect(run.status).toBe('failed');
    expect(told(sync)).toEqual(before);
    mend();
    await sync.sync();
    expect(told(sync)).toEqual({ 1: [2] });
  },
);

test.each(['unauthorized', 'forbidden'] as const)(
  'consent that is %s in mid-round fails the run by name and removes nothing (S2-19)',
  async (fault) => {
    const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
    graphAnswers(sync, () => broken('groupsDelta', fault));
    const run = await sync.sync();
    expect(run.failure?.code).toBe(fault === 'unauthorized' ? 'consent_revoked' : 'permission_missing');
    expect(told(sync)).toEqual({ 1: [1] });
  },
);

test('members hidden from the application are kept (rule 5)', async () => {
  const sync = await synced(bothInOne);
  const permissions = { users: true, groups: true, domains: true, hiddenMembers: false, applications: false };
  graphAnswers(sync, () => ({
    permissions: async () => ({ kind: 'read', value: permissions, calls: 1, resourceUnits: 1 }),
  }));
  sync.tenant.setGroup(group(1), 'live', { visibility: 'HiddenMembership' });
  sync.tenant.setMember(group(1), user(1), undefined);
  sync.advance(7_200_000);
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1, 2] });
  expect([...sync.entries.values()].map(({ code }) => code)).toContain('members-hidden');
});

test('a dynamic group that empties in waves loses nobody until its list confirms it (rule 5)', async () => {
  const sync = await synced(bothInOne);
  sync.tenant.setGroup(group(1), 'live', { groupTypes: ['DynamicMembership'] });
  sync.tenant.setMember(group(1), user(1), undefined);
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1, 2] });
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [2] });
});

test('a re-baseline sweeps what it did not see through the same diff, and nothing before its end (rule 6)', async () => {
  const sync = await synced({
    users: 3,
    groups: {
      1: [['group', 2]],
      2: [
        ['user', 1],
        ['user', 2],
      ],
    },
  });
  let asked = 0;
  graphAnswers(sync, (reader) => ({
    groupsDelta: async (from) =>
      asked++ === 0
        ? { kind: 'fault', fault: { kind: 'resync-required', detail: 'gone' } }
        : await reader.groupsDelta(from),
  }));
  sync.tenant.setMember(group(2), user(1), undefined);
  sync.tenant.setMember(group(2), user(3), 'user');
  const run = await sync.sync();
  expect({ baseline: run.groups.baseline, counts: run.plan?.counts }).toMatchObject({
    baseline: true,
    counts: { membershipsAdded: 2, membershipsRemoved: 2, directAdded: 1, directRemoved: 1 },
  });
  expect(told(sync)).toEqual({ 1: [2, 3], 2: [2, 3] });
});

test('a wait longer than a moment is handed to the queue, not slept (rule 7)', async () => {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  let asked = 0;
  graphAnswers(sync, (reader) => {
    const fault = { kind: 'throttled', detail: 'later', retryAfterSeconds: 600 } as const;
    return {
      usersDelta: async (from) => (asked++ === 0 ? { kind: 'fault', fault } : await reader.usersDelta(from)),
    };
  });
  const before = sync.now();
  const run = await sync.sync();
  expect(run).toMatchObject({ status: 'done', step: 1 });
  expect(sync.now() - before).toBeGreaterThanOrEqual(600_000);
});

test('devices and service principals lead nowhere and are reported by group (rule 8)', async () => {
  const sync = await synced({
    users: 1,
    groups: {
      1: [
        ['user', 1],
        ['device', 7],
        ['servicePrincipal', 8],
      ],
    },
  });
  expect(told(sync)).toEqual({ 1: [1] });
  expect([...sync.entries.values()]).toEqual([
    expect.objectContaining({
      code: 'members-ignored',
      level: 'warning',
      object: { kind: 'group', id: group(1) },
      counts: { members: 2, device: 1, servicePrincipal: 1 },
    }),
  ]);
});

test('members that Graph never delivers are reported by group and type, once, and not when they come (rule 8)', async () => {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  const reported = () =>
    [...sync.entries.values()].flatMap(({ code, object, counts }) =>
      code === 'members-unknown' ? [[object?.id, counts]] : [],
    );
  sync.tenant.setMember(group(1), user(8), 'user');
  sync.tenant.setMember(group(1), user(9), 'user');
  sync.tenant.setMember(group(1), group(7), 'group');
  sync.tenant.setUser(user(2), 'soft-deleted');
  sync.tenant.setMember(group(1), user(2), 'user');
  expect((await sync.sync()).warnings).toBe(2);
  expect(reported()).toEqual([
    [group(1), { members: 2, user: 2 }],
    [group(1), { members: 1, group: 1 }],
  ]);
  sync.tenant.setUser(user(8), 'live', {});
  expect((await sync.sync()).warnings).toBe(0);
  expect(told(sync)).toEqual({ 1: [1, 8] });
  const first = await synced({ users: 0, groups: { 1: [['user', 5]] } });
  expect([...first.entries.values()].map(({ code, counts }) => [code, counts])).toEqual([
    ['members-unknown', { members: 1, user: 1 }],
  ]);
});

test('a run counts the warnings of its log (run row and log)', async () => {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  sync.tenant.setMember(group(1), user(7), 'device');
  expect(await sync.sync()).toMatchObject({ status: 'done', warnings: 1 });
  expect(await sync.sync()).toMatchObject({ status: 'done', warnings: 0 });
});

test('a member that is delivered later counts from then on (late reference)', async () => {
  const sync = await synced({
    users: 0,
    groups: {
      1: [
        ['user', 1],
        ['group', 2],
      ],
    },
  });
  expect(told(sync)).toEqual({});
  sync.tenant.setUser(user(1), 'live');
  sync.tenant.setUser(user(2), 'live');
  sync.tenant.setGroup(group(2), 'live');
  sync.tenant.setMember(group(2), user(2), 'user');
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1, 2], 2: [2] });
});

test('an endless round is found out and changes nothing (F5)', async () => {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  let page = 0;
  graphAnswers(sync, () => ({
    groupsDelta: async () => ({
      kind: 'read',
      value: { items: [], fingerprint: 'same', next: `next:${page++ % 40}` },
      calls: 1,
      resourceUnits: 5,
    }),
  }));
  const run = await sync.sync();
  expect(run).toMatchObject({ status: 'failed', failure: { code: 'endless_round' } });
});

test('pages with items that lead in a circle are found out at the first link seen twice (F5)', async () => {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  let page = 0;
  graphAnswers(sync, () => ({
    groupsDelta: async () => {
      page++;
      const items = [
        { kind: 'present' as const, id: GroupId.parse(group(1)), fields: { displayName: String(page) } },
      ];
      const value = { items, fingerprint: String(page), next: `next:${page % 3}` };
      return { kind: 'read', value, calls: 1, resourceUnits: 5 };
    },
  }));
  const run = await sync.sync();
  expect(run).toMatchObject({ status: 'failed', failure: { code: 'endless_round' } });
  expect(page).toBe(4);
});

test('an empty page may send back to itself for a while (graph.md §6.1)', async () => {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  sync.tenant.setUser(user(2), 'live');
  sync.tenant.setMember(group(1), user(2), 'user');
  let waits = 50;
  graphAnswers(sync, (real) => ({
    groupsDelta: async (from) =>
      waits-- > 0 && from.kind === 'link'
        ? {
            kind: 'read',
            value: { items: [], fingerprint: 'none', next: from.link },
            calls: 1,
            resourceUnits: 5,
          }
        : await real.groupsDelta(from),
  }));
  expect(await sync.sync()).toMatchObject({ status: 'done' });
  expect(told(sync)).toEqual({ 1: [1, 2] });
});

test('an idle cycle costs two calls', async () => {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  expect((await sync.sync()).graphCalls).toBe(2);
});

test('an edge of which a round says two things is settled by a list before it is removed (rule 5)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } });
  sync.tenant.faults = { ...sync.tenant.faults, disorder: 1 };
  sync.tenant.setMember(group(1), user(1), undefined);
  sync.tenant.setMember(group(1), user(1), 'user');
  const run = await sync.sync();
  expect(run.rereads).toEqual([{ group: group(1), reason: 'contested', rounds: 0 }]);
  expect(told(sync)).toEqual({ 1: [1] });
});

test('a list that lags behind a contested edge does not have the last word (rule 5)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } });
  let lists = 0;
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => {
      const answer = await reader.groupMembers(id, link);
      if (answer.kind === 'fault' || lists++ > 0) return answer;
      const items = answer.value.items.filter((member) => member.id !== user(2));
      return { ...answer, value: { ...answer.value, items } };
    },
  }));
  sync.tenant.faults = { ...sync.tenant.faults, disorder: 1 };
  for (const type of ['user', undefined, 'user'] as const) sync.tenant.setMember(group(1), user(2), type);
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1] });
  await sync.sync();
  expect([told(sync), lists]).toEqual([{ 1: [1, 2] }, 2]);
  await sync.sync();
  expect(lists).toBe(2);
});

test('a list that lags as far as the last word of a contested edge is read once more (rule 5)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } });
  const contested = { id: user(2), type: 'user' } as const;
  let lists = 0;
  graphAnswers(sync, (reader) => ({
    groupsDelta: async (from) => {
      const answer = await reader.groupsDelta(from);
      if (answer.kind === 'fault') return answer;
      const members = [true, false].map((removed) => ({ ...contested, removed }));
      const items = answer.value.items.map((entry) => ({ ...entry, members }));
      return { ...answer, value: { ...answer.value, items } };
    },
    groupMembers: async (id, link) => {
      const answer = await reader.groupMembers(id, link);
      if (answer.kind === 'fault' || lists++ > 0) return answer;
      const items = [...answer.value.items, { ...contested, removed: false }];
      return { ...answer, value: { ...answer.value, items } };
    },
  }));
  for (const type of ['user', undefined] as const) sync.tenant.setMember(group(1), user(2), type);
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1, 2] });
  await sync.sync();
  expect([told(sync), lists]).toEqual([{ 1: [1] }, 2]);
  await sync.sync();
  expect(lists).toBe(2);
});
