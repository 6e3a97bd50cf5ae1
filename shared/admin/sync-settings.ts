import type { z } from 'zod';
import { Refusal } from '../model/refusal.ts';
import type { SyncSettingsPatch } from './contract/nested-directory.ts';
import { NestedDirectorySettings } from './nested-record.ts';

/** Settings after a change: what is absent stays, also within the safeguard; `domains: null` means all of them. */
export function patched(
  before: NestedDirectorySettings,
  change: z.output<typeof SyncSettingsPatch>,
): NestedDirectorySettings {
  const given = defined(change);
  const { memberships, users, groups, ...flags } = change.safeguard ?? {};
  const safeguard = {
    ...before.safeguard,
    ...defined(flags),
    memberships: { ...before.safeguard.memberships, ...defined(memberships ?? {}) },
    users: { ...before.safeguard.users, ...defined(users ?? {}) },
    groups: { ...before.safeguard.groups, ...defined(groups ?? {}) },
  };
  const { domains: known, ...rest } = before;
  const domains = change.domains === undefined ? known : (change.domains ?? undefined);
  const { domains: _, ...others } = given as Record<string, unknown>;
  const parsed = NestedDirectorySettings.safeParse({
    ...rest,
    ...others,
    safeguard,
    ...(domains === undefined ? {} : { domains }),
  });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    pointer: `/${issue.path.join('/')}`,
    detail: issue.message,
  }));
  throw new Refusal('invalid-value', 'The settings do not go together.', { errors });
}

const defined = (values: object): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
