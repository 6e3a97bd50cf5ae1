import { z } from 'zod';
import type { DirectoryId } from '../model/ids.ts';
import type { Inconsistency } from './consistency-finding.ts';
import { removal } from './nested/group-faults.ts';
import { leaseKey, nestedPrefix, stateKey } from './nested/nested-keys.ts';
import { jsonOf } from './nested/nested-rows.ts';
import type { NestedTable } from './nested/nested-table.ts';
import { membershipFaults } from './nested/reverse-faults.ts';

/** Told by the rows that a run writes first and that no `scim` directory has. */
export async function isNested(shared: NestedTable, directory: DirectoryId): Promise<boolean> {
  const rows = await Promise.all([stateKey, leaseKey].map((key) => shared.row(directory, key)));
  return rows.some((row) => row !== undefined);
}

/**
 * What does not fit together in a `nested` directory. Between a run's journal and its end, memberships are on their way one
 * direction before the other, so that then only what belongs to no run at all is told.
 */
export async function* nestedFaults(
  shared: NestedTable,
  directory: DirectoryId,
): AsyncIterable<Inconsistency> {
  const state = await shared.row(directory, stateKey);
  const { activeRun } = state === undefined ? {} : ActiveRun.parse(jsonOf(state));
  yield* leftBehind(shared, directory, activeRun);
  if (activeRun === undefined) yield* membershipFaults(shared, directory);
}

const ActiveRun = z.looseObject({ activeRun: z.string().optional() });

/** Staged pages, journal parts and orders of runs that are over. */
async function* leftBehind(
  shared: NestedTable,
  directory: DirectoryId,
  activeRun: string | undefined,
): AsyncIterable<Inconsistency> {
  for (const prefix of [nestedPrefix.staged, nestedPrefix.journal, nestedPrefix.cancel]) {
    for (const { rowKey } of await shared.rows(directory, prefix, { select: ['schema'] })) {
      const run = rowKey.slice(prefix.length).split('|')[0];
      if (run !== activeRun) yield removal(rowKey, `left behind by ${run}`);
    }
  }
}
