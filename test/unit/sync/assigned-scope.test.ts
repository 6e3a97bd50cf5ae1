import { expect, test } from '@jest/globals';
import type { Assignment, GraphReader } from '../../../shared/sync/graph-port.ts';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { defaultNestedSettings, type NestedSettings, type SyncScope } from '../../../shared/sync/settings.ts';
import { SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

// Who is in scope is what Graph lists as assigned to one application: a list of another one, or none, says nothing (graph.md §2, T09).

const [first, second] = ['99999999-0000-4000-8000-000000000001', '99999999-0000-4000-8000-000000000002'];

const inScopeOf = (servicePrincipalId: string) => ({
  scope: { kind: 'application', servicePrincipalId, reading: 'effective' } satisfies SyncScope,
});

const groupsAssigned = (...groups: readonly number[]): readonly Assignment[] =>
  groups.map((index) => ({ principalId: group(index), principalType: 'Group' }));

const page = (
  items: readonly Assignment[],
  next?: string,
): Awaited<ReturnType<GraphReader['appRoleAssignedTo']>> => ({
  kind: 'read',
  value: { items, ...(next === undefined ? {} : { next }) },
  calls: 1,
  resourceUnits: 2,
});

const noApplication = { kind: 'fault', fault: { kind: 'not-found', detail: 'no such application' } } as const;

type Lists = Record<string, readonly Assignment[]>;

/** A directory that has read three groups of one user each; `lists` is what Graph answers of each application, others are 404. */
async function allRead(lists: Lists, settings: Partial<NestedSettings> = {}) {
  const sync = await synced(
    { users: 4, groups: { 1: [['user', 1]], 2: [['user', 2]], 3: [['user', 3]] } },
    settings,
  );
  // Who leaves the scope has not left the tenant.
  sync.consumer.isStrict = false;
  const asked = { times: 0 };
  graphAnswers(sync, () => ({
    appRoleAssignedTo: async (id) => {
      asked.times++;
      const items = lists[id.toLowerCase()];
      return items === undefined ? noApplication : page(items);
    },
  }));
  return { sync, asked, lists };
}

test('an application that becomes the scope is asked at once, however young the last check is', async () => {
  const { sync } = await allRead({ [first]: groupsAssigned(1) });
  expect(await sync.sync(inScopeOf(first))).toMatchObject({ status: 'done' });
  expect(told(sync)).toEqual({ 1: [1] });
});

test('assignments of one application say nothing of another, however young they are', async () => {
  const { sync } = await allRead({ [first]: groupsAssigned(1), [second]: groupsAssigned(2, 3) });
  await sync.sync(inScopeOf(first));
  await sync.sync(inScopeOf(second));
  expect(told(sync)).toEqual({ 2: [2], 3: [3] });
  await sync.sync();
  await sync.sync(inScopeOf(second));
  expect(told(sync)).toEqual({ 2: [2], 3: [3] });
});

test('an idle run relies on the list of its own application for an hour', async () => {
  const { sync, asked } = await allRead({ [first]: groupsAssigned(1) });
  await sync.sync(inScopeOf(first));
  expect([(await sync.sync(inScopeOf(first))).graphCalls, asked.times]).toEqual([2, 1]);
  // In capital letters it is the same application.
  expect([(await sync.sync(inScopeOf(first.toUpperCase()))).graphCalls, asked.times]).toEqual([2, 1]);
  sync.advance(3_600_000);
  expect([(await sync.sync(inScopeOf(first))).graphCalls, asked.times]).toEqual([6, 2]);
});

test('a check that was stored before it said whose assignments it has is not relied on for an application', async () => {
  const { sync, asked } = await allRead({ [first]: groupsAssigned(1) });
  await sync.sync(inScopeOf(first));
  await forgetApplication(sync);
  await sync.sync(inScopeOf(first));
  expect([told(sync), asked.times]).toEqual([{ 1: [1] }, 2]);
});

const missing = '99999999-0000-4000-8000-000000000009';
const notFound = {
  status: 'failed',
  failure: { code: 'scope_not_found', detail: expect.stringContaining(missing) },
};

test('an application that Graph does not know fails the run by name, and nobody leaves a directory that read everything (T09)', async () => {
  const { sync, lists } = await allRead({});
  const before = told(sync);
  expect(await sync.sync(inScopeOf(missing))).toMatchObject(notFound);
  sync.advance(7_200_000);
  expect(await sync.sync(inScopeOf(missing))).toMatchObject(notFound);
  expect(told(sync)).toEqual(before);
  lists[missing] = groupsAssigned(2);
  expect(await sync.sync(inScopeOf(missing))).toMatchObject({ status: 'done' });
  expect(told(sync)).toEqual({ 2: [2] });
});

test('assignments of another application do not stand in for one that Graph does not know (T09)', async () => {
  const { sync } = await allRead({ [first]: groupsAssigned(1) });
  await sync.sync(inScopeOf(first));
  expect(await sync.sync(inScopeOf(missing))).toMatchObject(notFound);
  expect(told(sync)).toEqual({ 1: [1] });
  // What is not applied is not forgotten either: the scope is set back.
  expect((await sync.sync(inScopeOf(first))).status).toBe('done');
  expect(told(sync)).toEqual({ 1: [1] });
});

test('an application that was there and is gone fails the run, and its users stay as they are (T09)', async () => {
  const { sync, lists } = await allRead({ [missing]: groupsAssigned(1) });
  await sync.sync(inScopeOf(missing));
  delete lists[missing];
  sync.advance(7_200_000);
  sync.tenant.setMember(group(1), user(4), 'user');
  expect(await sync.sync(inScopeOf(missing))).toMatchObject(notFound);
  expect(told(sync)).toEqual({ 1: [1] });
  lists[missing] = groupsAssigned(1);
  await sync.sync(inScopeOf(missing));
  expect(told(sync)).toEqual({ 1: [1, 4] });
});

test('a first run for an application that Graph does not know fails by name', async () => {
  const sync = new SimulatedSync(1);
  graphAnswers(sync, () => ({ appRoleAssignedTo: async () => noApplication }));
  expect(await sync.sync(inScopeOf(missing))).toMatchObject(notFound);
});

const endless = (
  sync: SimulatedSync,
  next: (calls: number) => string,
  groupOn: (calls: number) => number = () => 2,
) => {
  const asked = { times: 0 };
  graphAnswers(sync, () => ({
    appRoleAssignedTo: async () => {
      const calls = ++asked.times;
      return page(groupsAssigned(groupOn(calls)), next(calls));
    },
  }));
  return asked;
};
const evenMore = (calls: number) => `next:${calls}`;

test.each([
  ['links that lead in a circle', (calls: number) => `next:${calls % 2}`, undefined, 3, 'leads back'],
  ['a link to the page itself', () => 'next', undefined, 2, 'leads back'],
  ['ever new links to one page', evenMore, undefined, 21, '20 pages in a row were the same'],
  ['ever new links to pages of earlier', evenMore, (calls: number) => calls % 5, 205, 'said nothing new'],
  ['ever new pages', evenMore, (calls: number) => calls, 1000, '1000 pages, which have 1000 assignments'],
])(
  'a list of assignments with %s is no list: the run fails and nobody leaves (F5, T09)',
  async (_, next, groupOn, calls, why) => {
    const { sync } = await allRead({ [first]: groupsAssigned(1, 2) });
    await sync.sync(inScopeOf(first));
    sync.advance(7_200_000);
    const asked = endless(sync, next, groupOn);
    const { status, failure } = await sync.sync(inScopeOf(first));
    expect([status, failure?.code]).toEqual(['failed', 'graph_malformed']);
    expect(failure?.detail).toMatch(
      new RegExp(`^Graph's list of assignments does not end: .*${why}.*nobody was removed$`),
    );
    expect([told(sync), asked.times]).toEqual([{ 1: [1], 2: [2] }, calls]);
  },
);

test.each([
  ['throttled', 'graph_throttled'],
  ['resync-required', 'graph_unavailable'],
  ['token-dead', 'graph_unavailable'],
  ['unauthorized', 'consent_revoked'],
  ['forbidden', 'permission_missing'],
  ['not-found', 'scope_not_found'],
  ['transient', 'graph_unavailable'],
  ['malformed', 'graph_malformed'],
] as const)(
  'no removal leaves a run whose assignments answer %s, on whatever page (T09, rule 5)',
  async (kind, code) => {
    for (const broken of [undefined, 'next']) {
      const { sync } = await allRead({ [first]: groupsAssigned(1, 2) });
      await sync.sync(inScopeOf(first));
      sync.tenant.setMember(group(1), user(1), undefined);
      const mend = graphAnswers(sync, () => ({
        appRoleAssignedTo: async (_id, link) =>
          link === broken
            ? { kind: 'fault', fault: { kind, detail: 'broken' } }
            : page(groupsAssigned(1), 'next'),
      }));
      sync.advance(7_200_000);
      expect(await sync.sync(inScopeOf(first))).toMatchObject({ status: 'failed', failure: { code } });
      expect(told(sync)).toEqual({ 1: [1], 2: [2] });
      mend();
      await sync.sync(inScopeOf(first));
      expect(told(sync)).toEqual({ 2: [2] });
    }
  },
);

test('who may not read assignments is told which permission is missing', async () => {
  const { sync } = await allRead({});
  const fault = { kind: 'forbidden', detail: 'Graph says no.' } as const;
  graphAnswers(sync, () => ({ appRoleAssignedTo: async () => ({ kind: 'fault', fault }) }));
  expect((await sync.sync(inScopeOf(first))).failure).toEqual({
    code: 'permission_missing',
    detail:
      'Application.Read.All is required to read who is assigned to the application in scope: Graph says no.',
  });
});

test('a list of assignments in many pages is read to its end, empty ones included', async () => {
  const { sync } = await allRead({});
  const pages = [groupsAssigned(1), [], groupsAssigned(2), []];
  graphAnswers(sync, () => ({
    appRoleAssignedTo: async (_id, link = '0') =>
      page(pages[Number(link)] ?? [], Number(link) < pages.length - 1 ? String(Number(link) + 1) : undefined),
  }));
  expect(await sync.sync(inScopeOf(first))).toMatchObject({ status: 'done' });
  expect(told(sync)).toEqual({ 1: [1], 2: [2] });
});

const warnings = (sync: SimulatedSync, run: SyncRun) =>
  [...sync.entries].flatMap(([key, { level, code }]) =>
    key.startsWith(run.id) && level === 'warning' ? [code] : [],
  );

test('an empty list keeps who was assigned, with a warning, until a later run reads the same (graph.md §2, T09)', async () => {
  const { sync, lists, asked } = await allRead({ [first]: groupsAssigned(1, 2) });
  await sync.sync(inScopeOf(first));
  lists[first] = [];
  sync.tenant.setMember(group(1), user(4), 'user');
  sync.advance(3_600_000);
  const once = await sync.sync(inScopeOf(first));
  expect([once.status, once.warnings, warnings(sync, once)]).toEqual(['done', 1, ['assignments-empty']]);
  // What was read once is not read twice by being relied on.
  const idle = await sync.sync(inScopeOf(first));
  expect([idle.graphCalls, asked.times, warnings(sync, idle)]).toEqual([2, 2, ['assignments-empty']]);
  expect(told(sync)).toEqual({ 1: [1, 4], 2: [2] });
  sync.advance(3_600_000);
  const again = await sync.sync(inScopeOf(first));
  expect([again.status, warnings(sync, again), told(sync)]).toEqual(['done', ['nobody-assigned'], {}]);
  lists[first] = groupsAssigned(2);
  sync.advance(3_600_000);
  const back = await sync.sync(inScopeOf(first));
  expect([back.status, warnings(sync, back), told(sync)]).toEqual(['done', [], { 2: [2] }]);
});

test('a list that was empty once and is not the next time begins to count anew', async () => {
  const { sync, lists } = await allRead({ [first]: groupsAssigned(1) });
  await sync.sync(inScopeOf(first));
  for (const list of [[], groupsAssigned(1), []]) {
    lists[first] = list;
    sync.advance(3_600_000);
    await sync.sync(inScopeOf(first));
  }
  expect(told(sync)).toEqual({ 1: [1] });
});

test('principals that are neither users nor groups are nobody', async () => {
  const { sync, lists } = await allRead({ [first]: groupsAssigned(1) });
  await sync.sync(inScopeOf(first));
  lists[first] = [{ principalId: user(9), principalType: 'ServicePrincipal' }];
  sync.advance(3_600_000);
  const run = await sync.sync(inScopeOf(first));
  expect([warnings(sync, run), told(sync)]).toEqual([['assignments-empty'], { 1: [1] }]);
});

test('that nobody is assigned any more waits for approval, however few leave (graph.md §2)', async () => {
  const { sync, lists } = await allRead({ [first]: groupsAssigned(1, 2) });
  const settings = { ...inScopeOf(first), safeguard: defaultNestedSettings.safeguard };
  await sync.sync(settings);
  lists[first] = [];
  for (const status of ['done', 'awaiting-approval']) {
    sync.advance(3_600_000);
    expect(await sync.sync(settings)).toMatchObject({ status });
  }
  expect((await sync.lastRun()).plan?.exceeded).toEqual([
    'nobody is assigned to the application in scope any more: 2 users and 2 groups leave',
  ]);
  expect(told(sync)).toEqual({ 1: [1], 2: [2] });
  expect(await sync.decide(true)).toMatchObject({ status: 'done' });
  expect(told(sync)).toEqual({});
  // Who was never in it does not leave it.
  sync.tenant.setUser(user(3), 'gone');
  sync.advance(3_600_000);
  expect(await sync.sync(settings)).toMatchObject({ status: 'done' });
});

test('a first run for an application that nobody is assigned to takes in nobody, with a warning', async () => {
  const { sync, lists } = await allRead({ [first]: [] }, inScopeOf(first));
  const run = await sync.lastRun();
  expect([run.status, run.warnings, warnings(sync, run), told(sync)]).toEqual([
    'done',
    1,
    ['nobody-assigned'],
    {},
  ]);
  // Another one takes nothing from a directory that has nothing.
  lists[second] = [];
  expect(await sync.sync(inScopeOf(second))).toMatchObject({ status: 'done' });
  lists[second] = groupsAssigned(3);
  sync.advance(3_600_000);
  await sync.sync(inScopeOf(second));
  expect(told(sync)).toEqual({ 3: [3] });
});

test('an application that nobody is assigned to does not become the scope of a directory that has somebody (T09)', async () => {
  const { sync, lists } = await allRead({ [first]: groupsAssigned(1), [second]: [] });
  const empty = {
    status: 'failed',
    failure: { code: 'scope_empty', detail: expect.stringContaining(second) },
  };
  const before = told(sync);
  expect(await sync.sync(inScopeOf(second))).toMatchObject(empty);
  expect(told(sync)).toEqual(before);
  await sync.sync(inScopeOf(first));
  expect(await sync.sync(inScopeOf(second))).toMatchObject(empty);
  expect(told(sync)).toEqual({ 1: [1] });
  lists[second] = groupsAssigned(2);
  await sync.sync(inScopeOf(second));
  expect(told(sync)).toEqual({ 2: [2] });
});

/** As an older version left it. */
async function forgetApplication(sync: SimulatedSync): Promise<void> {
  const { store } = sync;
  const state = await store.state(simulatedDirectory);
  if (state.checked === undefined) throw new Error('nothing was checked');
  const { application: _, ...checked } = state.checked;
  const fence = await store.acquire(simulatedDirectory, { holder: 'test', now: sync.now(), seconds: 60 });
  if (fence === undefined) throw new Error('somebody has the directory');
  await store.commit(simulatedDirectory, fence, [{ kind: 'state', state: { ...state, checked } }]);
  await store.release(simulatedDirectory, fence);
}
