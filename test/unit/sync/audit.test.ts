import { describe, expect, test } from '@jest/globals';
import { GroupId, RunId } from '../../../shared/model/ids.ts';
import { auditedAfter } from '../../../shared/sync/audit-after.ts';
import { auditDue, chooseGroups, groupsAtOnce } from '../../../shared/sync/audit-choice.ts';
import { askCounts } from '../../../shared/sync/audit-counts.ts';
import { newAuditState } from '../../../shared/sync/audit-records.ts';
import type { CountQuestion, GraphFaultKind } from '../../../shared/sync/graph-port.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import { Died } from '../../support/sync/simulated-processes.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { CountingGraph } from './counting-graph.ts';
import { group, synced, told, user } from './small-tenant.ts';

const shape = {
  users: 4,
  groups: {
    1: [
      ['group', 2],
      ['user', 1],
    ],
    2: [['user', 2]],
    3: [['user', 3]],
  },
} as const;

async function counted(
  settings: Partial<NestedSettings> = {},
  of: Parameters<typeof synced>[0] = shape,
): Promise<{ sync: SimulatedSync; graph: CountingGraph }> {
  const sync = await synced(of, settings);
  return { sync, graph: new CountingGraph(sync) };
}

/** The run of an hour later. */
async function anHourLater(sync: SimulatedSync, settings: Partial<NestedSettings> = {}): Promise<SyncRun> {
  sync.advance(61 * 60_000);
  return await sync.sync(settings);
}

/** What runs logged of counts: level, code and group, in their order. */
const logged = (sync: SimulatedSync) =>
  [...sync.entries.values()]
    .filter(({ code }) => code.includes('count'))
    .map(({ level, code, object }) => [level, code, object?.id ?? '']);

const audited = ({ status, audit, warnings }: SyncRun) => ({
  status,
  warnings,
  ...(audit === undefined
    ? {}
    : {
        compared: audit.compared,
        differing: audit.differing,
        rereads: audit.rereads,
        suspects: audit.state.suspects,
      }),
});

describe('a change that no delta tells', () => {
  test('is found by two counts with a round between them, and taken from a list (graph.md §5.1)', async () => {
    const { sync, graph } = await counted();
    graph.lost.add(`${group(2)} ${user(4)}`);
    sync.tenant.setMember(group(2), user(4), 'user');
    const quiet = { status: 'done', warnings: 0, compared: 3 };
    expect(audited(await anHourLater(sync))).toEqual({
      ...quiet,
      differing: 1,
      rereads: [],
      suspects: [group(2)],
    });
    const second = await anHourLater(sync);
    expect(audited(second)).toEqual({
      ...quiet,
      warnings: 1,
      differing: 1,
      rereads: [group(2)],
      suspects: [],
    });
    expect(told(sync)).toEqual({ 1: [1, 2], 2: [2], 3: [3] });
    const third = await sync.sync();
    expect(third.rereads).toEqual([{ group: group(2), reason: 'audit', rounds: 0 }]);
    expect(told(sync)).toEqual({ 1: [1, 2, 4], 2: [2, 4], 3: [3] });
    expect(logged(sync)).toEqual([
      ['info', 'count-differs', group(2)],
      ['warning', 'count-differs-again', group(2)],
      ['info', 'read-again-for-its-count', group(2)],
    ]);
    expect(audited(await anHourLater(sync))).toEqual({ ...quiet, differing: 0, rereads: [], suspects: [] });
  });

  test('is a lost nesting as well, with all that comes through it', async () => {
    const { sync, graph } = await counted();
    graph.lost.add(`${group(2)} ${group(3)}`);
    sync.tenant.setMember(group(2), group(3), 'group');
    await anHourLater(sync);
    await anHourLater(sync);
    await sync.sync();
    expect(told(sync)).toEqual({ 1: [1, 2, 3], 2: [2, 3], 3: [3] });
  });

  test('is removed only when two lists, a round apart, lack it: one may lag (graph.md §6.11)', async () => {
    const { sync, graph } = await counted();
    graph.lost.add(`${group(2)} ${user(2)}`);
    sync.tenant.setMember(group(2), user(2), undefined);
    sync.tenant.setMember(group(2), user(3), 'user');
    graph.wrong.set(group(2), -1);
    await anHourLater(sync);
    await anHourLater(sync);
    graph.wrong.clear();
    await sync.sync();
    expect(told(sync)).toMatchObject({ 2: [2, 3] });
    expect((await sync.store.state(simulatedDirectory)).rereads).toEqual([
      { group: group(2), reason: 'audit', rounds: 1, doubted: true },
    ]);
    await sync.sync();
    expect(told(sync)).toMatchObject({ 1: [1, 3], 2: [3] });
    expect((await sync.store.state(simulatedDirectory)).rereads).toEqual([]);
  });

  test('is healed all the same when the process dies at any write of the runs that find it (F1)', async () => {
    let fatal = 0;
    let writes = 0;
    do {
      const { sync, graph } = await counted();
      graph.lost.add(`${group(2)} ${user(4)}`);
      sync.tenant.setMember(group(2), user(4), 'user');
      sync.tenant.setMember(group(3), user(1), 'user');
      let count = 0;
      sync.onWrite = () => {
        if (++count === fatal) throw new Died();
      };
      await anHourLater(sync);
      const second = await anHourLater(sync);
      await sync.sync();
      writes = count;
      expect([second.audit?.rereads, second.warnings]).toEqual([[group(2)], 1]);
      expect(told(sync)).toEqual({ 1: [1, 2, 4], 2: [2, 4], 3: [1, 3] });
    } while (++fatal <= writes);
    expect(writes).toBeGreaterThan(10);
  });

  test('is no change when the index had only been late', async () => {
    const { sync, graph } = await counted();
    graph.wrong.set(group(2), 3);
    await anHourLater(sync);
    graph.wrong.clear();
    expect(audited(await anHourLater(sync))).toMatchObject({ differing: 0, suspects: [] });
    graph.wrong.set(group(2), 3);
    expect(audited(await anHourLater(sync))).toMatchObject({ rereads: [], suspects: [group(2)] });
  });
});

