import { fillGroups } from './company-groups.ts';
import { type CompanySize, companySize } from './company-size.ts';
import { departments } from './name-lists.ts';
import { initialDomain, type PeopleMaker, peopleMaker, primaryDomain, retiringDomain } from './people.ts';
import { elementAt, type SeededRandom, seededRandom } from './seeded-random.ts';
import { Tenant } from './tenant.ts';
import { defaultAppRoleId } from './tenant-objects.ts';

/** A company of this size, the same for the same seed: people, their managers, groups of power-law sizes, nesting. */
export function foundCompany(seed: string, size: CompanySize = companySize): Tenant {
  const random = seededRandom(`company ${seed}`);
  const tenant = new Tenant({
    id: random.uuid(),
    displayName: 'Nordlicht Werke GmbH & Co. KG',
    applicationId: random.uuid(),
    seed,
  });
  foundDomains(tenant);
  const people = peopleMaker(random, () => false);
  hire(tenant, { random, people, size });
  assignManagers(tenant, random);
  fillGroups(tenant, random, size);
  return tenant;
}

/** Roles of the enterprise application; most people have no particular one. */
export const appRoles = {
  administrator: 'b1c2a6f0-5f5e-4c3e-9d0a-8a4c6e2d7f11',
  auditor: '5d0c3c54-3c8e-4a57-8f55-0c8f2b9e6a27',
} as const;

function foundDomains(tenant: Tenant): void {
  tenant.setDomain({ id: primaryDomain, isVerified: true, isDefault: true, isInitial: false });
  tenant.setDomain({ id: initialDomain, isVerified: true, isDefault: false, isInitial: true });
  tenant.setDomain({ id: retiringDomain, isVerified: true, isDefault: false, isInitial: false });
  tenant.setDomain({ id: 'nordlicht-labs.example', isVerified: false, isDefault: false, isInitial: false });
}

interface Hiring {
  readonly random: SeededRandom;
  readonly people: PeopleMaker;
  readonly size: CompanySize;
}

function hire(tenant: Tenant, { random, people, size }: Hiring): void {
  for (let number = 0; number < size.users; number++) {
    const id = random.uuid();
    tenant.addUser(id, number % 18 === 7 ? people.guest(number) : people.employee(number));
    if (number < size.assignedUsers) tenant.assign(id, { id: random.uuid(), appRoleId: roleFor(random) });
  }
}

function roleFor(random: SeededRandom): string {
  if (random.chance(0.02)) return appRoles.administrator;
  return random.chance(0.03) ? appRoles.auditor : defaultAppRoleId;
}

/**
 * A tree per department, six reports to a manager, under one chief; the manager of an assigned user is assigned
 * as well, so that provisioning never meets a reference that it must not send.
 */
function assignManagers(tenant: Tenant, random: SeededRandom): void {
  const users = [...tenant.users.values()];
  const assigned = users.filter(({ id }) => tenant.isAssigned(id));
  const chief = elementAt(
    assigned.filter(({ accountEnabled, userType }) => accountEnabled && userType === 'Member'),
    0,
  );
  for (const { name } of departments) {
    const people = users.filter(({ department, id }) => department === name && id !== chief.id);
    people.forEach((user, index) => {
      if (random.chance(0.02)) return;
      const above = index === 0 ? chief : elementAt(people, Math.floor((index - 1) / 6));
      tenant.changeUser(user.id, { managerId: above.id });
    });
  }
}
