import type { JsonObject } from '../../../shared/model/json.ts';
import { appRoles } from '../company.ts';
import type { Tenant } from '../tenant.ts';
import type { TenantGroup, TenantUser } from '../tenant-objects.ts';
import { enterprise, setAt, valueAt } from './attribute-paths.ts';

/** Mapped values by target attribute, in the order of the mapping; sources that are empty are left out. */
export type MappedAttributes = ReadonlyMap<string, string | boolean>;

/** The default mapping of a non-gallery application; the manager is a reference and goes apart. */
export function mappedUser(tenant: Tenant, user: TenantUser): MappedAttributes {
  const work = (name: string) => `addresses[type eq "work"].${name}`;
  return present([
    ['externalId', user.mailNickname],
    ['userName', userNameOf(user.userPrincipalName)],
    ['active', isActive(tenant, user)],
    [work('country'), user.country],
    [work('formatted'), user.officeLocation],
    [work('locality'), user.city],
    [work('postalCode'), user.postalCode],
    [work('region'), user.state],
    [work('streetAddress'), user.streetAddress],
    ['displayName', user.displayName],
    ['emails[type eq "work"].value', user.mail],
    ['emails[type eq "work"].primary', user.mail === null ? null : true],
    ['name.givenName', user.givenName],
    ['name.familyName', user.surname],
    ['name.formatted', [user.givenName, user.surname].filter((part) => part !== null).join(' ')],
    ['phoneNumbers[type eq "work"].value', user.businessPhone],
    ['phoneNumbers[type eq "mobile"].value', user.mobilePhone],
    ['phoneNumbers[type eq "fax"].value', user.faxNumber],
    ['preferredLanguage', user.preferredLanguage],
    ['roles[primary eq "True"].value', roleOf(tenant, user.id)],
    ['title', user.jobTitle],
    [`${enterprise}:department`, user.department],
    [`${enterprise}:employeeNumber`, user.employeeId],
  ]);
}

export const mappedGroup = (group: TenantGroup): MappedAttributes =>
  present([
    ['displayName', group.displayName],
    ['externalId', group.id],
  ]);

/** Entra cuts the tenant off a guest's name: `alias_home.example#EXT#@tenant` is provisioned as `alias@home.example`. */
export function userNameOf(userPrincipalName: string): string {
  const guest = /^(.*)_([^_]+)#EXT#@/.exec(userPrincipalName);
  return guest === null ? userPrincipalName : `${guest[1]}@${guest[2]}`;
}

/** What `IsSoftDeleted` comes to, turned round: in scope, not deleted, not blocked. */
export const isActive = (tenant: Tenant, user: TenantUser): boolean =>
  user.life === 'live' && user.accountEnabled && tenant.isAssigned(user.id);

/** The body of POST /Users: real booleans in both dialects, `roles` always there, no manager. */
export function newUserBody(attributes: MappedAttributes): JsonObject {
  const body: Record<string, unknown> = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
    meta: { resourceType: 'User' },
    roles: [],
  };
  for (const [path, value] of attributes) setAt(body, path, value);
  return body as JsonObject;
}

/** The body of POST /Groups: a schema of Microsoft's beside the RFC's, and never a member. */
export function newGroupBody(attributes: MappedAttributes): JsonObject {
  const body: Record<string, unknown> = {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:Group',
      'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
    ],
    meta: { resourceType: 'Group' },
  };
  for (const [path, value] of attributes) setAt(body, path, value);
  return body as JsonObject;
}

export interface Difference {
  readonly path: string;
  readonly value: string | boolean;
  /** Whether the target has a value to replace, as far as the client has seen. */
  readonly replaces: boolean;
}

/** What the target says otherwise than the mapping; compared exactly, so that any normalizing server is patched for ever. */
export function differencesOf(attributes: MappedAttributes, resource: JsonObject): Difference[] {
  return [...attributes].flatMap(([path, value]) => {
    const current = valueAt(resource, path);
    return current === value ? [] : [{ path, value, replaces: current !== undefined && current !== null }];
  });
}

function roleOf(tenant: Tenant, user: string): string | null {
  const role = tenant.assignmentOf(user)?.appRoleId;
  const named = Object.entries(appRoles).find(([, id]) => id === role);
  return named?.[0] ?? null;
}

const present = (pairs: readonly (readonly [string, string | boolean | null])[]): MappedAttributes =>
  new Map(pairs.filter((pair): pair is [string, string | boolean] => pair[1] !== null && pair[1] !== ''));
