import type { Tenant } from '../tenant.ts';
import type {
  AppRoleAssignment,
  Change,
  TenantDomain,
  TenantGroup,
  TenantObject,
  TenantUser,
} from '../tenant-objects.ts';

/** What a replica shows: the tenant itself, or the tenant as it was. */
export interface TenantView {
  readonly users: ReadonlyMap<string, TenantUser>;
  readonly groups: ReadonlyMap<string, TenantGroup>;
  readonly position: number;
  readonly assignments: readonly AppRoleAssignment[];
  readonly domains: readonly TenantDomain[];
  object(id: string): TenantObject | undefined;
  changesSince(position: number): readonly Change[];
  /** Changes of one object, those of its memberships left out. */
  historyOf(id: string): readonly Change[];
}

/** The tenant as it is now, whatever becomes of it. */
export function snapshotOf(tenant: Tenant): TenantView {
  const users = new Map([...tenant.users].map(([id, user]) => [id, { ...user }]));
  const groups = new Map(
    [...tenant.groups].map(([id, group]) => [id, { ...group, members: new Set(group.members) }]),
  );
  const others = new Map([...tenant.others].map(([id, other]) => [id, { ...other }]));
  const { position, assignments, domains } = tenant;
  return {
    users,
    groups,
    position,
    assignments,
    domains,
    object: (id) => users.get(id) ?? groups.get(id) ?? others.get(id),
    historyOf: (id) => tenant.historyOf(id).filter((change) => change.position <= position),
    changesSince: (from) => tenant.changesSince(from).slice(0, Math.max(0, position - from)),
  };
}

/** A replica that is one generation of changes behind for a number of reads, then catches up. */
export interface LaggingReplica {
  /** The view of a lagging read. */
  behind(): TenantView;
}

/** Remembers the tenant as it was before its latest changes; `reads` reads after a change still see that. */
export function laggingReplica(tenant: Tenant, reads: number): LaggingReplica {
  let old = snapshotOf(tenant);
  let left = reads;
  return {
    behind() {
      if (tenant.position === old.position) return old;
      if (left-- > 0) return old;
      old = snapshotOf(tenant);
      left = reads;
      return old;
    },
  };
}
