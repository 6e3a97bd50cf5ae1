import { groupProperties } from '../../tools/simulated-tenant/company-groups.ts';
import { peopleMaker } from '../../tools/simulated-tenant/people.ts';
import { seededRandom } from '../../tools/simulated-tenant/seeded-random.ts';
import { Tenant } from '../../tools/simulated-tenant/tenant.ts';
import { syntheticTenant, type TenantSize } from '../nesting/synthetic-tenant.ts';

/** The synthetic tenant of the nesting bench as objects that Graph can tell. */
export function largeTenant(size: TenantSize): Tenant {
  const shape = syntheticTenant(size);
  const random = seededRandom('large tenant');
  const tenant = new Tenant({
    id: random.uuid(),
    displayName: 'Large',
    applicationId: random.uuid(),
    seed: 'large',
  });
  tenant.setDomain({ id: 'large.example', isVerified: true, isDefault: true, isInitial: true });
  const person = peopleMaker(random, () => false).employee(1);
  const users = Array.from({ length: size.users }, (_, number) => {
    const id = random.uuid();
    const alias = `user${number}`;
    const userPrincipalName = `${alias}@large.example`;
    tenant.addUser(id, { ...person, userPrincipalName, mailNickname: alias, mail: userPrincipalName });
    return id;
  });
  const groups = Array.from({ length: size.groups }, (_, number) => {
    const id = random.uuid();
    tenant.addGroup(id, groupProperties(`Group ${number}`));
    return id;
  });
  const { userEdges, nestingEdges } = shape;
  for (const [edge, group] of userEdges.from.entries())
    tenant.addMember(groups[group] ?? '', users[userEdges.to[edge] ?? 0] ?? '');
  for (const [edge, parent] of nestingEdges.from.entries())
    tenant.addMember(groups[parent] ?? '', groups[nestingEdges.to[edge] ?? 0] ?? '');
  return tenant;
}
