import { expect, test } from '@jest/globals';
import { runView } from '../../../shared/admin/run-history.ts';
import type { GraphFault, GraphReader } from '../../../shared/sync/graph-port.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { seeded } from '../../../tools/simulated-tenant/seeded-random.ts';
import { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, told, user } from './small-tenant.ts';

const minutes = 60_000;

/** A tenant that nobody has read, of many pages. */
function unread(): SimulatedSync {
  const sync = new SimulatedSync(5);
  for (let index = 1; index <= 200; index++) sync.tenant.setUser(user(index), 'live');
  for (let index = 1; index <= 20; index++) sync.tenant.setGroup(group(index), 'live');
  for (let index = 1; index <= 200; index++)
    sync.tenant.setMember(group(1 + (index % 20)), user(index), 'user');
  return sync;
}

/** Asks a Graph that faults as it is told, after `milliseconds` each time; what was asked is kept. */
function through(
  sync: SimulatedSync,
  faultOf: (number: number) => GraphFault | undefined,
  milliseconds = 1000,
): string[] {
  const asked: string[] = [];
  const past = <Of extends readonly unknown[], T>(name: string, read: (...of: Of) => Promise<T>) => {
    return async (...of: Of): Promise<T | { readonly kind: 'fault'; readonly fault: GraphFault }> => {
      sync.advance(milliseconds);
      asked.push(`${name} ${JSON.stringify(of)}`);
      const fault = faultOf(asked.length);
      return fault === undefined ? await read(...of) : { kind: 'fault', fault };
    };
  };
  graphAnswers(sync, (reader: GraphReader) => ({
    usersDelta: past('users', reader.usersDelta),
    groupsDelta: past('groups', reader.groupsDelta),
    userList: past('user list', reader.userList),
    groupList: past('group list', reader.groupList),
    groupMembers: past('members', reader.groupMembers),
  }));
  return asked;
}

const down: GraphFault = { kind: 'transient', detail: 'Graph answered 503' };

const untouched = async (baseline: 'delta' | 'lists') => {
  const sync = unread();
  const asked = through(sync, () => undefined);
  await sync.sync({ baseline });
  return { asked, told: told(sync) };
};

test.each(['delta', 'lists'] as const)(
  'an outage of two hours in a first run by %s is waited out: what was read is not read again (F3)',
  async (baseline) => {
    const sync = unread();
    const begun = sync.now();
    const isDown = () => sync.now() > begun + minutes / 3 && sync.now() < begun + 120 * minutes;
    const asked = through(sync, () => (isDown() ? down : undefined));
    const run = await sync.sync({ baseline });
    expect(run).toMatchObject({
      status: 'done',
      resyncs: 0,
      users: { restarts: 0 },
      groups: { restarts: 0 },
    });
    const ideal = await untouched(baseline);
    expect(told(sync)).toEqual(ideal.told);
    expect(sync.now() - begun).toBeLessThan(135 * minutes);
    expect(new Set(asked).size).toBe(ideal.asked.length);
    // Each wait asks for one page of each stream again, or for each list under way.
    expect(asked.length).toBeLessThan(ideal.asked.length + 25 * (baseline === 'lists' ? 21 : 2));
  },
);

test('what a run waits for is shown meanwhile', async () => {
  const sync = unread();
  const shown: unknown[] = [];
  const begun = sync.now();
  through(sync, () => (sync.now() < begun + 10 * minutes ? down : undefined));
  sync.onSavedRun = (run: SyncRun) => {
    const { status, waitsUntil, waitsFor } = runView(run, sync.now());
    if (waitsUntil !== undefined) shown.push({ status, minutes: minutesTo(sync, waitsUntil), waitsFor });
  };
  const run = await sync.sync();
  const waitsFor = { code: 'graph_unavailable', detail: 'Graph answered 503' };
  const waits = shown.filter((one, index) => JSON.stringify(one) !== JSON.stringify(shown[index - 1]));
  expect(waits.at(-1)).toEqual({ status: 'running', minutes: 9, waitsFor });
  expect(runView(run, sync.now()).waitsFor).toBeUndefined();
});

