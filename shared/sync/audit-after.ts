import { newAuditState } from './audit-records.ts';
import type { Reread, SyncRun } from './run-records.ts';
import type { SyncState } from './sync-state.ts';
import { liveUsersAfter } from './tenant-counts.ts';

type Left = Pick<
  SyncState,
  'throttledUntil' | 'rereads' | 'audit' | 'liveUsers' | 'enumerateUsers' | 'enumerateGroups'
>;

/** What a run's audit leaves to the next one, and the lists that its plan already wants. */
export function auditedAfter(state: SyncState, run: SyncRun): Left {
  const { audit, plan } = run;
  const planned = plan?.rereads ?? [];
  const named = new Set<string>(planned.map(({ group }) => group));
  const counted = (audit?.rereads ?? [])
    .filter((group) => !named.has(group))
    .map((group): Reread => ({ group, reason: 'audit', rounds: 0 }));
  const liveUsers = liveUsersAfter(state, run);
  const anew = audit?.readAnew ?? [];
  return {
    rereads: [...planned, ...counted],
    // From the first run on the hours are counted.
    audit: audit?.state ?? state.audit ?? newAuditState(Date.parse(run.startedAt)),
    ...(liveUsers === undefined ? {} : { liveUsers }),
    ...(audit?.throttledUntil === undefined ? {} : { throttledUntil: audit.throttledUntil }),
    ...(anew.includes('users') ? { enumerateUsers: true } : {}),
    ...(anew.includes('groups') ? { enumerateGroups: true } : {}),
  };
}
