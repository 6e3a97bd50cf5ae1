import { expect, test } from '@jest/globals';
import { GroupId, UserId } from '../../../shared/model/ids.ts';
import { followed, newTrail } from '../../../shared/sync/endless-round.ts';
import type { GraphAnswer, GraphReader, MemberEntry } from '../../../shared/sync/graph-port.ts';
import { newRun, type RunOrder } from '../../../shared/sync/new-run.ts';
import { SyncRun } from '../../../shared/sync/run-records.ts';
import { step } from '../../../shared/sync/step.ts';
import type { SyncState } from '../../../shared/sync/sync-state.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { forgetTokens, graphAnswers, group, started, synced, told, user } from './small-tenant.ts';

const page = <T>(items: readonly T[], next: string) =>
  ({
    kind: 'read',
    value: { items, fingerprint: JSON.stringify(items), next },
    calls: 1,
    resourceUnits: 3,
  }) as const;

/** How a chain of pages may never end: what is on page `number`, and the link of the next one. */
const roads = {
  'leads in a circle': {
    most: 5,
    page: (number: number) => ({ content: number, next: `loop ${number % 3}` }),
  },
  'leads in a circle of a hundred pages': {
    most: 230,
    page: (number: number) => ({ content: number, next: `loop ${number % 100}` }),
  },
  'says the same under ever new links': {
    most: 25,
    page: (number: number) => ({ content: 1, next: `new ${number}` }),
  },
  'says two things in turn under ever new links': {
    most: 250,
    page: (number: number) => ({ content: number % 2, next: `new ${number}` }),
  },
} as const;

/** Each list of Graph: what it answers on page `number`, and how a run comes to read it. */
const member = (content: number): MemberEntry => ({ id: user(content + 100), type: 'user', removed: false });

interface Read {
  readonly answers: (next: () => { content: number; next: string }) => Partial<GraphReader>;
  readonly run: (sync: SimulatedSync) => ReturnType<SimulatedSync['sync']>;
}

const lists = { baseline: 'lists', baselineWaitSeconds: 0 } as const;

async function anew(sync: SimulatedSync) {
  await forgetTokens(sync);
  return await sync.sync(lists);
}

const fields = { displayName: 'x' };

const reads: Readonly<Record<string, Read>> = {
  usersDelta: {
    answers: (next) => ({
      usersDelta: async () => {
        const { content, next: link } = next();
        return page([{ kind: 'present', id: UserId.parse(user(content + 100)), fields }], link);
      },
    }),
    run: (sync) => sync.sync(),
  },
  groupsDelta: {
    answers: (next) => ({
      groupsDelta: async () => {
        const { content, next: link } = next();
        return page([{ kind: 'present', id: GroupId.parse(group(content + 100)), fields }], link);
      },
    }),
    run: (sync) => sync.sync(),
  },
  userList: {
    answers: (next) => ({
      userList: async () => {
        const { content, next: link } = next();
        return page([{ kind: 'present', id: UserId.parse(user(content + 100)), fields }], link);
      },
    }),
    run: anew,
  },
  groupList: {
    answers: (next) => ({
      groupList: async () => {
        const { content, next: link } = next();
        return page([{ kind: 'present', id: GroupId.parse(group(content + 100)), fields }], link);
      },
    }),
    run: anew,
  },
  'groupMembers of a fast baseline': {
    answers: (next) => ({ groupMembers: async () => memberPage(next()) }),
    run: anew,
  },
  'groupMembers of a group that is read again': {
    answers: (next) => ({ groupMembers: async () => memberPage(next()) }),
    run: async (sync) => {
      sync.tenant.setGroup(group(1), 'soft-deleted');
      await sync.sync();
      sync.tenant.setGroup(group(1), 'live');
      return await sync.sync();
    },
  },
};

const memberPage = ({ content, next }: { content: number; next: string }): GraphAnswer<never> =>
  page([member(content)], next) as never;

const cases = Object.keys(reads).flatMap((read) =>
  (Object.keys(roads) as (keyof typeof roads)[]).map((road) => [read, road] as const),
);

