import { randomBytes } from 'node:crypto';
import { everyDirectory } from '../../shared/admin/every-page.ts';
import type { DirectoryRecord } from '../../shared/admin/registry.ts';
import type { DirectoryId } from '../../shared/model/ids.ts';
import { findInconsistencies, repairInconsistencies } from '../../shared/storage/consistency.ts';
import type { Inconsistency } from '../../shared/storage/consistency-finding.ts';
import { registryOver } from '../../shared/storage/registry.ts';
import { tableRows } from '../../shared/storage/registry-rows.ts';
import { tableDirectoryStore } from '../../shared/storage/table-directory-store.ts';
import { openTable, type TableConnection, type TableOptions } from '../../shared/storage/tables.ts';
import { textTable } from '../main-job/text-table.ts';

export interface DirectoryReport {
  readonly directory: DirectoryId;
  readonly name: string;
  readonly found: readonly Inconsistency[];
  /** What is still wrong afterwards; all that was found unless it was repaired. */
  readonly left: readonly Inconsistency[];
}

export interface CheckOrder {
  readonly directory?: string | undefined;
  readonly repair: boolean;
}

/** Checks every directory of an account, or one; repairing carries interrupted work to its end first. */
export async function checkDirectories(
  connection: TableConnection,
  { directory, repair }: CheckOrder,
  options: TableOptions = {},
): Promise<readonly DirectoryReport[]> {
  const registry = registryOver(tableRows(openTable(connection, 'registry', options)));
  const table = openTable(connection, 'directory', { patience: 'sync', ...options });
  const store = tableDirectoryStore(table, { now: Date.now, randomBytes });
  const check = async ({ id, name }: DirectoryRecord): Promise<DirectoryReport> => {
    if (!repair) {
      const found = await findInconsistencies(table, id);
      return { directory: id, name, found, left: found };
    }
    await store.completeInterrupted(id, Date.now());
    const found = await repairInconsistencies(table, id);
    const left = found.length === 0 ? [] : await findInconsistencies(table, id);
    return { directory: id, name, found, left };
  };
  const reports: DirectoryReport[] = [];
  for await (const record of everyDirectory(registry))
    if (directory === undefined || record.id === directory) reports.push(await check(record));
  if (directory !== undefined && reports.length === 0) throw new Error(`There is no directory ${directory}.`);
  return reports;
}

/** A table of directories, then one of what does not fit; row keys hold folded names, so they are cut. */
export function reportLines(reports: readonly DirectoryReport[]): readonly string[] {
  const summary = reports.map(({ name, directory, found, left }) => [
    name,
    directory,
    found.length,
    found.length - left.length,
    left.length,
  ]);
  const faults = reports.flatMap(({ directory, left }) =>
    left.slice(0, faultsShownMax).map(({ rowKey, fault }) => [fault, rowKey.slice(0, 60), directory]),
  );
  const verdict = faults.length === 0 ? 'All of it fits together.' : 'Not all of it fits together.';
  return [
    ...textTable(['directory', 'id', 'found', 'repaired', 'left'], summary),
    ...(faults.length === 0 ? [] : ['', ...textTable(['fault', 'row', 'directory'], faults)]),
    '',
    verdict,
  ];
}

const faultsShownMax = 50;
