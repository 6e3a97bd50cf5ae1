import type { DeriveSources } from './derive-sources.ts';
import type { PassedThreshold } from './passed-threshold.ts';
import type { RunLogEntry } from './run-log.ts';
import type { AssignedApplication, Checked, PlanCounts, SyncRun } from './run-records.ts';
import { policyFingerprint } from './scope.ts';
import type { SafeguardSettings } from './settings.ts';

/**
 * That everybody leaves because nobody is assigned any more: a person decides, however small the directory is (graph.md §2). Empty
 * otherwise.
 */
export function scopeEmptied(
  { usersRemoved, groupsRemoved, membershipsRemoved }: PlanCounts,
  { application }: Checked,
  { enabled }: SafeguardSettings,
): readonly PassedThreshold[] {
  const isEmptied = enabled && application?.empty === 'believed';
  if (!isEmptied || usersRemoved + groupsRemoved + membershipsRemoved === 0) return [];
  const leaving = `${usersRemoved} users and ${groupsRemoved} groups leave`;
  const sentence = `nobody is assigned to the application in scope any more: ${leaving}`;
  return [{ kind: 'nobody-assigned', sentence }];
}

/** The same of chosen groups of which none is there: mistyped, or deleted. */
export function chosenGroupsGone(
  { usersRemoved, groupsRemoved, membershipsRemoved }: PlanCounts,
  { run, round, stored }: Pick<DeriveSources, 'run' | 'round' | 'stored'>,
): readonly PassedThreshold[] {
  const { scope, safeguard } = run.settings;
  if (!safeguard.enabled || scope.kind !== 'groups') return [];
  if (usersRemoved + groupsRemoved + membershipsRemoved === 0) return [];
  const isLive = (id: string) => {
    const group = round.groupIds.find(id);
    return group !== undefined && (round.groups.get(group) ?? stored.facts.get(group))?.life === 'live';
  };
  if (scope.groups.some(isLive)) return [];
  const sentence = `none of the chosen groups is there: ${usersRemoved} users and ${groupsRemoved} groups leave`;
  return [{ kind: 'chosen-groups-gone', sentence }];
}

/**
 * The same of chosen domains of which the tenant has none, mistyped or given up, in the first run that goes by them. Guests may stay: who
 * of them leaves later is like anybody who does.
 */
export async function chosenDomainsGone(
  { usersRemoved, membershipsRemoved }: PlanCounts,
  { run, state, checked }: Pick<DeriveSources, 'run' | 'state' | 'checked'>,
): Promise<readonly PassedThreshold[]> {
  const { domains, safeguard } = run.settings;
  if (!safeguard.enabled || domains === undefined || usersRemoved + membershipsRemoved === 0) return [];
  const verified = new Set(checked.verifiedDomains);
  if (domains.some((domain) => verified.has(domain))) return [];
  if (state.policy === (await policyFingerprint(run.settings, checked))) return [];
  const sentence = `none of the chosen domains is one of the tenant: ${usersRemoved} users leave`;
  return [{ kind: 'chosen-domains-gone', sentence }];
}

/** What a person has to know of a list of nobody; undefined when somebody is assigned. */
export function emptyScopeText({ empty }: AssignedApplication): string | undefined {
  switch (empty) {
    case undefined:
      return undefined;
    case 'kept':
      return 'Graph lists nobody who is assigned to the application in scope: who was assigned before stays until a later run reads the same.';
    case 'believed':
      return 'Nobody is assigned to the application in scope.';
  }
}

export function emptyScopeLog({ checked, startedAt: at }: SyncRun): readonly RunLogEntry[] {
  const application = checked?.application;
  const message = application === undefined ? undefined : emptyScopeText(application);
  if (message === undefined) return [];
  const code = application?.empty === 'kept' ? 'assignments-empty' : 'nobody-assigned';
  return [{ key: '0/assignments', at, level: 'warning', code, message }];
}