test.each(cases)('%s that %s ends its run by name and changes nothing (F5)', async (read, road) => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } });
  const { answers, run } = reads[read] as Read;
  let pages = 0;
  graphAnswers(sync, () =>
    answers(() => {
      pages++;
      return roads[road].page(pages);
    }),
  );
  const before = told(sync);
  const { status, failure } = await run(sync);
  expect([status, failure?.code]).toEqual(['failed', 'endless_round']);
  expect(pages).toBeLessThanOrEqual(roads[road].most);
  expect(read.includes('again') ? {} : before).toEqual(told(sync));
});

test('a large round with runs of empty pages, and with every stretch of it told three times, is not cut (graph.md §6.1, §6.5)', () => {
  let trail = newTrail;
  let links = 0;
  const ends: unknown[] = [];
  const read = (fingerprint: string, items: number) => {
    const after = followed(trail, { fingerprint, items, next: `link ${links++}` });
    trail = after.trail;
    if (after.endless !== undefined) ends.push([links, after.endless]);
  };
  for (let stretch = 0; stretch < 100; stretch++) {
    for (let time = 0; time < 3; time++)
      for (let number = 0; number < 60; number++) read(`page ${stretch * 60 + number}`, 4);
    for (let empty = 0; empty < 50; empty++) read('empty', 0);
  }
  expect([links, ends]).toEqual([23_000, []]);
});

test('groups of a restored object without an end are not known: it is said, asked again, and holds nothing up (F5)', async () => {
  const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } });
  sync.tenant.setUser(user(1), 'soft-deleted');
  await sync.sync();
  sync.tenant.setUser(user(1), 'live');
  sync.tenant.setMember(group(1), user(2), 'user');
  let pages = 0;
  const mend = graphAnswers(sync, () => ({
    groupsOf: async () => page([{ id: group(99), type: 'group', removed: false }], `new ${pages++}`),
  }));
  const run = await sync.sync();
  expect([run.status, run.warnings, pages]).toEqual(['done', 1, 21]);
  expect(told(sync)).toEqual({ 1: [1, 2] });
  expect([...sync.entries.values()].filter(({ level }) => level === 'warning')).toEqual([
    expect.objectContaining({
      ...{ level: 'warning', code: 'memberships-without-end', object: { kind: 'user', id: user(1) } },
    }),
  ]);
  const { asks } = await sync.store.state(simulatedDirectory);
  mend();
  expect([asks, (await sync.sync()).asking?.answered]).toEqual([
    [{ kind: 'user', id: user(1) }],
    { [`groups-of/user/${user(1)}`]: 1 },
  ]);
});

/** A tenant with two lists of some length, and what is read of them as time goes by: five seconds a page. */
async function longLists() {
  const sync = await synced({ users: 40, groups: { 1: [], 2: [] } });
  for (let index = 1; index <= 40; index++) sync.tenant.setMember(group(1), user(index), 'user');
  for (let index = 1; index <= 4; index++) sync.tenant.setMember(group(2), user(index), 'user');
  await forgetTokens(sync);
  const read: string[] = [];
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link = '') => {
      read.push(`${id} ${link}`);
      sync.advance(5000);
      return await reader.groupMembers(id, link);
    },
  }));
  return { sync, read };
}

const everybody = Array.from({ length: 40 }, (_, index) => index + 1);

test('lists that take longer than a message go on in the next one, each page read once', async () => {
  const { sync, read } = await longLists();
  sync.softSeconds = 12;
  const run = await sync.sync(lists);
  expect(run).toMatchObject({ status: 'done', groups: { items: 4, listed: true } });
  expect(run.step).toBe(3);
  expect(read).toHaveLength(11);
  expect(new Set(read).size).toBe(11);
  expect(told(sync)).toEqual({ 1: everybody, 2: [1, 2, 3, 4] });
});

