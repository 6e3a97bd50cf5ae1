import { allPermissions, type GraphPermission } from '../../../tools/simulated-tenant/graph/graph-state.ts';
import type { SimulatedGraph } from '../../../tools/simulated-tenant/graph/simulated-graph.ts';
import { retiringDomain } from '../../../tools/simulated-tenant/people.ts';
import type { Tenant } from '../../../tools/simulated-tenant/tenant.ts';
import { defaultAppRoleId } from '../../../tools/simulated-tenant/tenant-objects.ts';

/** Somebody in the tenant changes what rules look at: who is assigned, and whether a domain is verified. */
export function changeScope(tenant: Tenant, random: () => number): void {
  const live = [...tenant.users.values(), ...tenant.groups.values()].filter(({ life }) => life === 'live');
  for (const { id, kind } of live) {
    if (random() >= (kind === 'group' ? 0.05 : 0.02)) continue;
    if (tenant.isAssigned(id)) tenant.unassign(id);
    else tenant.assign(id, { id: `assignment of ${id}`, appRoleId: defaultAppRoleId });
  }
  if (random() < 0.3) {
    const [domain] = tenant.domains.filter(({ id }) => id === retiringDomain);
    if (domain !== undefined) tenant.setDomain({ ...domain, isVerified: !domain.isVerified });
  }
}

/** The application may read everything but this. */
export function withoutPermissions(graph: SimulatedGraph, missing: readonly GraphPermission[]): void {
  for (const permission of allPermissions) graph.permissions.add(permission);
  for (const permission of missing) graph.permissions.delete(permission);
}
