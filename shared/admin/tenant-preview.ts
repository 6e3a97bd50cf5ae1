import { Refusal } from '../model/refusal.ts';
import { confirmationHash } from '../sync/check-tenant.ts';
import type { GraphReader, Permissions, TenantDomain, TenantFacts } from '../sync/graph-port.ts';
import { hasDomainRule } from '../sync/scope.ts';
import type { NestedSettings } from '../sync/settings.ts';
import { graphValue } from './graph-answers.ts';
import type { NestedDirectoryRecord } from './registry.ts';

/** What a person confirms, read from Graph at this moment. */
export interface SeenTenant {
  readonly tenant: TenantFacts;
  readonly permissions: Permissions;
  readonly domains: readonly TenantDomain[];
  readonly hash: string;
}

/** Reads tenant and domains as a run's check reads them. Refusal `conflict`, reason `wrong_tenant`, for any but the pinned one. */
export async function seenTenant(record: NestedDirectoryRecord, graph: GraphReader): Promise<SeenTenant> {
  const permissions = graphValue(await graph.permissions());
  const tenant = graphValue(await graph.organization());
  mustBePinned(record, tenant);
  const domains = permissions.domains ? graphValue(await graph.domains()) : [];
  return { tenant, permissions, domains, hash: await confirmationHash(tenant.tenantId, domains) };
}

function mustBePinned({ connection }: NestedDirectoryRecord, { tenantId }: TenantFacts): void {
  if (tenantId === '')
    throw new Refusal('conflict', 'Graph does not tell which tenant it is.', { reason: 'tenant_unknown' });
  if (connection.tenantId === undefined || connection.tenantId === tenantId.toLowerCase()) return;
  throw new Refusal('conflict', 'The credential belongs to another tenant than the directory.', {
    reason: 'wrong_tenant',
    about: { tenant: tenantId },
  });
}

export const requiredPermissions = ['User.Read.All', 'GroupMember.Read.All', 'Domain.Read.All'] as const;

interface PermissionRule {
  readonly name: string;
  readonly without: string;
}

type Permission = Exclude<keyof Permissions, 'hiddenUnknown'>;

const rules: Readonly<Record<Permission, PermissionRule>> = {
  users: { name: 'User.Read.All', without: 'No run can begin: users cannot be read.' },
  groups: {
    name: 'GroupMember.Read.All',
    without: 'No run can begin: groups and their members cannot be read.',
  },
  domains: {
    name: 'Domain.Read.All',
    without: 'Domains are not known: new ones stop no run, and with a rule about domains no run can begin.',
  },
  hiddenMembers: {
    name: 'Member.Read.Hidden',
    without: 'Members of groups with hidden membership are not read; such groups keep what is known.',
  },
  applications: {
    name: 'Application.Read.All',
    without: 'Assignments of an enterprise application cannot be read: that scope is not available.',
  },
};

/** What the connection may read, in words, and whether that is enough for a run with these settings. */
export function probeView(
  { tenant, permissions }: Pick<SeenTenant, 'tenant' | 'permissions'>,
  settings: NestedSettings,
) {
  const { users, groups, domains, applications, hiddenMembers } = permissions;
  const forScope = applications || settings.scope.kind !== 'application';
  return {
    tenant,
    permissions: { users, groups, domains, hiddenMembers, applications },
    missing: missingOf(permissions).map((name) => rules[name].name),
    reducedScope: reducedScope(permissions),
    ready: users && groups && forScope && (domains || !hasDomainRule(settings)),
  };
}

/** What is left out for want of permissions, as sentences. */
export const reducedScope = (permissions: Permissions): string[] =>
  missingOf(permissions).map((name) => rules[name].without);

const missingOf = (permissions: Permissions) =>
  (Object.keys(rules) as Permission[]).filter((name) => !permissions[name]);