test('a list that Graph does not answer for a while keeps what is read of it and of others', async () => {
  const { sync, read } = await longLists();
  let answers = 0;
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) =>
      ++answers === 5 || answers === 8
        ? { kind: 'fault', fault: { kind: 'transient', detail: 'bad gateway' } }
        : await reader.groupMembers(id, link),
  }));
  expect(await sync.sync(lists)).toMatchObject({ status: 'done', resyncs: 0, groups: { items: 4 } });
  expect(read).toHaveLength(11);
  expect(told(sync)).toEqual({ 1: everybody, 2: [1, 2, 3, 4] });
});

test('links that no checkpoint could take are forgotten, all but one, and those lists begin again', async () => {
  const { sync, read } = await longLists();
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => {
      const answer = await reader.groupMembers(id, link?.trim());
      if (answer.kind === 'fault' || answer.value.next === undefined) return answer;
      return { ...answer, value: { ...answer.value, next: answer.value.next.padEnd(60_000) } };
    },
  }));
  for (let index = 5; index <= 16; index++) sync.tenant.setMember(group(2), user(index), 'user');
  expect(await sync.sync(lists)).toMatchObject({ status: 'done', resyncs: 0 });
  expect(read.length).toBeGreaterThan(14);
  expect(told(sync)).toEqual({ 1: everybody, 2: everybody.slice(0, 16) });
});

test('a run that an earlier version left on its way has the trail that it had, and goes on', async () => {
  const run = await (await synced({ users: 1, groups: {} })).lastRun();
  const cursor = { ...run.users, fingerprint: 'one', repeats: 3, links: ['link'] };
  const { seen: _, stale: __, read: ___, mark: ____, ...earlier } = cursor;
  expect(SyncRun.parse({ ...run, users: earlier }).users).toEqual({
    ...cursor,
    ...{ seen: [], stale: 0, read: 0, mark: { link: '', read: 0 } },
  });
});

test.each(['users', 'groups'] as const)(
  'a delta of %s that tells ever new objects ends by what is known of the tenant, and not only after 200,000 pages (graph.md §1.2)',
  async (stream) => {
    const sync = await synced({ users: 2, groups: { 1: [['user', 1]] } });
    await forgetTokens(sync);
    const { [stream]: cursor, ...run } = (await started(sync).then(() => sync.lastRun())) as SyncRun;
    expect(run.knownObjects).toBe(3);
    const told = (items: number, next?: string) => {
      const at = { ...run, phase: 'read', [stream]: { ...cursor, items } } as SyncRun;
      const page = { items: 200, pages: 1, fingerprint: 'new', ...(next ? { next } : { delta: 'delta' }) };
      return step(at, { kind: 'page-read', stream, page }).run.failure;
    };
    expect(told(1_000_030 - 200, 'more')).toBeUndefined();
    expect(told(1_000_031 - 200, 'more')).toEqual({
      code: 'endless_round',
      detail: `${stream}: 1000031 objects were told of a tenant that had 3`,
    });
    // What has come to its end is no endless chain.
    expect(told(2_000_000)).toBeUndefined();
  },
);

test.each<[string, Pick<RunOrder, 'tenantSize'>, Partial<SyncState>, number | undefined]>([
  ['nothing', {}, {}, undefined],
  ['the size that was confirmed', { tenantSize: { users: 70, groups: 5 } }, {}, 75],
  ['groups alone', { tenantSize: { groups: 5 } }, {}, undefined],
  ['what was read', {}, { counts: { users: 3, groups: 4, memberships: 0, domains: 0 }, liveUsers: 90 }, 94],
  ['the more of both', { tenantSize: { users: 100, groups: 1 } }, { liveUsers: 9 }, 101],
])('of a tenant of which a run knows %s', async (_, order, known, objects) => {
  const sync = await synced({ users: 1, groups: {} });
  const { settings, settingsVersion, pinnedTenantId, confirmedHash, id, startedAt } = await sync.lastRun();
  const terms = { settings, settingsVersion, pinnedTenantId, confirmedHash, id, startedAt };
  const run = newRun(
    { ...terms, directory: simulatedDirectory, mode: 'sync', trigger: 'timer', ...order },
    { rereads: [], ...known },
  );
  expect(run.knownObjects).toBe(objects);
});
