import { isActive, mappedGroup, mappedUser, userNameOf } from '../simulated-tenant/provisioning/mappings.ts';
import type { Tenant } from '../simulated-tenant/tenant.ts';
import type { TenantGroup, TenantUser } from '../simulated-tenant/tenant-objects.ts';

/** What a provisioned directory has to hold, told by names alone: no id of the target is in it. */
export interface ExpectedDirectory {
  readonly users: ReadonlyMap<string, ExpectedUser>;
  readonly groups: ReadonlyMap<string, ExpectedGroup>;
}

export interface ExpectedUser {
  /** By path of the mapping: `emails[type eq "work"].value`. */
  readonly attributes: ReadonlyMap<string, string | boolean>;
  /** The manager's userName, null for none; undefined where Entra no longer tells, because the user is inactive. */
  readonly manager: string | null | undefined;
}

export interface ExpectedGroup {
  readonly attributes: ReadonlyMap<string, string | boolean>;
  /** userNames of users, displayNames of groups. */
  readonly members: ReadonlySet<string>;
}

/** The tenant's own truth of what its enterprise application provisions: direct memberships, nothing expanded. */
export function expectedDirectory(tenant: Tenant): ExpectedDirectory {
  const users = [...tenant.users.values()].filter((user) => isProvisioned(tenant, user));
  const groups = [...tenant.groups.values()].filter(
    (group) => group.life === 'live' && tenant.isAssigned(group.id),
  );
  const names = new Map([
    ...users.map((user) => [user.id, userNameOf(user.userPrincipalName)] as const),
    ...groups.map((group) => [group.id, group.displayName] as const),
  ]);
  return {
    users: new Map(
      users.map((user) => [
        userNameOf(user.userPrincipalName),
        { attributes: mappedUser(tenant, user), manager: managerOf(tenant, user, names) },
      ]),
    ),
    groups: new Map(
      groups.map((group) => [
        group.displayName,
        { attributes: mappedGroup(group), members: membersOf(group, names) },
      ]),
    ),
  };
}

/** Blocked and soft-deleted users stay, as inactive ones; one that was never enabled never came. */
const isProvisioned = (tenant: Tenant, user: TenantUser) =>
  tenant.isAssigned(user.id) && user.wasEnabled && user.life !== 'gone';

function managerOf(
  tenant: Tenant,
  user: TenantUser,
  names: ReadonlyMap<string, string>,
): string | null | undefined {
  if (user.managerId !== null) return names.get(user.managerId) ?? null;
  return isActive(tenant, user) ? null : undefined;
}

const membersOf = (group: TenantGroup, names: ReadonlyMap<string, string>): ReadonlySet<string> =>
  new Set([...group.members].map((member) => names.get(member)).filter((name) => name !== undefined));
