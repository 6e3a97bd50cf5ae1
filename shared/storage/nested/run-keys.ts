import type { DirectoryId, RunId } from '../../model/ids.ts';
import type { RowChange } from '../batch.ts';
import { cancelKey, journalOf, stagedOf } from './nested-keys.ts';
import type { NestedTable } from './nested-table.ts';

/** Rows that one transaction deletes, besides the fence. */
export const deletedRowsMax = 99;

export const deletions = (keys: readonly string[]) =>
  keys.map((rowKey): RowChange => ({ action: 'delete', rowKey }));

/** The first keys of what a run keeps for itself, the order to stop it last; fewer than a transaction takes when these are all. */
export async function keysOfRun(
  shared: NestedTable,
  directory: DirectoryId,
  run: RunId,
): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const prefix of [stagedOf(run), journalOf(run)]) {
    const pageRows = deletedRowsMax - keys.length;
    if (pageRows > 0) keys.push(...(await firstKeys(shared, directory, { prefix, pageRows })));
  }
  const order = cancelKey(run);
  const isLast = keys.length < deletedRowsMax;
  return isLast && (await shared.row(directory, order)) !== undefined ? [...keys, order] : keys;
}

interface Keys {
  readonly prefix: string;
  readonly filter?: string;
  readonly pageRows?: number;
}

/** The first keys, as many as a transaction takes besides the fence; fewer only when there are no more. */
export async function firstKeys(
  shared: NestedTable,
  directory: DirectoryId,
  { prefix, filter, pageRows = deletedRowsMax }: Keys,
): Promise<readonly string[]> {
  const only = { select: ['schema'], pageRows, ...(filter === undefined ? {} : { filter }) };
  const keys: string[] = [];
  for await (const page of shared.pages(directory, prefix, only)) {
    keys.push(...page.map(({ rowKey }) => rowKey));
    if (keys.length >= pageRows) break;
  }
  return keys.slice(0, pageRows);
}
