import type { NestedSettings } from './settings.ts';

/** Whether a plan goes by a setting: another one makes another plan, or lets another one through. */
const goesBy: Readonly<Record<keyof NestedSettings, boolean>> = {
  scope: true,
  verifiedDomainsOnly: true,
  domains: true,
  guests: true,
  treatForeignMembersAs: true,
  maxMembersPerGroup: true,
  maxUsers: true,
  maxGroups: true,
  maxMemberships: true,
  safeguard: true,
  // How and when the tenant is read, counted and logged.
  baseline: false,
  baselineWaitSeconds: false,
  intervalMinutes: false,
  auditDays: false,
  logFreeMemory: false,
};

const namesOfPlans = (Object.keys(goesBy) as (keyof NestedSettings)[]).filter((name) => goesBy[name]);

/** Names of the settings that a plan goes by and that are others. */
export const changedForPlans = (old: NestedSettings, now: NestedSettings): readonly string[] =>
  namesOfPlans.filter((name) => textOf(old[name]) !== textOf(now[name]));

/** The same text for the same setting: lists of settings are sets, and their fields have no order. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const fields = Object.entries(value).map(([name, inner]) => `${name}:${textOf(inner)}`);
  return `{${fields.sort().join()}}`;
}
