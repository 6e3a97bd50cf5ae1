import { expect, test } from '@jest/globals';
import type { NestedWrite } from '../../../shared/sync/nested-store.ts';
import { noFaults } from '../../support/sync/fake-faults.ts';
import { Died } from '../../support/sync/simulated-processes.ts';
import { SimulatedSync, simulatedDirectory } from '../../support/sync/simulated-sync.ts';
import { group, user } from './small-tenant.ts';

const users = 450;
const groups = 30;

/** More users than a journal part decides on; groups hold every third user, and each other in a row. */
function largerTenant(): SimulatedSync {
  const sync = new SimulatedSync(1);
  for (let index = 1; index <= users; index++) {
    sync.tenant.setUser(user(index), 'live', {
      userPrincipalName: `user${index}@${index % 10 === 0 ? 'unknown' : 'rookery'}.example`,
      displayName: `User ${index}`,
    });
  }
  for (let index = 1; index <= groups; index++) {
    sync.tenant.setGroup(group(index), 'live', { displayName: `Group ${index}` });
    for (let member = index; member <= users; member += groups / 3)
      sync.tenant.setMember(group(index), user(member), 'user');
    if (index > 1) sync.tenant.setMember(group(index - 1), group(index), 'group');
  }
  return sync;
}

/** What is written from now on. */
function writesOf(sync: SimulatedSync): NestedWrite[] {
  const { commit, commitWhole, commitFitting } = sync.store;
  const writes: NestedWrite[] = [];
  sync.store.commit = async (directory, fence, some) => {
    await commit(directory, fence, some);
    writes.push(...some);
  };
  sync.store.commitWhole = async (directory, fence, whole) => {
    const isWhole = await commitWhole(directory, fence, whole);
    if (isWhole) writes.push(...whole.writes);
    return isWhole;
  };
  sync.store.commitFitting = async (directory, fence, some) => {
    const fitting = await commitFitting(directory, fence, some);
    if (fitting !== undefined) writes.push(...some.must, ...some.more.slice(0, fitting), ...some.last);
    return fitting;
  };
  return writes;
}

async function rowsOf(sync: SimulatedSync) {
  const rows: unknown[] = [];
  for await (const page of sync.store.userPages(simulatedDirectory))
    for (const { id, life, standing, fields } of page) rows.push({ id, life, standing, fields });
  for await (const page of sync.store.groupPages(simulatedDirectory))
    for (const { id, life, told, held, fields } of page) rows.push({ id, life, told, held, fields });
  return rows;
}

test('a first run writes each row once, unread, and tells each object once', async () => {
  const sync = largerTenant();
  const writes = writesOf(sync);
  let read = 0;
  const nothing = async (_: unknown, ids: readonly string[]) => {
    read += ids.length;
    return [];
  };
  sync.store.users = nothing;
  sync.store.groups = nothing;
  expect(await sync.sync()).toMatchObject({ status: 'done', plan: { layout: { isBlank: true } } });
  const count = (is: (write: NestedWrite) => boolean) => writes.filter(is).length;
  const toldOf = (kind: string) =>
    count((write) => write.kind === 'outbox' && write.entry.change.kind === kind);
  expect({
    users: count(({ kind }) => kind === 'user'),
    told: toldOf('user-created') + toldOf('user-changed'),
    groups: count(({ kind }) => kind === 'group'),
    toldGroups: toldOf('group-created') + toldOf('group-changed'),
    read,
  }).toEqual({ users, told: users, groups, toldGroups: groups, read: 0 });
  expect(sync.copy).toEqual(sync.tenant.effectivePairs());
});

