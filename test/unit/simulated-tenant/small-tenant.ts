import { groupProperties } from '../../../tools/simulated-tenant/company-groups.ts';
import { Tenant } from '../../../tools/simulated-tenant/tenant.ts';
import type { GroupProperties, UserProperties } from '../../../tools/simulated-tenant/tenant-objects.ts';

/** A tenant that a test fills by hand. */
export const newTenant = (): Tenant =>
  new Tenant({
    id: '11111111-1111-4111-8111-111111111111',
    displayName: 'Small',
    applicationId: '22222222-2222-4222-8222-222222222222',
    seed: 'small',
  });

export const groupOf = (displayName: string, special: Partial<GroupProperties> = {}): GroupProperties =>
  groupProperties(displayName, special);

/** An enabled employee without anything that the test does not ask for. */
export const userOf = (alias: string, special: Partial<UserProperties> = {}): UserProperties => ({
  userPrincipalName: `${alias}@small.example`,
  mailNickname: alias,
  displayName: `User ${alias}`,
  givenName: null,
  surname: null,
  mail: null,
  otherMails: [],
  accountEnabled: true,
  userType: 'Member',
  jobTitle: null,
  department: null,
  employeeId: null,
  preferredLanguage: null,
  officeLocation: null,
  streetAddress: null,
  city: null,
  state: null,
  postalCode: null,
  country: null,
  businessPhone: null,
  mobilePhone: null,
  faxNumber: null,
  managerId: null,
  ...special,
});
