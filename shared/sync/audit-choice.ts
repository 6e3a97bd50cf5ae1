import type { GroupId } from '../model/ids.ts';
import type { AuditState } from './audit-records.ts';
import type { GroupFacts } from './nested-store.ts';
import type { SyncRun } from './run-records.ts';
import type { SyncState } from './sync-state.ts';

export const hourMilliseconds = 60 * 60 * 1000;
const dayMilliseconds = 24 * hourMilliseconds;

/** Once an hour, as other slow questions, or when somebody asks for it; a first run has just read everything. */
export function auditDue(
  {
    settings,
    mode,
    startedAt,
    auditNow = false,
  }: Pick<SyncRun, 'settings' | 'mode' | 'startedAt'> & { readonly auditNow?: boolean | undefined },
  { audit, lastCompletedRun }: SyncState,
): SyncRun['auditDue'] {
  if (mode !== 'sync') return undefined;
  if (auditNow) return 'asked';
  if (settings.auditDays === 0 || lastCompletedRun === undefined) return undefined;
  const isDue = audit === undefined || Date.parse(startedAt) >= audit.at + hourMilliseconds;
  return isDue ? 'hourly' : undefined;
}

/** Groups of one comparison: with the two counts of the tenant, the fewest are one batch. */
const groupsMin = 9;
const groupsMax = 1000;

/** As many of all groups as belong to the time since the last comparison, when all of them take `days`; when asked for, the most. */
export function groupsAtOnce(groups: number, run: SyncRun, sinceMilliseconds: number): number {
  const days = run.settings.auditDays;
  if (run.auditDue === 'asked' || days === 0) return groupsMax;
  const share = Math.ceil((groups * Math.max(0, sinceMilliseconds)) / (days * dayMilliseconds));
  return Math.min(groupsMax, Math.max(groupsMin, share));
}

export interface AuditChoice {
  /** Suspects first. */
  readonly groups: readonly GroupFacts[];
  /** Where the next comparison goes on; absent: from the beginning. */
  readonly after?: GroupId;
}

/** Suspects that live, and the next `count` live groups in the order of their ids. */
export function chooseGroups(
  groups: readonly GroupFacts[],
  { suspects, after }: Pick<AuditState, 'suspects' | 'after'>,
  count: number,
): AuditChoice {
  const live = groups
    .filter(({ life }) => life === 'live')
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  const suspected = new Set<string>(suspects);
  const rest = live.filter(({ id }) => after === undefined || id > after);
  const next = rest.slice(0, count);
  const last = rest.length > count ? next.at(-1)?.id : undefined;
  return {
    groups: [...live.filter(({ id }) => suspected.has(id)), ...next.filter(({ id }) => !suspected.has(id))],
    ...(last === undefined ? {} : { after: last }),
  };
}