test('a first run that is told of objects again and again, and dies now and then, leaves the same rows behind (F1)', async () => {
  const faults = { ...noFaults, replays: 0.7, disorder: 1, emptyPages: 0.3 };
  const rough = async (onWrite: () => void) => {
    const sync = largerTenant();
    sync.tenant.faults = faults;
    sync.gathering = { writes: 40, seconds: 10 };
    sync.onWrite = onWrite;
    await sync.sync();
    return { rows: await rowsOf(sync), copy: [...sync.copy].sort() };
  };
  let writes = 0;
  const undisturbed = await rough(() => {
    writes++;
  });
  expect(undisturbed.rows).toHaveLength(users + groups);
  expect(writes).toBeGreaterThan(40);
  for (let fatal = 1; fatal <= writes; fatal += 29) {
    let count = 0;
    const survived = await rough(() => {
      if (++count === fatal || count === fatal + 20) throw new Died();
    });
    expect(survived).toEqual(undisturbed);
  }
});

test('a dry run writes no journal, which nobody would carry out', async () => {
  const sync = largerTenant();
  sync.gathering = { writes: 3, seconds: 10 };
  const writes = writesOf(sync);
  expect(await sync.sync({}, 'dry-run')).toMatchObject({
    status: 'done',
    plan: { counts: { usersCreated: users } },
  });
  expect(new Set(writes.map(({ kind }) => kind))).toEqual(new Set(['state', 'checkpoint', 'stage']));
});

test('where an earlier first run left rows behind, they are read before they are written', async () => {
  const clean = largerTenant();
  await clean.sync();
  const [before] = await clean.store.users(simulatedDirectory, [user(1) as never]);
  if (before === undefined) throw new Error('user 1 was not written');
  const sync = largerTenant();
  const fence = await sync.store.acquire(simulatedDirectory, { holder: 'x', now: sync.now(), seconds: 9 });
  if (fence === undefined) throw new Error('a new directory had a lease');
  await sync.store.commit(simulatedDirectory, fence, [
    { kind: 'user', user: { ...before, version: 7, fields: { ...before.fields, jobTitle: 'Rook' } } },
  ]);
  await sync.store.release(simulatedDirectory, fence);
  expect(await sync.sync()).toMatchObject({ status: 'done', plan: { layout: { isBlank: false } } });
  const [after] = await sync.store.users(simulatedDirectory, [user(1) as never]);
  expect(after).toMatchObject({ version: 7, fields: { displayName: 'User 1', jobTitle: 'Rook' } });
  expect(sync.copy).toEqual(sync.tenant.effectivePairs());
});

test('a small round is one write, from its first page to its tokens, and reads each row once', async () => {
  const sync = largerTenant();
  await sync.sync();
  sync.tenant.setUser(user(900), 'live', { userPrincipalName: 'user900@rookery.example' });
  for (const index of [3, 4, 5]) sync.tenant.setMember(group(index), user(900), 'user');
  let written = 0;
  sync.onWrite = (moment) => {
    if (moment === 'after-write') written++;
  };
  const { users: readUsers, groups: readGroups, nesting } = sync.store;
  const asked: string[] = [];
  sync.store.users = async (directory, ids) => {
    asked.push(...ids);
    return await readUsers(directory, ids);
  };
  sync.store.groups = async (directory, ids) => {
    asked.push(...ids);
    return await readGroups(directory, ids);
  };
  sync.store.nesting = async (directory) => {
    asked.push('nesting');
    return await nesting(directory);
  };
  const writes = writesOf(sync);
  expect(await sync.sync()).toMatchObject({ status: 'done', phase: 'done' });
  expect(asked.sort()).toEqual([...[3, 4, 5].map(group), user(900), 'nesting'].sort());
  const ofRun = writes.filter(({ kind }) => kind !== 'outbox').map(({ kind }) => kind);
  expect(ofRun).toEqual([
    ...['state', 'checkpoint'],
    ...['user', 'members', 'members', 'members', 'groups-of', 'checkpoint', 'state'],
  ]);
  // The order of the run, and the round.
  expect(written).toBe(2);
  expect(sync.copy).toEqual(sync.tenant.effectivePairs());
});
