import type { RunLogEntry } from './run-log.ts';
import type { Checked, SyncRun } from './run-records.ts';

type Principals = Checked['assigned'];

/**
 * Who is assigned by a list of whoever is. It may come from a replica that lags (graph.md §2): who was assigned before and is missing
 * on it stays, unless he was missing on the last list too.
 */
export function withMissing(
  listed: Principals,
  last: Pick<Checked, 'assigned' | 'missing'> | undefined,
): Pick<Checked, 'assigned' | 'missing'> {
  const missing = { users: missingOnce('users'), groups: missingOnce('groups') };
  if (missing.users.length + missing.groups.length === 0) return { assigned: listed };
  const assigned = {
    users: [...listed.users, ...missing.users],
    groups: [...listed.groups, ...missing.groups],
  };
  return { assigned, missing };

  function missingOnce(kind: keyof Principals): string[] {
    const named = new Set([...listed[kind], ...(last?.missing?.[kind] ?? [])]);
    return (last?.assigned[kind] ?? []).filter((id) => !named.has(id));
  }
}

export function missingLog({ checked, startedAt: at }: SyncRun): readonly RunLogEntry[] {
  // Of an empty list the log says another thing.
  if (checked?.missing === undefined || checked.application?.empty !== undefined) return [];
  const counts = { users: checked.missing.users.length, groups: checked.missing.groups.length };
  const who = `${counts.users} users and ${counts.groups} groups`;
  const message = `The list of assignments lacks ${who} who were on the last one: they stay until another list lacks them too.`;
  return [{ key: '0/assignments-missing', at, level: 'info', code: 'assignments-missing', message, counts }];
}