describe('no alarm', () => {
  test.each([true, false])(
    'for devices, contacts, and deleted members whom the index counts: %s (graph.md §1.4, §1.5)',
    async (countsDeleted) => {
      const { sync, graph } = await counted(
        {},
        {
          users: 4,
          groups: {
            1: [
              ['group', 2],
              ['user', 1],
              ['device', 30],
              ['contact', 31],
              ['servicePrincipal', 32],
            ],
            2: [
              ['user', 2],
              ['user', 3],
            ],
          },
        },
      );
      graph.countsDeleted = countsDeleted;
      sync.tenant.setUser(user(2), 'soft-deleted');
      sync.tenant.setGroup(group(2), 'soft-deleted');
      expect(audited(await anHourLater(sync))).toMatchObject({ compared: 1, differing: 0 });
    },
  );

  test.each([true, false])(
    'in a large group with deleted members, counted with them: %s',
    async (countsDeleted) => {
      const { sync, graph } = await counted(
        {},
        {
          users: 1002,
          groups: { 1: Array.from({ length: 1002 }, (_, index) => ['user', index + 1] as const) },
        },
      );
      graph.countsDeleted = countsDeleted;
      sync.tenant.setUser(user(7), 'soft-deleted');
      expect(audited(await anHourLater(sync))).toMatchObject({ differing: 0 });
      graph.wrong.set(group(1), -1);
      expect(audited(await anHourLater(sync))).toMatchObject({ differing: countsDeleted ? 0 : 1 });
      graph.wrong.set(group(1), -2);
      expect(audited(await anHourLater(sync))).toMatchObject({ differing: 1 });
    },
  );

  test('when only users who are deleted, or whom nobody told of yet, are or are not counted', async () => {
    const members = Array.from({ length: 7 }, (_, index) => ['user', index + 1] as const);
    const { sync, graph } = await counted({}, { users: 3, groups: { 1: members } });
    for (const asleep of [2, 3]) sync.tenant.setUser(user(asleep), 'soft-deleted');
    const fits: number[] = [];
    for (let count = 0; count <= 8; count++) {
      graph.wrong.set(group(1), count - 7);
      if ((await anHourLater(sync)).audit?.differing === 0) fits.push(count);
    }
    // One lives, two are deleted, four are not known.
    expect(fits).toEqual([1, 1 + 2, 1 + 4, 7]);
  });

  test('for hidden members that this credential may not read (graph.md §1.6)', async () => {
    const { sync, graph } = await counted();
    const permissions = {
      users: true,
      groups: true,
      domains: true,
      hiddenMembers: false,
      applications: true,
    };
    const graphOf = sync.tenant.graph;
    sync.tenant.graph = () => ({
      ...graphOf(),
      permissions: async () => ({ kind: 'read', value: permissions, calls: 1, resourceUnits: 1 }),
    });
    sync.tenant.setGroup(group(2), 'live', { visibility: 'HiddenMembership' });
    graph.wrong.set(group(2), -1);
    graph.wrong.set(group(3), 1);
    expect(audited(await anHourLater(sync))).toMatchObject({ differing: 1, suspects: [group(3)] });
  });
});

