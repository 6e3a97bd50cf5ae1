import { beforeAll, expect, test } from '@jest/globals';
import { DirectoryId, GroupId } from '../../../shared/model/ids.ts';
import { packGuids } from '../../../shared/nesting/guid.ts';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import type { Fence, NestedWrite } from '../../../shared/sync/nested-store.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

// What a changed group costs: a round that touches thousands of small groups pays it for each (graph.md §5.5).

const prefix = 'memberreads';
const { table, meter } = tableUnderTest(prefix);
const store = tableNestedStore(table);
const directory = DirectoryId.parse(`dir_${Date.now().toString(16).padStart(32, '0')}`);
const group = (index: number) => GroupId.parse(`00000000-0000-4000-9000-${String(index).padStart(12, '0')}`);
const guid = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const guids = (from: number, count: number) =>
  packGuids(Array.from({ length: count }, (_, index) => guid(from + index)));
const none = new Uint8Array(0);

let fence: Fence;
beforeAll(async () => {
  await makeTable(prefix);
  const taken = await store.acquire(directory, { holder: 'test', now: 0, seconds: 600 });
  if (taken === undefined) throw new Error('no lease');
  fence = taken;
});

const users = (of: number, added: Uint8Array, removed = none): NestedWrite => ({
  ...{ kind: 'members', group: group(of), type: 'user', added, removed },
});

async function cost(writes: readonly NestedWrite[]) {
  meter.reset();
  await store.commit(directory, fence, writes);
  return meter.counts();
}

test('a group of one chunk is read with its counts and once, one of more by its counts and the chunk at hand', async () => {
  await store.commit(directory, fence, [users(1, guids(1, 20)), users(2, guids(1, 9000))]);
  const swap = (of: number) => users(of, guids(9001, 1), guids(3, 1));
  // The proof of the lease is known.
  expect(await cost([swap(1)])).toEqual({ 'point-read': 1, query: 1, transaction: 1 });
  expect(await cost([swap(2)])).toEqual({ 'point-read': 3, query: 1, transaction: 1 });
  const others = (added: Uint8Array): NestedWrite => {
    return { kind: 'members', group: group(1), type: 'device', added, removed: none };
  };
  expect(await cost([users(1, guids(9100, 1)), others(guids(9200, 2))])).toEqual({
    ...{ 'point-read': 1, query: 1, transaction: 1 },
  });
  const sizes = await Promise.all(
    [1, 2].map(async (index) => {
      const { user, device } = await store.members(directory, group(index));
      return [user, device].map((packed = none) => packed.length / 16);
    }),
  );
  expect(sizes).toEqual([
    [21, 2],
    [9000, 0],
  ]);
});
