import { Tenant } from '../../tools/simulated-tenant/tenant.ts';

const id = (kind: number, number: number) =>
  `${kind}0000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
export const user = (number: number) => id(1, number);
export const group = (number: number) => id(2, number);
/** Users of a chain tenant with the deleted one, and groups of the chain itself; one more is above it. */
export const users = 40;
export const groups = 8;

/** A chain of groups with five users each, the last holding the first again; a guest; a deleted user. */
export function chainTenant(): Tenant {
  const tenant = new Tenant({ id: id(9, 1), displayName: 'Kette', applicationId: id(9, 2), seed: 'chain' });
  tenant.setDomain({ id: 'kette.example', isVerified: true, isDefault: true, isInitial: true });
  for (let number = 0; number < users; number++) tenant.addUser(user(number), userProperties(number));
  for (let number = 0; number < groups; number++) {
    tenant.addGroup(group(number), groupProperties(number));
    for (let member = 0; member < 5; member++) tenant.addMember(group(number), user(number * 5 + member));
  }
  for (let number = 0; number < groups; number++) {
    tenant.addMember(group(number), group((number + 1) % groups));
  }
  tenant.addGroup(group(99), groupProperties(99));
  tenant.addMember(group(99), group(3));
  tenant.delete(user(7));
  return tenant;
}

export const userProperties = (number: number) => ({
  userPrincipalName: number === 9 ? 'nine_other.example#EXT#@kette.example' : `user${number}@kette.example`,
  mailNickname: `user${number}`,
  displayName: `User ${number}`,
  ...{ givenName: null, surname: null, mail: null, otherMails: [], accountEnabled: true },
  userType: number === 9 ? ('Guest' as const) : ('Member' as const),
  ...{ jobTitle: null, department: null, employeeId: null, preferredLanguage: null, officeLocation: null },
  ...{ streetAddress: null, city: null, state: null, postalCode: null, country: null },
  ...{ businessPhone: null, mobilePhone: null, faxNumber: null, managerId: null },
});

const groupProperties = (number: number) => ({
  displayName: `Group ${number}`,
  ...{
    description: null,
    mailNickname: `group${number}`,
    mail: null,
    mailEnabled: false,
    securityEnabled: true,
  },
  ...{ groupTypes: [], membershipRule: null, visibility: null, onPremisesSyncEnabled: null },
  ...{ isAssignableToRole: null, deletesSoftly: false },
});