describe('Graph that does not count', () => {
  const kinds: readonly GraphFaultKind[] = [
    'throttled',
    'unauthorized',
    'forbidden',
    'transient',
    'malformed',
  ];
  test.each(kinds)('with %s neither fails the run nor makes it wait, and suspicions stay', async (kind) => {
    const { sync, graph } = await counted();
    graph.wrong.set(group(2), 1);
    await anHourLater(sync);
    graph.fault = { kind, detail: 'no', retryAfterSeconds: 3000 };
    const begun = sync.now();
    expect(audited(await anHourLater(sync))).toEqual({
      ...{ status: 'done', warnings: 0, compared: 0, differing: 0, rereads: [] },
      suspects: [group(2)],
    });
    expect(sync.now() - begun).toBeLessThan(62 * 60_000);
    expect(graph.calls).toHaveLength(2);
    expect(logged(sync).at(-1)).toEqual(['info', 'counts-unanswered', '']);
    graph.fault = undefined;
    expect(audited(await anHourLater(sync))).toMatchObject({ rereads: [group(2)] });
  });

  test('has the next run wait as long as it asked, and nobody else', async () => {
    const { sync, graph } = await counted();
    for (const [retryAfterSeconds, waited] of [
      [1800, 1800],
      [1_000_000, 86_400],
    ] as const) {
      graph.fault = { kind: 'throttled', detail: 'later', retryAfterSeconds };
      const begun = await anHourLater(sync);
      const asked = sync.now();
      graph.fault = undefined;
      const next = await sync.sync();
      expect([begun.status, next.status, Math.round((sync.now() - asked) / 100_000)]).toEqual([
        'done',
        'done',
        Math.round(waited / 100),
      ]);
      expect((await sync.store.state(simulatedDirectory)).throttledUntil).toBeUndefined();
    }
  });

  test('has the same groups counted when it counts again', async () => {
    const groups = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [index + 1, []]));
    const { sync, graph } = await counted({}, { users: 1, groups });
    graph.fault = { kind: 'transient', detail: 'no' };
    await anHourLater(sync);
    graph.fault = undefined;
    graph.calls.length = 0;
    await anHourLater(sync);
    expect(graph.groups).toEqual(Array.from({ length: 9 }, (_, index) => group(index + 1)));
  });

  test('is asked no more after a fault, nor when the step has to end', async () => {
    const questions = Array.from({ length: 200 }, (): CountQuestion => ({ of: 'users' }));
    let asked = 0;
    const failing = async () => {
      const failed =
        ++asked === 1
          ? undefined
          : { kind: 'fault' as const, fault: { kind: 'throttled' as const, detail: '' } };
      return failed ?? { kind: 'read' as const, value: [7], calls: 1, resourceUnits: 2 };
    };
    const counts = await askCounts(failing, questions, () => true);
    expect([asked, counts.numbers[0], counts.numbers[20], counts.fault?.kind]).toEqual([
      5,
      7,
      undefined,
      'throttled',
    ]);
    asked = 0;
    await askCounts(failing, questions, () => false);
    expect(asked).toBe(1);
  });

  test('a group without an answer inside a batch is not compared, and a suspect stays one', async () => {
    const { sync, graph } = await counted();
    graph.wrong.set(group(2), 1);
    await anHourLater(sync);
    graph.silent.add(group(2));
    const run = await anHourLater(sync);
    expect(audited(run)).toMatchObject({ compared: 2, suspects: [group(2)] });
    expect(run.audit?.unanswered).toBe(1);
  });
});

