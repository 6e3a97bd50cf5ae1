import { type AuditState, Counted } from './audit-records.ts';
import type { FoldedRound } from './fold-round.ts';
import type { LiveUsers, SyncRun } from './run-records.ts';
import type { SyncState } from './sync-state.ts';

/** Users of the directory that live, whatever its scope; unknown until an enumeration has shown them all. */
export function liveUsersAfter(state: SyncState, { plan }: SyncRun): number | undefined {
  const { isTotal, count } = plan?.liveUsers ?? { isTotal: true, count: undefined };
  if (isTotal) return count;
  return state.liveUsers === undefined ? undefined : state.liveUsers + (count ?? 0);
}

/** How many users of a round live, or how many more than before: a complete enumeration has everybody in it. */
export function liveUsersOf({ users }: FoldedRound, run: SyncRun): LiveUsers {
  const isTotal = run.users.baseline;
  let count = 0;
  for (const { life, stored } of users.values()) {
    if (life === 'live') count++;
    if (!isTotal && stored?.life === 'live') count--;
  }
  return { isTotal, count };
}

interface Compared {
  readonly counted: number | undefined;
  readonly stored: number | undefined;
}

export interface TenantVerdict {
  readonly state: Pick<AuditState, 'differences' | 'readAnew'>;
  /** Differences met for the first time. */
  readonly first: readonly TenantDifference[];
  /** Met twice in succession, and all of them are read anew for it. */
  readonly confirmed: readonly TenantDifference[];
  readonly readAnew: readonly Counted[];
}

export interface TenantDifference {
  readonly of: Counted;
  readonly counted: number;
  readonly stored: number;
}

/** Objects of one kind are read anew at most once a day for their number, and never for a difference that has outlived that. */
const readAnewMilliseconds = 24 * 60 * 60 * 1000;

/**
 * To read all objects anew is expensive where one list is not, and in a tenant at work some object is always on its way: it takes
 * the very same difference twice in succession.
 */
export function judgeTenant(
  before: AuditState,
  now: number,
  compared: Readonly<Record<Counted, Compared>>,
): TenantVerdict {
  const differences: AuditState['differences'] = {};
  const readAnew: AuditState['readAnew'] = { ...before.readAnew };
  const first: TenantDifference[] = [];
  const confirmed: TenantDifference[] = [];
  for (const of of Counted.options) {
    const { counted, stored } = compared[of];
    if (counted === undefined || stored === undefined || counted === stored) continue;
    const difference = counted - stored;
    const last = before.readAnew[of];
    differences[of] = difference;
    if (last?.difference === difference) continue;
    if (before.differences[of] !== difference) first.push({ of, counted, stored });
    else if (last === undefined || now - last.at >= readAnewMilliseconds) {
      confirmed.push({ of, counted, stored });
      readAnew[of] = { difference, at: now };
    }
  }
  return { state: { differences, readAnew }, first, confirmed, readAnew: confirmed.map(({ of }) => of) };
}
