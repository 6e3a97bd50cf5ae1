import type { DirectoryId } from '../../model/ids.ts';
import type { Fence, NestedWrite } from '../../sync/nested-store.ts';
import { assignedNameIn, assignedRows } from './assigned-rows.ts';
import { sendFenced, transactionsOf, underLease } from './fenced-commit.ts';
import type { leases } from './lease.ts';
import { nestedPrefix, runStatePrefix } from './nested-keys.ts';
import type { NestedTable } from './nested-table.ts';
import { deletions } from './run-keys.ts';

/**
 * Writes the rows of who is assigned before those that name them, unless they are there, and removes what nobody names any more. Under
 * one lease nobody else removes any.
 */
export async function keepAssigned(
  shared: NestedTable,
  lease: ReturnType<typeof leases>,
  of: { readonly directory: DirectoryId; readonly fence: Fence; readonly writes: readonly NestedWrite[] },
): Promise<void> {
  const { directory, fence } = of;
  const named = of.writes.flatMap((write) => namedBy(write) ?? []);
  const kept = keptUnder.get(fence) ?? new Set();
  if (named.every(({ name }) => kept.has(name))) return;
  await underLease(lease, of, async () => {
    const { there, used } = await standing(shared, directory);
    for (const { name } of named) used.add(name);
    const unused = [...there].filter((rowKey) => !used.has(assignedNameIn(rowKey)));
    const missing = named.flatMap(({ rows }) => rows.filter(({ rowKey }) => !there.has(rowKey)));
    for (const rows of transactionsOf([...deletions(unused), ...missing], []))
      if (rows.length > 0) await sendFenced(shared, lease, { directory, fence, rows });
  });
  keptUnder.set(fence, new Set(named.map(({ name }) => name)));
}

/** Names whose rows are there for certain, as the holder of this lease has seen to it. */
const keptUnder = new WeakMap<Fence, ReadonlySet<string>>();

function namedBy(write: NestedWrite) {
  if (write.kind === 'checkpoint') return assignedRows(write.run);
  return write.kind === 'state' ? assignedRows(write.state) : undefined;
}

/** Keys of all such rows, and the names that rows of runs and the state mention. */
async function standing(shared: NestedTable, directory: DirectoryId) {
  const there = new Set<string>();
  const used = new Set<string>();
  for (const row of await shared.rows(directory, runStatePrefix, { select: ['assigned'] })) {
    if (row.rowKey.startsWith(nestedPrefix.assigned)) there.add(row.rowKey);
    if (typeof row['assigned'] === 'string') used.add(row['assigned']);
  }
  return { there, used };
}
