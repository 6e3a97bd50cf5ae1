import type { z } from 'zod';
import { Refusal } from '../model/refusal.ts';
import type { SyncSettingsPatch } from './contract/nested-directory.ts';
import { NestedDirectorySettings } from './nested-record.ts';

/** Settings after a change: what is absent stays, also within the safeguard; null takes a setting away that may be absent. */
export function patched(
  before: NestedDirectorySettings,
  change: z.output<typeof SyncSettingsPatch>,
): NestedDirectorySettings {
  const { memberships, users, groups, perGroup, ...flags } = change.safeguard ?? {};
  const safeguard = {
    ...before.safeguard,
    ...defined(flags),
    memberships: { ...before.safeguard.memberships, ...defined(memberships ?? {}) },
    users: { ...before.safeguard.users, ...defined(users ?? {}) },
    groups: { ...before.safeguard.groups, ...defined(groups ?? {}) },
    perGroup: { ...before.safeguard.perGroup, ...defined(perGroup ?? {}) },
  };
  const after = { ...before, ...defined(change), safeguard };
  const parsed = NestedDirectorySettings.safeParse(withoutNulls(after));
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    pointer: `/${issue.path.join('/')}`,
    detail: issue.message,
  }));
  throw new Refusal('invalid-value', 'The settings do not go together.', { errors });
}

const defined = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const withoutNulls = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
