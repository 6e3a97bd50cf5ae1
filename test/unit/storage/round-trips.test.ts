import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newDirectoryId } from '../../../shared/model/new-ids.ts';
import { tableDirectoryStore } from '../../../shared/storage/table-directory-store.ts';
import {
  changedUser,
  indexedGroup,
  indexedUser,
  later,
  memberOfUser,
  newGroup,
  newUser,
  realRandomness,
} from '../../support/directory-objects.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

const prefix = 'trips';
const { table, meter } = tableUnderTest(prefix);
const store = tableDirectoryStore(table, realRandomness);
const directory = newDirectoryId(realRandomness);
const users = Array.from({ length: 100 }, (_, place) =>
  newUser(`user${place}`, { externalId: `x${place}`, emails: [`${place}@x`] }),
);
const members = users.map(memberOfUser);
const group = newGroup('group');

beforeAll(async () => {
  await makeTable(prefix);
  await Promise.all(users.map((user) => store.createUser(directory, user)));
  // Each of the 16 counter shards of either kind is known to a warm process.
  for (let warmed = 0; warmed < 2; warmed++)
    await store.createGroup(directory, newGroup(`warm ${warmed}`), []);
  await store.createGroup(directory, group, []);
});

beforeEach(() => meter.reset());

async function trips(work: () => Promise<unknown>) {
  meter.reset();
  await work();
  return meter.counts();
}

const [first, second] = users;
if (!first || !second) throw new Error('no users');

const change = (add: typeof members, remove: typeof members = []) => ({
  before: group,
  members: { replace: false, add, remove },
  exact: false,
  at: later,
});

test('a read by id is one round trip, by an index two (DESIGN §4)', async () => {
  expect(await trips(() => store.user(directory, first.object.id))).toEqual({ 'point-read': 1 });
  expect(await trips(() => store.group(directory, group.object.id))).toEqual({ 'point-read': 1 });
  expect(await trips(() => store.usersBy(directory, 'userName', 'user1'))).toEqual({ 'point-read': 2 });
  expect(await trips(() => store.usersBy(directory, 'externalId', 'x1'))).toEqual({
    query: 1,
    'point-read': 1,
  });
  expect(await trips(() => store.usersBy(directory, 'email', '1@x'))).toEqual({ query: 1, 'point-read': 1 });
  expect(await trips(() => store.groupsBy(directory, 'displayName', 'group'))).toEqual({ 'point-read': 2 });
});

test('a page by id is one query, a walk to an offset one more (DESIGN §4)', async () => {
  expect(await trips(() => store.users(directory, { order: 'id', limit: 99 }))).toEqual({ query: 1 });
  expect(await trips(() => store.users(directory, { order: 'id', limit: 1000 }))).toEqual({ query: 1 });
  expect(await trips(() => store.positionAt(directory, { kind: 'user', order: 'id', offset: 90 }))).toEqual({
    query: 1,
  });
  expect(await trips(() => store.counts(directory))).toEqual({ query: 1 });
});

test('a warm create is one transaction and reads nothing first (DESIGN §4)', async () => {
  expect(await trips(() => store.createUser(directory, newUser('warm')))).toEqual({ transaction: 1 });
  expect(await trips(() => store.createGroup(directory, newGroup('warm'), []))).toEqual({ transaction: 1 });
});

test('a change of a user by who read it is one transaction (DESIGN §4)', async () => {
  const read = await store.user(directory, second.object.id);
  if (!read) throw new Error('not stored');
  const before = indexedUser(read, { externalId: 'x1', emails: ['1@x'] });
  const after = changedUser(before, { userName: 'renamed' }, { emails: ['r@x'] });
  expect(await trips(() => store.replaceUser(directory, before, after))).toEqual({ transaction: 1 });
});

test('k members are added or removed in ⌈k/32⌉ transactions, at any size of the group (DESIGN §4)', async () => {
  const read = await store.group(directory, group.object.id);
  if (!read) throw new Error('not stored');
  const by = (added: typeof members, removed: typeof members = []) =>
    trips(() => store.changeGroup(directory, { ...change(added, removed), before: indexedGroup(read) }));
  expect(await by(members.slice(0, 1))).toEqual({ transaction: 1 });
  expect(await by(members.slice(1, 33))).toEqual({ transaction: 1 });
  expect(await by([], members.slice(0, 32))).toEqual({ transaction: 1 });
  expect(await by(members.slice(33, 97))).toEqual({ transaction: 2 });
  expect(await by([], members.slice(40, 41))).toEqual({ transaction: 1 });
  expect(await by(members.slice(40, 41))).toEqual({ transaction: 1 });
});

test('a user in m groups is deleted in ⌈m/32⌉ transactions and one query for each (DESIGN §4)', async () => {
  const leaver = newUser('leaver');
  await store.createUser(directory, leaver);
  for (let place = 0; place < 20; place++) {
    await store.createGroup(directory, newGroup(`of leaver ${place}`), [memberOfUser(leaver)]);
  }
  const read = await store.user(directory, leaver.object.id);
  if (!read) throw new Error('not stored');
  expect(await trips(() => store.deleteUser(directory, indexedUser(read), later))).toEqual({
    query: 1,
    transaction: 1,
  });
});
