import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { DirectoryId } from '../../../shared/model/ids.ts';
import { newDirectoryId } from '../../../shared/model/new-ids.ts';
import { submitBatch } from '../../../shared/storage/batch.ts';
import { findInconsistencies, repairInconsistencies } from '../../../shared/storage/consistency.ts';
import { groupKey, memberKey, userKey } from '../../../shared/storage/directory-keys.ts';
import { StorageBusy } from '../../../shared/storage/storage-busy.ts';
import { tableDirectoryStore } from '../../../shared/storage/table-directory-store.ts';
import {
  indexedUser,
  later,
  memberOfUser,
  newGroup,
  newUser,
  realRandomness,
} from '../../support/directory-objects.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

const prefix = 'faults';
const { table, wire } = tableUnderTest(prefix);
const store = tableDirectoryStore(table, realRandomness);
let directory: DirectoryId;

beforeAll(() => makeTable(prefix));

beforeEach(() => {
  wire.inject(undefined);
  directory = newDirectoryId(realRandomness);
});

async function people(count: number) {
  const users = Array.from({ length: count }, (_, place) => newUser(`user${place}`, { emails: ['same@x'] }));
  for (const user of users) await store.createUser(directory, user);
  return users;
}

test('empty pages with a continuation hide nothing (F5)', async () => {
  const users = await people(5);
  const group = newGroup('g');
  const members = users.map(memberOfUser);
  await store.createGroup(directory, group, members);
  const asked = async () => ({
    page: await store.users(directory, { order: 'userName', limit: 3 }),
    byMail: await store.usersBy(directory, 'email', 'same@x'),
    members: await store.members(directory, group.object.id, { limit: 4 }),
    counts: await store.counts(directory),
    position: await store.positionAt(directory, { kind: 'user', order: 'id', offset: 4 }),
    told: await store.outbox(directory, { limit: 100 }),
  });
  const calm = await asked();
  wire.inject({ kind: 'empty-pages' });
  expect(await asked()).toEqual(calm);
  expect(wire.calls()).toBeGreaterThan(12);
});

test('a moment of 503 is waited out (F3)', async () => {
  const user = newUser('patient');
  wire.inject({ kind: 'unavailable', call: 1, times: 2, retryAfterSeconds: 0 });
  await store.createUser(directory, user);
  expect(await store.user(directory, user.object.id)).toEqual(user.object);
});

test('a long outage is told with the time the service asks for, without spinning (F3)', async () => {
  wire.inject({ kind: 'unavailable', call: 1, times: 1000, retryAfterSeconds: 17 });
  const error = await store.createUser(directory, newUser('nobody')).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StorageBusy);
  expect(error).toMatchObject({ retryAfterSeconds: 17 });
  expect(wire.calls()).toBe(1);
  wire.inject(undefined);
  expect(await findInconsistencies(table, directory)).toEqual([]);
});

test('a storm of 503 without a time is given up after four attempts (F3)', async () => {
  wire.inject({ kind: 'unavailable', call: 1, times: 1000, retryAfterSeconds: 0 });
  const error = await store.counts(directory).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StorageBusy);
  expect(wire.calls()).toBe(4);
});

test('a storm of lost races ends in an answer to come again, and nothing is half done (F11)', async () => {
  const [user] = await people(1);
  if (!user) throw new Error('no user');
  const read = await store.user(directory, user.object.id);
  if (!read) throw new Error('not stored');
  wire.inject({ kind: 'raced', call: 1, times: 4 });
  expect(await store.deleteUser(directory, indexedUser(read, { emails: ['same@x'] }), later)).toBe(true);
  const [other] = await people(1);
  wire.inject({ kind: 'raced', call: 1, times: 1000 });
  const busy = other && store.deleteUser(directory, other, later);
  await expect(busy).rejects.toMatchObject({ name: 'Refusal', code: 'busy' });
  expect(wire.calls()).toBeLessThan(100);
  wire.inject(undefined);
  expect(await findInconsistencies(table, directory)).toEqual([]);
  expect(await store.counts(directory)).toEqual({ users: 1, groups: 0 });
});

test('rows that somebody damaged are found one by one, and repaired (I4, I6)', async () => {
  const [user, gone] = await people(2);
  if (!user || !gone) throw new Error('no users');
  const group = newGroup('g');
  await store.createGroup(directory, group, [user, gone].map(memberOfUser));
  await submitBatch(table, directory, [
    { action: 'delete', rowKey: userKey(gone.object.id) },
    { action: 'delete', rowKey: 'n|user0' },
    { action: 'insert', rowKey: 'n|nobody', row: { schema: 1, id: gone.object.id } },
    { action: 'merge', rowKey: groupKey(group.object.id), row: { pending: 'j|0' } },
    { action: 'delete', rowKey: `r|${user.object.id}|${group.object.id}` },
  ]);
  const found = await repairInconsistencies(table, directory);
  expect(new Map(found.map(({ rowKey, fault }) => [rowKey, fault]))).toEqual(
    new Map(
      [
        ['n|user0', `missing for ${user.object.id}`],
        ['n|nobody', 'orphan'],
        ['n|user1', 'orphan'],
        [`e|same@x|${gone.object.id}`, 'orphan'],
        [memberKey(group.object.id, gone.object.id), 'orphan'],
        [`r|${gone.object.id}|${group.object.id}`, 'orphan'],
        [`r|${user.object.id}|${group.object.id}`, 'missing mirror'],
        [expect.stringMatching(/^c\|user\|/) as unknown as string, '2 counted, 1 there'],
        [groupKey(group.object.id), 'waits for 0'],
      ].map(([key, fault]) => [
        typeof key === 'string' ? key : (found.find(({ rowKey }) => rowKey.startsWith('c|'))?.rowKey ?? ''),
        fault ?? '',
      ]),
    ),
  );
  expect(await findInconsistencies(table, directory)).toEqual([]);
  expect(await store.members(directory, group.object.id, { limit: 9 })).toEqual({
    members: [memberOfUser(user)],
  });
  expect(await store.usersBy(directory, 'userName', 'user0')).toEqual([user.object]);
});