describe('users and groups of the tenant', () => {
  test('who comes, goes and is renamed is counted along', async () => {
    const { sync } = await counted();
    sync.tenant.setUser(user(1), 'live', { displayName: 'Renamed' });
    sync.tenant.setUser(user(2), 'soft-deleted');
    sync.tenant.setUser(user(5), 'live');
    sync.tenant.setUser(user(6), 'live');
    expect((await anHourLater(sync)).audit?.state.differences).toEqual({});
    sync.tenant.setUser(user(2), 'live');
    sync.tenant.setUser(user(5), 'gone');
    expect((await anHourLater(sync)).audit?.state.differences).toEqual({});
    expect((await sync.store.state(simulatedDirectory)).liveUsers).toBe(5);
  });

  test('a user whom no delta told is found by the number of all, and all are read anew', async () => {
    const { sync, graph } = await counted();
    graph.lostUsers.add(user(9));
    sync.tenant.setUser(user(9), 'live', { userPrincipalName: 'nine@rookery.example' });
    await anHourLater(sync);
    const second = await anHourLater(sync);
    expect([second.audit?.readAnew, second.warnings]).toEqual([['users'], 1]);
    expect(logged(sync)).toEqual([
      ['info', 'tenant-count-differs', ''],
      ['warning', 'tenant-count-differs-again', ''],
    ]);
    graph.lostUsers.clear();
    const third = await anHourLater(sync);
    expect([third.users.baseline, third.groups.baseline, third.plan?.counts.usersCreated]).toEqual([
      true,
      false,
      1,
    ]);
    expect(third.audit?.state.differences).toEqual({});
    expect((await anHourLater(sync)).users.baseline).toBe(false);
  });

  test('the number of groups has all groups read anew', async () => {
    const { sync, graph } = await counted();
    graph.wrong.set('groups', 2);
    await anHourLater(sync);
    await anHourLater(sync);
    const third = await sync.sync();
    expect([third.users.baseline, third.groups.baseline]).toEqual([false, true]);
  });

  test('a number that differs by something else each time is a tenant at work, and one that outlives the reading is an index', async () => {
    const { sync, graph } = await counted();
    for (const wrong of [1, 2, 3]) {
      graph.wrong.set('users', wrong);
      expect((await anHourLater(sync)).audit?.readAnew).toEqual([]);
    }
    expect((await anHourLater(sync)).audit?.readAnew).toEqual(['users']);
    for (let hour = 0; hour < 30; hour++) {
      expect((await anHourLater(sync)).audit?.readAnew).toEqual([]);
    }
    // Another difference later is another matter.
    graph.wrong.set('users', 1);
    await anHourLater(sync);
    expect((await anHourLater(sync)).audit?.readAnew).toEqual(['users']);
  });
});

