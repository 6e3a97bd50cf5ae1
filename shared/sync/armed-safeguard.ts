import type { SyncRun } from './run-records.ts';
import type { SafeguardSettings } from './settings.ts';

/** The safeguard of a run: as it is set, or with half its limits in the run after a restore (reliability.md §6). */
export function safeguardOf({
  settings,
  halfLimits,
}: Pick<SyncRun, 'settings' | 'halfLimits'>): SafeguardSettings {
  const { safeguard } = settings;
  if (halfLimits !== true) return safeguard;
  const { memberships, users, groups, perGroup } = safeguard;
  return {
    ...safeguard,
    ...{ memberships: half(memberships), users: half(users), groups: half(groups), perGroup: half(perGroup) },
  };
}

const half = <Limits extends Readonly<Record<string, number>>>(limits: Limits): Limits =>
  Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, Math.floor(limit / 2)])) as Limits;
