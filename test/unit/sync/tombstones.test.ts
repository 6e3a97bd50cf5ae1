import { expect, test } from '@jest/globals';
import { removeTombstones } from '../../../shared/sync/tombstones.ts';
import { Died } from '../../support/sync/simulated-processes.ts';
import { type SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, nestedPair, told, user } from './small-tenant.ts';

const day = 24 * 60 * 60 * 1000;
const purged = async (sync: SimulatedSync) => await removeTombstones(sync.ports(), simulatedDirectory);

/** Ids of all rows, and memberships that are stored in either direction, by their last digits. */
async function stored(sync: SimulatedSync) {
  const { store } = sync;
  const short = (id: string) => id.slice(19, 20) + Number.parseInt(id.slice(24), 16);
  const ids: string[] = [];
  for await (const page of store.userPages(simulatedDirectory)) ids.push(...page.map(({ id }) => id));
  const { groups, edges } = await store.nesting(simulatedDirectory);
  const reverse = await store.groupsOf(simulatedDirectory, ids as never);
  return {
    users: ids.map(short),
    groups: groups.map(({ id, users, others }) => [short(id), users + others]),
    edges: edges.map(({ parent, child }) => [short(parent), short(child)]),
    reverse: [...reverse].map(([member, packed]) => [short(member), packed.length / 16]),
  };
}

/** Group 1 holds users 1 and 2 and group 2, which holds user 3; then user 1 and group 2 are deleted softly. */
async function withDead(life: 'soft-deleted' | 'gone'): Promise<SimulatedSync> {
  const sync = await nestedPair();
  sync.tenant.setUser(user(1), life);
  sync.tenant.setGroup(group(2), life);
  await sync.sync();
  return sync;
}

const whole = {
  users: ['81', '82', '83'],
  groups: [
    ['91', 2],
    ['92', 1],
  ],
  edges: [['91', '92']],
  reverse: [
    ['81', 1],
    ['82', 1],
    ['83', 1],
  ],
};

const rest = { users: ['82', '83'], groups: [['91', 1]], edges: [], reverse: [['82', 1]] };

test('what is soft-deleted stays with its memberships while anybody may restore it, and goes whole after that (rule 4)', async () => {
  const sync = await withDead('soft-deleted');
  sync.advance(36.9 * day);
  await sync.sync();
  expect([await purged(sync), await stored(sync)]).toEqual([0, whole]);
  sync.advance(day);
  await sync.sync();
  expect([await purged(sync), await stored(sync)]).toEqual([2, rest]);
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [2] });
});

test('of a directory that is not read nothing is removed: a restore may not have been heard of yet', async () => {
  const sync = await withDead('soft-deleted');
  sync.advance(400 * day);
  expect(await purged(sync)).toBe(0);
  sync.tenant.setUser(user(1), 'live');
  sync.tenant.setGroup(group(2), 'live');
  await sync.sync();
  expect([await purged(sync), await stored(sync)]).toEqual([0, whole]);
  expect(told(sync)).toEqual({ 1: [1, 2, 3], 2: [3] });
});

test('a gone object is known for a month, so that an old message does not bring it back (rule 3)', async () => {
  const sync = await withDead('gone');
  let replay = true;
  graphAnswers(sync, (real) => ({
    usersDelta: async (from) => {
      const page = await real.usersDelta(from);
      if (page.kind === 'fault' || !replay) return page;
      replay = false;
      const old = { kind: 'present' as const, id: user(1) as never, fields: { displayName: 'User 1' } };
      return { ...page, value: { ...page.value, items: [old, ...page.value.items] } };
    },
  }));
  sync.advance(29 * day);
  await sync.sync();
  expect([await purged(sync), replay]).toEqual([0, false]);
  expect((await sync.store.users(simulatedDirectory, [user(1) as never]))[0]?.life).toBe('gone');
  sync.advance(2 * day);
  await sync.sync();
  expect([await purged(sync), (await stored(sync)).users]).toEqual([2, ['82', '83']]);
});

test('a user who went softly and then for good is known for a month from then', async () => {
  const sync = await withDead('soft-deleted');
  sync.advance(30 * day);
  sync.tenant.setUser(user(1), 'gone');
  await sync.sync();
  sync.advance(10 * day);
  await sync.sync();
  await purged(sync);
  expect((await stored(sync)).users).toContain('81');
});

test('who comes back after a removal is asked for his groups and loses none', async () => {
  const sync = await withDead('soft-deleted');
  sync.advance(60 * day);
  await sync.sync();
  await purged(sync);
  sync.tenant.setUser(user(1), 'live');
  sync.tenant.setGroup(group(2), 'live');
  await sync.sync();
  expect(told(sync)).toEqual({ 1: [1, 2, 3], 2: [3] });
});

test('nothing is removed while a run has the directory, and a removal that dies at any write is carried on', async () => {
  const sync = await withDead('soft-deleted');
  sync.advance(60 * day);
  await sync.sync();
  const state = await sync.store.state(simulatedDirectory);
  let writes = 0;
  for (let fatal = 1; fatal < 40; fatal++) {
    writes = 0;
    sync.onWrite = () => {
      if (++writes === fatal) throw new Died();
    };
    const hasDied = await purged(sync).then(
      () => false,
      () => true,
    );
    // The lease of the dead runs out.
    sync.advance(200_000);
    if (!hasDied) break;
  }
  sync.onWrite = () => undefined;
  expect(await stored(sync)).toEqual(rest);
  expect((await sync.store.state(simulatedDirectory)).tombstones).toEqual({
    dueAt: expect.any(Number),
    scanAt: expect.any(Number),
  });
  const fence = await sync.store.acquire(simulatedDirectory, { holder: 'x', now: sync.now(), seconds: 9 });
  const active = { ...state, activeRun: state.lastRun ?? ('' as never) };
  await sync.store.commit(simulatedDirectory, fence ?? { holder: '', epoch: 0 }, [
    { kind: 'state', state: active },
  ]);
  sync.advance(9000);
  expect(await purged(sync)).toBe(0);
  expect(await sync.store.state(simulatedDirectory)).toEqual(active);
});

test('a month passes before a quiet directory is gone through again, a day before its old checkpoints are', async () => {
  const sync = await withDead('soft-deleted');
  await purged(sync);
  const { tombstones } = await sync.store.state(simulatedDirectory);
  expect(tombstones).toEqual({ dueAt: sync.now() + day, scanAt: sync.now() + 30 * day });
  const idle = await sync.store.state(simulatedDirectory);
  await purged(sync);
  expect(await sync.store.state(simulatedDirectory)).toEqual(idle);
});
