import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type DirectoryId, GroupId } from '../../../shared/model/ids.ts';
import { newDirectoryId } from '../../../shared/model/new-ids.ts';
import { packGuids } from '../../../shared/nesting/guid.ts';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import type { Fence, NestedWrite } from '../../../shared/sync/nested-store.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

const prefix = 'fitting';
const { table } = tableUnderTest(prefix);
const store = tableNestedStore(table);
const guid = (kind: number, index: number) =>
  `00000000-0000-4000-${8000 + kind}-${index.toString().padStart(12, '0')}`;
const group = (index: number) => GroupId.parse(guid(1, index));
const members = (index: number, type: 'user' | 'device', count = 1): NestedWrite => ({
  kind: 'members',
  group: group(index),
  type,
  added: packGuids(Array.from({ length: count }, (_, n) => guid(2, n))),
  removed: new Uint8Array(),
  isFirst: true,
});
let directory: DirectoryId;
let fence: Fence;

beforeAll(() => makeTable(prefix));

beforeEach(async () => {
  directory = newDirectoryId(realRandomness);
  const taken = await store.acquire(directory, { holder: 'a', now: 0, seconds: 90 });
  if (taken === undefined) throw new Error('a new directory had a lease');
  fence = taken;
});

const fitting = (more: readonly NestedWrite[]) =>
  store.commitFitting(directory, fence, { must: [], more, last: [] });

const some = (count: number) => Array.from({ length: count }, (_, index) => members(index, 'user'));

test('a chunk and the counts of its group are two rows of a transaction, which takes 99', async () => {
  expect(await fitting(some(60))).toBe(49);
  expect(Object.keys(await store.members(directory, group(48)))).toEqual(['user']);
  expect(await store.members(directory, group(49))).toEqual({});
});

test('a transaction takes 4 MiB: of groups of 4,000 members few', async () => {
  const large = Array.from({ length: 48 }, (_, index) => members(index, 'user', 4000));
  expect(await fitting(large)).toBe(40);
});

test('two writes about the members of one group go together or not at all: the second alone would replace the first', async () => {
  expect(await fitting([...some(30), members(0, 'device')])).toBe(31);
  expect(await store.members(directory, group(0))).toMatchObject({
    user: packGuids([guid(2, 0)]),
    device: packGuids([guid(2, 0)]),
  });
  expect(await fitting([members(90, 'user'), ...some(60), members(90, 'device')])).toBeUndefined();
  expect(await store.members(directory, group(90))).toEqual({});
});
