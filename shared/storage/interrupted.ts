import type { DirectoryId } from '../model/ids.ts';
import { rowPrefix } from './directory-keys.ts';
import type { DirectoryTable } from './directory-table.ts';
import { parseJournalRow } from './journal.ts';
import { completeMembers, emptyTally } from './members-completion.ts';
import { completeDeletion } from './object-deletion.ts';
import { stampAt } from './stamps.ts';

/** Carries one journal to its end; false when there is none of that key any more. */
export async function completeJournal(
  shared: DirectoryTable,
  directory: DirectoryId,
  rowKey: string,
): Promise<boolean> {
  const row = await shared.row(directory, rowKey);
  if (row === undefined) return false;
  const journal = parseJournalRow(row);
  if (journal.kind === 'deletion') await completeDeletion(shared, directory, journal);
  else await completeMembers(shared, directory, { journal, tally: emptyTally() });
  return true;
}

/** Journals whose writers began before `olderThan` (milliseconds since 1970), oldest first. Returns how many. */
export async function completeInterrupted(
  shared: DirectoryTable,
  directory: DirectoryId,
  olderThan: number,
): Promise<number> {
  const limit = Number.POSITIVE_INFINITY;
  const to = rowPrefix.journal + stampAt(olderThan);
  const rows = await shared.range(directory, { from: rowPrefix.journal, to, limit, keysOnly: true });
  let completed = 0;
  for (const { rowKey } of rows) if (await completeJournal(shared, directory, rowKey)) completed++;
  return completed;
}
