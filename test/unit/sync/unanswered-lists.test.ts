import { expect, test } from '@jest/globals';
import { GroupId, RunId } from '../../../shared/model/ids.ts';
import type { GraphFault } from '../../../shared/sync/graph-port.ts';
import { newListing } from '../../../shared/sync/listing.ts';
import { inReadingOrder } from '../../../shared/sync/lists-at-once.ts';
import type { Reread } from '../../../shared/sync/run-records.ts';
import { step } from '../../../shared/sync/step.ts';
import type { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { changeState, forgetTokens, graphAnswers, group, synced, told, user } from './small-tenant.ts';

/** Users 1 to 3 in groups of their numbers, which the next run reads by list, and user 4 in none. */
async function listedNext(count = 3): Promise<SimulatedSync> {
  const indexes = Array.from({ length: count }, (_, index) => index + 1);
  const groups = Object.fromEntries(indexes.map((index) => [index, [['user', index] as const]]));
  const sync = await synced({ users: count + 1, groups });
  const rereads = indexes.map((index) => {
    return { group: group(index) as never, reason: 'unknown-members' as const, rounds: 0 };
  });
  await changeState(sync, (state) => ({ ...state, rereads }));
  return sync;
}

/** From now on Graph has this to say of the lists of these groups, and counts how often it is asked for each. */
function unlisted(
  sync: SimulatedSync,
  groups: readonly number[],
  kind: GraphFault['kind'],
): Map<string, number> {
  const asked = new Map<string, number>();
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => {
      asked.set(id, (asked.get(id) ?? 0) + 1);
      const isAnswered = !groups.some((index) => group(index) === id);
      return isAnswered
        ? await reader.groupMembers(id, link)
        : { kind: 'fault', fault: { kind, detail: 'no list of this group' } };
    },
  }));
  return asked;
}

test.each(['transient', 'malformed'] as const)(
  'a group whose list is answered %s for good stops no other change, and nobody leaves it for that (rule 5)',
  async (kind) => {
    const sync = await listedNext();
    const asked = unlisted(sync, [1], kind);
    sync.tenant.setMember(group(2), user(4), 'user');
    expect(await sync.sync()).toMatchObject({ status: 'done' });
    expect(told(sync)).toEqual({ 1: [1], 2: [2, 4], 3: [3] });
    const firstRun = asked.get(group(1));
    sync.tenant.setMember(group(3), user(4), 'user');
    const run = await sync.sync();
    expect(run).toMatchObject({ status: 'done', plan: { rereads: [{ group: group(1), rounds: 2 }] } });
    expect(told(sync)).toEqual({ 1: [1], 2: [2, 4], 3: [3, 4] });
    expect([firstRun, asked.get(group(1))]).toEqual([8, 10]);
    const said = [...sync.entries.values()].filter(({ code }) => code === 'list-unanswered');
    expect(said.map(({ level, object }) => [level, object?.id])).toEqual([
      ['info', group(1)],
      ['warning', group(1)],
    ]);
  },
);

test('when lists are not answered one after the other the rest is left to the next run', async () => {
  const sync = await listedNext(6);
  const asked = unlisted(sync, [1, 2, 3], 'transient');
  sync.tenant.setMember(group(6), user(7), 'user');
  expect(await sync.sync()).toMatchObject({ status: 'done', rereadsDone: 6 });
  expect([1, 2, 3, 4, 5, 6].map((index) => asked.get(group(index)) ?? 0)).toEqual([8, 8, 8, 0, 0, 0]);
  expect(told(sync)[6]).toEqual([6, 7]);
  const { rereads } = await sync.lastRun();
  expect(rereads).toHaveLength(6);
});

test('a Graph that is away while a list is read is waited for', async () => {
  const sync = await listedNext(1);
  const until = sync.now() + 60 * 60_000;
  const isAway = () => sync.now() < until;
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => (isAway() ? away : await reader.groupMembers(id, link)),
    organization: async () => (isAway() ? away : await reader.organization()),
  }));
  const run = await sync.sync();
  expect(run).toMatchObject({ status: 'done', rereadPages: { [group(1)]: 1 } });
});

