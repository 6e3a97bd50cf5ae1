import { beforeAll, expect, test } from '@jest/globals';
import { newDirectoryId } from '../../../shared/model/new-ids.ts';
import { submitBatch } from '../../../shared/storage/batch.ts';
import { findInconsistencies } from '../../../shared/storage/consistency.ts';
import { groupKey } from '../../../shared/storage/directory-keys.ts';
import { directoryTable } from '../../../shared/storage/directory-table.ts';
import { membersJournal } from '../../../shared/storage/journal.ts';
import { tableDirectoryStore } from '../../../shared/storage/table-directory-store.ts';
import {
  indexedGroup,
  later,
  memberOfUser,
  newGroup,
  newUser,
  realRandomness,
} from '../../support/directory-objects.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

const prefix = 'clearing';
const { table } = tableUnderTest(prefix);

beforeAll(() => makeTable(prefix));

async function interruptedReplacement() {
  const store = tableDirectoryStore(table, realRandomness);
  const shared = directoryTable(table, realRandomness);
  const directory = newDirectoryId(realRandomness);
  const users = Array.from({ length: 80 }, (_, place) => newUser(`user${place}`));
  await Promise.all(users.map((user) => store.createUser(directory, user)));
  const members = users.map(memberOfUser);
  const group = newGroup('g');
  await store.createGroup(directory, group, members.slice(0, 70));
  const changes = members.slice(69, 72).map((member) => ({ kind: 'add' as const, member }));
  const clear = shared.stamp();
  const { journal, change } = membersJournal(clear, { group: group.object.id, at: later, changes, clear });
  await submitBatch(table, directory, [
    change,
    { action: 'merge', rowKey: groupKey(group.object.id), row: { pending: journal.rowKey } },
  ]);
  return { store, directory, group, members };
}

test('a replacement too large to list its removes keeps what it adds and ends what is as old as it (F1)', async () => {
  const { store, directory, group, members } = await interruptedReplacement();
  expect(await store.completeInterrupted(directory, Date.now() + 1000)).toBe(1);
  const left = await store.members(directory, group.object.id, { limit: 100 });
  expect(left.members.map(({ id }) => id)).toEqual(
    members
      .slice(69, 72)
      .map(({ id }) => id)
      .sort(),
  );
  expect(await findInconsistencies(table, directory)).toEqual([]);
});

test('the next change of a group carries an interrupted one to its end first (I2)', async () => {
  const { store, directory, group, members } = await interruptedReplacement();
  const read = await store.group(directory, group.object.id);
  if (!read) throw new Error('not stored');
  const outcome = await store.changeGroup(directory, {
    before: indexedGroup(read),
    members: { replace: false, add: members.slice(0, 1), remove: members.slice(70, 71) },
    exact: false,
    at: later,
  });
  expect({ ...outcome, group: undefined }).toEqual({ added: 1, removed: 1, unknown: [], group: undefined });
  const left = await store.members(directory, group.object.id, { limit: 100 });
  const expected = [members[0], members[69], members[71]].map((member) => member?.id ?? '').sort();
  expect(left.members.map(({ id }) => id)).toEqual(expected);
  expect(await findInconsistencies(table, directory)).toEqual([]);
});