const minutesTo = (sync: SimulatedSync, until: string) =>
  Math.round((Date.parse(until) - sync.now()) / minutes);

test('an outage that does not end fails the run after about four hours, without spinning', async () => {
  const sync = unread();
  const begun = sync.now();
  const asked = through(sync, () => down);
  const run = await sync.sync();
  expect(run).toMatchObject({
    status: 'failed',
    failure: { code: 'graph_unavailable', detail: down.detail },
  });
  expect((sync.now() - begun) / minutes).toBeGreaterThan(230);
  expect((sync.now() - begun) / minutes).toBeLessThan(250);
  expect(asked.length).toBeLessThan(80);
});

test.each(['dry-run', 'sync'] as const)('a %s that somebody waits for fails within minutes', async (mode) => {
  const sync = unread();
  const begun = sync.now();
  through(sync, () => down);
  const run = await sync.sync({}, mode, 'manual');
  expect(run).toMatchObject({ status: 'failed', failure: { code: 'graph_unavailable' } });
  expect((sync.now() - begun) / minutes).toBeLessThan(6);
});

test.each(['transient', 'malformed'] as const)(
  'waits that Graph asked for are no attempts at what is answered %s after them',
  async (kind) => {
    const sync = unread();
    const throttled: GraphFault = { kind: 'throttled', detail: 'later', retryAfterSeconds: 5 };
    through(sync, (number) =>
      number <= 40 ? throttled : number <= 44 ? { kind, detail: 'broken' } : undefined,
    );
    expect((await sync.sync()).status).toBe('done');
  },
);

test.each(['delta', 'lists'] as const)(
  'a storm of 30 %% of all calls for ten minutes costs a run by %s at most three times the calls (F3)',
  async (baseline) => {
    const ideal = await untouched(baseline);
    for (let seed = 1; seed <= 8; seed++) {
      const sync = unread();
      const random = seeded(seed);
      const begun = sync.now();
      const fault = (): GraphFault =>
        random() < 0.5 ? down : { kind: 'throttled', detail: 'later', retryAfterSeconds: random() * 300 };
      const inStorm = () => sync.now() < begun + 10 * minutes && random() < 0.3;
      const asked = through(sync, () => (inStorm() ? fault() : undefined), 3000);
      const run = await sync.sync({ baseline });
      expect(run).toMatchObject({
        status: 'done',
        resyncs: 0,
        users: { restarts: 0 },
        groups: { restarts: 0 },
      });
      expect(told(sync)).toEqual(ideal.told);

      expect(asked.length / ideal.asked.length).toBeLessThanOrEqual(3);
    }
  },
);

test('questions about restored users that Graph does not answer three times in a row are left to the next run', async () => {
  const sync = new SimulatedSync(6);
  const everybody = Array.from({ length: 30 }, (_, index) => index + 1);
  sync.tenant.setGroup(group(1), 'live');
  const live = (life: 'live' | 'soft-deleted') => {
    for (const index of everybody) sync.tenant.setUser(user(index), life);
  };
  live('live');
  for (const index of everybody) sync.tenant.setMember(group(1), user(index), 'user');
  live('soft-deleted');
  await sync.sync();
  live('live');
  const asked: string[] = [];
  const answered = new Set([2, 3, 6]);
  const mend = graphAnswers(sync, ({ groupsOf }) => ({
    groupsOf: async (member, link) => {
      asked.push(member.id);
      return answered.has(asked.length) && groupsOf !== undefined
        ? await groupsOf(member, link)
        : { kind: 'fault', fault: down };
    },
  }));
  expect(await sync.sync()).toMatchObject({ status: 'done', attempts: 0 });
  expect([asked.length, told(sync)]).toEqual([9, { 1: [2, 3, 6] }]);
  mend();
  await sync.sync();
  expect(told(sync)).toEqual({ 1: everybody });
});
