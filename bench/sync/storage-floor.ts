/** What a run did, as far as it must be written (graph.md §5.5). */
export type MustWrite =
  | { readonly kind: 'first'; readonly pages: number; readonly users: number; readonly groups: number }
  | { readonly kind: 'incremental'; readonly users: number; readonly groups: number };

/** Rows with the run's own: lease, checkpoint, state. */
const ownRows = 3;
const rowsOfTransaction = 100;

/** To order a run, the lease is taken, the order written, the lease given back; to carry it out, it is taken and given back again. */
const turnTransactions = 5;

/**
 * Rows that must be written. First run: a page as read each, a row and a told creation per user and group, a chunk and a count
 * per group with members, a reverse row per user. Later: a chunk per group whose members changed, and a reverse row per user.
 */
export function rowsFloor(run: MustWrite): number {
  switch (run.kind) {
    case 'first':
      return run.pages + run.users * 3 + run.groups * 4;
    case 'incremental':
      return run.groups + run.users + ownRows;
  }
}

export function transactionsFloor(run: MustWrite): number {
  const full = Math.ceil(rowsFloor(run) / rowsOfTransaction);
  return run.kind === 'first' ? full + 3 : full + turnTransactions;
}

/** A first run may take half as much again; a round as many as its rows fill, and a count and what is told beside each chunk. */
export function transactionsGoal(run: MustWrite, rows: number): number {
  if (run.kind === 'first') return Math.floor(transactionsFloor(run) * 1.5);
  return Math.ceil(rows / rowsOfTransaction) + turnTransactions;
}
