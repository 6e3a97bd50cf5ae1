import type { DirectoryId } from '../../model/ids.ts';
import type { Fence, FittingCommit, NestedWrite } from '../../sync/nested-store.ts';
import { sendFenced, underLease } from './fenced-commit.ts';
import type { leases } from './lease.ts';
import type { NestedTable } from './nested-table.ts';
import { plannedRows, rowsOfEach } from './planned-writes.ts';
import { TransactionRoom } from './transaction-room.ts';

/** One transaction, as full as the writes fill it: see `NestedDirectoryStore.commitFitting`. */
export async function commitFitting(
  shared: NestedTable,
  lease: ReturnType<typeof leases>,
  commit: FittingCommit & { readonly directory: DirectoryId; readonly fence: Fence },
): Promise<number | undefined> {
  const { directory, fence, must, more, last } = commit;
  return await underLease(lease, commit, async () => {
    const [needed, rowsOfMore, sealing] = await Promise.all([
      plannedRows(shared, directory, must),
      rowsOfEach(shared, directory, more),
      plannedRows(shared, directory, last),
    ]);
    const room = new TransactionRoom();
    // Room for the seal is kept in any case, and is small.
    if (!room.take([...needed, ...sealing])) return undefined;
    let fitting = 0;
    for (const end of seamsOf(more)) {
      if (!room.take(rowsOfMore.slice(fitting, end).flat())) break;
      fitting = end;
    }
    if (must.length + fitting === 0) return undefined;
    const isSealed = fitting === more.length;
    const rows = room.rows.filter((row) => isSealed || !sealing.includes(row));
    await sendFenced(shared, lease, { directory, fence, rows });
    return fitting;
  });
}

/** Where writes may be torn apart: not between two about the members of one group, whose rows are planned as one. */
function* seamsOf(writes: readonly NestedWrite[]): Iterable<number> {
  const groupOf = (write: NestedWrite) => (write.kind === 'members' ? write.group : undefined);
  const ends = new Map(writes.map((write, place) => [groupOf(write), place + 1]));
  let seam = 0;
  for (const [place, write] of writes.entries()) {
    const group = groupOf(write);
    seam = Math.max(seam, group === undefined ? place + 1 : (ends.get(group) ?? 0));
    if (seam === place + 1) yield seam;
  }
}
