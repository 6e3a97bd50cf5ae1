import type { AdminCaller } from '../access/admin-access.ts';
import type { OrganizationId } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import { nothingThere } from './call.ts';
import { type SignIn, usualSignIn } from './connection.ts';
import type { NestedConnection } from './nested-record.ts';
import type { AdminPorts } from './ports.ts';

export interface ConnectionChange {
  readonly before?: NestedConnection | undefined;
  readonly after: NestedConnection;
}

/**
 * Who may connect what. The credentials of an installation open every tenant that ever consented to its app, and its own tenant without
 * any consent: so its administrators decide which tenants an organization reads. An organization's own administrators connect those
 * that are allowed for it, as the installation is set up to (T03). The check throws Refusal `forbidden`, reason `tenant_not_allowed` or
 * `installation_key_needed`. A local Graph has one tenant, which is no secret.
 */
export async function connectionRights({
  caller,
  params,
  ports,
}: {
  readonly caller: AdminCaller;
  readonly params: { readonly organizationId: OrganizationId };
  readonly ports: AdminPorts;
}): Promise<(change: ConnectionChange) => void> {
  if (caller.scope === 'all' || ports.nested.learnsTenant) return () => undefined;
  const organization = await ports.registry.organization(params.organizationId);
  if (organization === undefined) throw nothingThere('organization');
  const usual = usualSignIn(ports.nested.defaults);
  return (change) => mustBeAllowed(change, { tenants: organization.tenants, usual });
}

function mustBeAllowed(
  { before, after }: ConnectionChange,
  { tenants, usual }: { readonly tenants: readonly string[]; readonly usual: SignIn | undefined },
): void {
  const { tenantId = '' } = after;
  if (tenantId !== before?.tenantId && !tenants.includes(tenantId)) {
    throw new Refusal(
      'forbidden',
      'This tenant is not among the `tenants` of the organization: an administrator of the installation adds it.',
      { reason: 'tenant_not_allowed', about: { tenant: tenantId } },
    );
  }
  if (isSame(after, before) || isSame(after, usual)) return;
  throw new Refusal(
    'forbidden',
    'Another cloud or credential than the usual one is chosen with a key of the whole installation.',
    { reason: 'installation_key_needed' },
  );
}

const isSame = (one: SignIn, other: SignIn | undefined): boolean =>
  one.cloud === other?.cloud && JSON.stringify(one.credential) === JSON.stringify(other.credential);
