import type { DirectoryId } from '../../model/ids.ts';
import type { Fence } from '../../sync/nested-store.ts';
import type { RowChange } from '../batch.ts';
import { sideBySide } from '../side-by-side.ts';
import { sendFenced, transactionsOf, underLease } from './fenced-commit.ts';
import type { leases } from './lease.ts';
import type { NestedTable } from './nested-table.ts';
import { membershipFaults } from './reverse-faults.ts';

interface Under {
  readonly directory: DirectoryId;
  readonly fence: Fence;
}

/** Changes that are gathered before they are sent; nearly always there are none. */
const changesAtOnce = 500;

/** Has all rows about memberships follow the lists of members of each group. Repeating it is harmless. */
export async function settle(
  shared: NestedTable,
  lease: ReturnType<typeof leases>,
  under: Under,
): Promise<void> {
  let changes: RowChange[] = [];
  for await (const { repair } of membershipFaults(shared, under.directory)) {
    changes.push(...repair);
    if (changes.length < changesAtOnce) continue;
    await send(shared, lease, { ...under, changes });
    changes = [];
  }
  await send(shared, lease, { ...under, changes });
}

async function send(
  shared: NestedTable,
  lease: ReturnType<typeof leases>,
  { directory, fence, changes }: Under & { readonly changes: readonly RowChange[] },
): Promise<void> {
  for (const planned of transactionsOf(changes, [])) {
    await underLease(lease, { directory, fence }, async () => {
      const rows = await withoutGone(shared, directory, planned);
      if (rows.length > 0) await sendFenced(shared, lease, { directory, fence, rows });
    });
  }
}

/** A transaction that is sent again, because its answer was lost, may have deleted already what it would delete. */
async function withoutGone(
  shared: NestedTable,
  directory: DirectoryId,
  planned: readonly RowChange[],
): Promise<readonly RowChange[]> {
  const kept = await sideBySide(planned, async (change) => {
    const isThere = change.action !== 'delete' || (await shared.row(directory, change.rowKey)) !== undefined;
    return isThere ? [change] : [];
  });
  return kept.flat();
}
