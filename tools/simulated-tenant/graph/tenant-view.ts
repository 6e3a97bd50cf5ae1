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

/** A replica that is some generations of changes behind for a number of reads each, and hears of everything in the end. */
export interface LaggingReplica {
  /** The view of a lagging read. */
  behind(): TenantView;
  /** Remembers the tenant as it is, if it has changed, for reads to come. */
  hear(): void;
}

export interface Lag {
  /** Reads after a change that still see the tenant before it. */
  readonly reads: number;
  /** What was changed longer ago is known to every replica. */
  readonly secondsMax: number;
}

export function laggingReplica(tenant: Tenant, { reads, secondsMax }: Lag): LaggingReplica {
  const generations = [snapshotOf(tenant)];
  let left = reads;
  const hear = () => {
    if (generations.at(-1)?.position !== tenant.position) generations.push(snapshotOf(tenant));
  };
  const forgetOldest = () => {
    generations.shift();
    left = reads;
  };
  const isHeard = ({ position }: TenantView) =>
    (tenant.changedAt(position + 1) ?? Number.POSITIVE_INFINITY) <= tenant.now() - secondsMax * 1000;
  return {
    hear,
    behind() {
      hear();
      if (generations.length > 1 && left-- <= 0) forgetOldest();
      for (let [oldest] = generations; oldest !== undefined && isHeard(oldest); [oldest] = generations)
        forgetOldest();
      return generations[0] ?? snapshotOf(tenant);
    },
  };
}
