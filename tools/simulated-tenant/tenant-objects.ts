/** Whether an object exists: soft-deleted ones can be restored and keep their memberships, gone ones cannot and do not. */
export type Life = 'live' | 'soft-deleted' | 'gone';

/** What Entra knows of a user, in Graph's words; null where the tenant left it empty. */
export interface UserProperties {
  readonly userPrincipalName: string;
  readonly mailNickname: string;
  readonly displayName: string;
  readonly givenName: string | null;
  readonly surname: string | null;
  readonly mail: string | null;
  readonly otherMails: readonly string[];
  readonly accountEnabled: boolean;
  readonly userType: 'Member' | 'Guest' | null;
  readonly jobTitle: string | null;
  readonly department: string | null;
  readonly employeeId: string | null;
  readonly preferredLanguage: string | null;
  readonly officeLocation: string | null;
  readonly streetAddress: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  readonly businessPhone: string | null;
  readonly mobilePhone: string | null;
  readonly faxNumber: string | null;
  readonly managerId: string | null;
}

export interface GroupProperties {
  readonly displayName: string;
  readonly description: string | null;
  readonly mailNickname: string;
  readonly mail: string | null;
  readonly mailEnabled: boolean;
  readonly securityEnabled: boolean;
  readonly groupTypes: readonly ('Unified' | 'DynamicMembership')[];
  readonly membershipRule: string | null;
  readonly visibility: 'Public' | 'Private' | 'HiddenMembership' | null;
  readonly onPremisesSyncEnabled: boolean | null;
  readonly isAssignableToRole: boolean | null;
  /** Whether a delete can be undone; distribution, mail-enabled and synchronized groups go at once. */
  readonly deletesSoftly: boolean;
}

export interface TenantUser extends UserProperties {
  readonly kind: 'user';
  readonly id: string;
  readonly life: Life;
  /** Whether the account was ever enabled: provisioning never creates a user that was not. */
  readonly wasEnabled: boolean;
  readonly createdDateTime: string;
}

export interface TenantGroup extends GroupProperties {
  readonly kind: 'group';
  readonly id: string;
  readonly life: Life;
  readonly createdDateTime: string;
  /** Direct members of every kind, soft-deleted ones included, in the order of their joining. */
  readonly members: ReadonlySet<string>;
}

/** What may sit in a group and is neither user nor group. */
export interface TenantOther {
  readonly kind: 'device' | 'servicePrincipal' | 'orgContact';
  readonly id: string;
  readonly displayName: string;
  readonly life: Life;
}

export type TenantObject = TenantUser | TenantGroup | TenantOther;

/** One entry of the tenant's change log; `position` counts from 1. */
export type Change = { readonly position: number } & ChangeFacts;

export type ChangeFacts =
  | { readonly kind: 'created' | 'soft-deleted' | 'restored' | 'hard-deleted'; readonly id: string }
  | { readonly kind: 'changed'; readonly id: string; readonly properties: readonly string[] }
  | { readonly kind: 'member'; readonly id: string; readonly member: string; readonly added: boolean }
  | { readonly kind: 'assigned' | 'unassigned'; readonly id: string }
  | { readonly kind: 'domain'; readonly id: string };

export interface TenantDomain {
  readonly id: string;
  readonly isVerified: boolean;
  readonly isDefault: boolean;
  readonly isInitial: boolean;
}

/** One role a principal has in the enterprise application. */
export interface AppRoleAssignment {
  readonly id: string;
  readonly principalId: string;
  readonly appRoleId: string;
}

/** The role that stands for "no particular role". */
export const defaultAppRoleId = '00000000-0000-0000-0000-000000000000';