describe('how often and how many', () => {
  test('a list that is wanted anyway is wanted once', () => {
    const one = GroupId.parse(group(1));
    const [planned, both] = [{ group: one, reason: 'restored' as const, rounds: 2 }, GroupId.parse(group(2))];
    const audit = { rereads: [one, both], readAnew: ['groups' as const], state: newAuditState(5) };
    const run = {
      startedAt: '2026-01-01T00:00:00Z',
      plan: { rereads: [planned] },
      audit,
    } as unknown as SyncRun;
    expect(auditedAfter({ rereads: [] }, run)).toEqual({
      rereads: [planned, { group: both, reason: 'audit', rounds: 0 }],
      audit: newAuditState(5),
      enumerateGroups: true,
    });
  });

  const order = (changes: object) => ({
    settings: NestedSettings.parse(changes),
    mode: 'sync' as const,
    startedAt: '2026-01-01T12:00:00.000Z',
  });
  const hour = 60 * 60 * 1000;
  const noon = Date.parse('2026-01-01T12:00:00.000Z');
  const completed = { rereads: [], lastCompletedRun: RunId.parse(`run_${'0'.repeat(32)}`) };

  test('once an hour, when asked for at once, never with 0 days or in a dry run, not with a first run', () => {
    const auditedAgo = (milliseconds: number) => ({
      ...completed,
      audit: newAuditState(noon - milliseconds),
    });
    expect(auditDue(order({}), auditedAgo(hour))).toBe('hourly');
    expect(auditDue(order({}), auditedAgo(hour - 1))).toBeUndefined();
    expect(auditDue(order({}), completed)).toBe('hourly');
    expect(auditDue(order({}), { rereads: [] })).toBeUndefined();
    expect(auditDue(order({ auditDays: 0 }), auditedAgo(hour))).toBeUndefined();
    expect(auditDue({ ...order({ auditDays: 0 }), auditNow: true }, auditedAgo(1))).toBe('asked');
    expect(
      auditDue({ ...order({}), mode: 'dry-run' as const, auditNow: true }, auditedAgo(hour)),
    ).toBeUndefined();
  });

  test('a directory that was never audited is silent for the hour after its first run, and its idle round is two calls', async () => {
    const { sync, graph } = await counted();
    const run = await sync.sync();
    expect([run.graphCalls, graph.calls]).toEqual([2, []]);
    await anHourLater(sync, { auditDays: 0 });
    expect(graph.calls).toEqual([]);
  });

  test('as many groups an hour as see each once in so many days, at least one batch, at most a thousand', () => {
    const run = (changes: object, auditDue?: 'hourly' | 'asked') =>
      ({ settings: NestedSettings.parse(changes), auditDue }) as SyncRun;
    expect(groupsAtOnce(50_000, run({}), hour)).toBe(298);
    expect(groupsAtOnce(50_000, run({ auditDays: 1 }), hour)).toBe(1000);
    expect(groupsAtOnce(50_000, run({ auditDays: 30 }), 4 * hour)).toBe(278);
    expect(groupsAtOnce(300, run({}), hour)).toBe(9);
    expect(groupsAtOnce(300, run({}), -hour)).toBe(9);
    expect(groupsAtOnce(300, run({}, 'asked'), hour)).toBe(1000);
    expect(groupsAtOnce(300, run({ auditDays: 0 }, 'asked'), hour)).toBe(1000);
  });

  test('groups are taken in the order of their ids from where the last comparison ended, suspects besides', () => {
    const facts = (index: number, life: 'live' | 'gone' = 'live') => ({
      ...{ id: GroupId.parse(group(index)), life, told: true, held: false },
      ...{ users: 0, others: 0 },
    });
    const groups = [facts(5), facts(2), facts(4, 'gone'), facts(1), facts(3)];
    const chosen = (from: { after?: number; suspects?: number[] }, count: number) => {
      const { after, suspects = [] } = from;
      const choice = chooseGroups(
        groups,
        {
          suspects: suspects.map((index) => GroupId.parse(group(index))),
          ...(after === undefined ? {} : { after: GroupId.parse(group(after)) }),
        },
        count,
      );
      return { groups: choice.groups.map(({ id }) => id), after: choice.after };
    };
    expect(chosen({}, 2)).toEqual({ groups: [group(1), group(2)], after: group(2) });
    expect(chosen({ after: 2, suspects: [1, 4, 3] }, 1)).toEqual({
      groups: [group(1), group(3)],
      after: group(3),
    });
    expect(chosen({ after: 3 }, 2)).toEqual({ groups: [group(5)], after: undefined });
    expect(chosen({ after: 5 }, 2)).toEqual({ groups: [], after: undefined });
  });

  test('one batch an hour sees every group of a small tenant in turn, and counts by type', async () => {
    const groups = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [index + 1, [['user', 1]] as const]),
    );
    const { sync, graph } = await counted({}, { users: 1, groups });
    const seen: (readonly string[])[] = [];
    for (let hours = 0; hours < 4; hours++) {
      graph.calls.length = 0;
      const { graphCalls, resourceUnits } = await anHourLater(sync);
      // Check 3, deltas 2, and one batch.
      expect([graph.calls.length, graphCalls]).toEqual([1, 6]);
      expect(resourceUnits).toBe(5 * 5 + (graph.calls[0]?.length ?? 0));
      seen.push(graph.groups);
    }
    const ids = Array.from({ length: 20 }, (_, index) => group(index + 1));
    expect(seen).toEqual([ids.slice(0, 9), ids.slice(9, 18), ids.slice(18), ids.slice(0, 9)]);
    const expected: readonly CountQuestion[] = [
      { of: 'users' },
      { of: 'groups' },
      ...ids.slice(0, 1).flatMap((id): readonly CountQuestion[] => [
        { of: 'members', group: GroupId.parse(id), type: 'user' },
        { of: 'members', group: GroupId.parse(id), type: 'group' },
      ]),
    ];
    expect(graph.calls[0]?.slice(0, 4)).toEqual(expected);
  });
});
