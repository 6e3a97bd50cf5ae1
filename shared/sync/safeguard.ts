import type { DirectoryCounts, PlanCounts } from './run-records.ts';
import type { SafeguardSettings, Threshold } from './settings.ts';

/**
 * Thresholds that a plan passes, each as a sentence; none lets it through. What passes one is held as a whole and shown,
 * never cut to fit (XE-19, reliability.md §5). Percentages are of what was published last, not of what is read now.
 */
export function exceededThresholds(
  counts: PlanCounts,
  before: DirectoryCounts | undefined,
  settings: SafeguardSettings,
): readonly string[] {
  if (!settings.enabled) return [];
  const base = before ?? { users: 0, groups: 0, memberships: 0, domains: 0 };
  return [
    judged('memberships removed', counts.membershipsRemoved, {
      base: base.memberships,
      of: settings.memberships,
    }),
    judged('users deactivated or removed', counts.usersDeactivated + counts.usersRemoved, {
      base: base.users,
      of: settings.users,
    }),
    judged('groups removed', counts.groupsRemoved, { base: base.groups, of: settings.groups }),
  ].flatMap((sentence) => sentence ?? []);
}

function judged(
  what: string,
  count: number,
  { base, of }: { base: number; of: Threshold },
): string | undefined {
  const allowed = Math.min(of.absolute, Math.max(of.floor, Math.floor((base * of.percent) / 100)));
  return count > allowed ? `${what}: ${count} of ${base}, allowed ${allowed}` : undefined;
}