const away = { kind: 'fault', fault: { kind: 'transient', detail: 'Graph answered 503' } } as const;

test('what waits for longest is read last, and each run begins elsewhere among it', () => {
  const ids = ['1', '7', 'd'].map((digit) => GroupId.parse(`${digit.repeat(8)}-0000-4000-8000-000000000000`));
  const waiting = ids.map((id): Reread => ({ group: id, reason: 'dynamic', rounds: 4 }));
  const fresh: Reread = { group: GroupId.parse(group(1)), reason: 'restored', rounds: 0 };
  const orderOf = (run: string) =>
    inReadingOrder([...waiting, fresh], RunId.parse(`run_${run.padStart(32, '0')}`)).map(
      ({ group: id }) => id[7],
    );
  expect(['00000000', '22222222', 'a0000000', 'f0000000'].map(orderOf)).toEqual([
    ['0', '1', '7', 'd'],
    ['0', '7', 'd', '1'],
    ['0', 'd', '1', '7'],
    ['0', '1', '7', 'd'],
  ]);
});

/** Users 1 to 4 in group 1 and user 5 in group 2, of which the next run reads everything by lists. */
async function listedAnew(): Promise<SimulatedSync> {
  const four = [1, 2, 3, 4].map((member) => ['user', member] as const);
  const sync = await synced({ users: 5, groups: { 1: four, 2: [['user', 5]] } });
  sync.consumer.isStrict = false;
  await forgetTokens(sync);
  return sync;
}

const lists = { baseline: 'lists', baselineWaitSeconds: 0 } as const;

test('a list that was told in part, and that Graph then does not know, speaks for nobody’s absence (rule 5)', async () => {
  const sync = await listedAnew();
  let asked = 0;
  const first = { items: [{ id: user(1), type: 'user', removed: false }], next: 'the second page' } as const;
  graphAnswers(sync, (reader) => ({
    groupMembers: async (id, link) => {
      if (id !== group(1) || ++asked > 3) return await reader.groupMembers(id, link);
      // What was read by then is kept.
      sync.advance(20_000);
      return asked === 1
        ? { kind: 'read', value: first, calls: 1, resourceUnits: 3 }
        : { kind: 'fault', fault: { kind: 'not-found', detail: 'UnknownError' } };
    },
  }));
  expect(await sync.sync(lists)).toMatchObject({ status: 'done', unlisted: [group(1)] });
  expect(told(sync)).toEqual({ 1: [1, 2, 3, 4], 2: [5] });
});

test.each(['transient', 'malformed'] as const)(
  'a group whose list is answered %s for good does not stop a reading of everything by lists',
  async (kind) => {
    const sync = await listedAnew();
    unlisted(sync, [1], kind);
    sync.tenant.setMember(group(2), user(1), 'user');
    expect(await sync.sync(lists)).toMatchObject({ status: 'done', unlisted: [group(1)] });
    expect(told(sync)).toEqual({ 1: [1, 2, 3, 4], 2: [1, 5] });
  },
);

test('where Graph lists the members of no group, everything is read by deltas from the beginning', async () => {
  const run = await (await listedAnew()).lastRun();
  const many = Array.from({ length: 1000 }, (_, index) => GroupId.parse(group(index + 10)));
  const listing = { ...newListing, usersListed: true, groupsListed: true, groupPages: 1, unlisted: many };
  const read = { items: 0, pages: 0, pagesRead: 0 };
  const after = (more: readonly string[]) =>
    step(
      { ...run, status: 'running', phase: 'read', listing },
      { kind: 'members-listed', ...read, unlisted: more.map((id) => GroupId.parse(id)) },
    );
  expect(after([]).run.resyncs).toBe(0);
  const { run: anew, command } = after([group(1)]);
  expect([anew.resyncs, anew.listing, anew.users.pages, anew.groups.baseline]).toEqual([
    1,
    undefined,
    0,
    true,
  ]);
  expect(command).toEqual({ kind: 'read-page', stream: 'users' });
});
