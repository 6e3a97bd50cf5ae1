import { beforeAll, expect, test } from '@jest/globals';
import { DirectoryId } from '../../../shared/model/ids.ts';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import { makeTable, tableUnderTest } from '../../support/table-under-test.ts';

const prefix = `lease${Date.now()}`;
const { table, wire } = tableUnderTest(prefix);
beforeAll(() => makeTable(prefix));

const directory = DirectoryId.parse(`dir_${'c'.repeat(32)}`);
const request = (holder: string) => ({ holder, now: 1_800_000_000_000, seconds: 360 });

test('a lease whose answer was lost is held by who took it, and does not shut out everybody until it lapses (F2)', async () => {
  const store = tableNestedStore(table);
  for (const [round, holder] of ['first', 'second'].entries()) {
    // The row is read, then written.
    wire.inject({ kind: 'lose-answer', call: 2 });
    const fence = await store.acquire(directory, request(holder));
    wire.inject(undefined);
    expect(fence).toEqual({ holder, epoch: round + 1 });
    expect(await store.acquire(directory, request('somebody else'))).toBeUndefined();
    if (fence) await store.release(directory, fence);
  }
});
