import type { Json, JsonObject } from '../../../shared/model/json.ts';
import type { Change, TenantGroup, TenantObject, TenantUser } from '../tenant-objects.ts';

/** Properties of a user in Graph's words; a few have another name or form in the tenant. */
export function userProperties(user: TenantUser): JsonObject {
  return {
    id: user.id,
    displayName: user.displayName,
    givenName: user.givenName,
    surname: user.surname,
    userPrincipalName: user.userPrincipalName,
    mailNickname: user.mailNickname,
    mail: user.mail,
    otherMails: user.otherMails,
    userType: user.userType,
    accountEnabled: user.accountEnabled,
    jobTitle: user.jobTitle,
    department: user.department,
    employeeId: user.employeeId,
    officeLocation: user.officeLocation,
    streetAddress: user.streetAddress,
    city: user.city,
    state: user.state,
    postalCode: user.postalCode,
    country: user.country,
    mobilePhone: user.mobilePhone,
    businessPhones: user.businessPhone === null ? [] : [user.businessPhone],
    faxNumber: user.faxNumber,
    preferredLanguage: user.preferredLanguage,
    onPremisesSyncEnabled: null,
    createdDateTime: user.createdDateTime,
  };
}

export function groupProperties(group: TenantGroup): JsonObject {
  return {
    id: group.id,
    displayName: group.displayName,
    description: group.description,
    mail: group.mail,
    mailEnabled: group.mailEnabled,
    mailNickname: group.mailNickname,
    securityEnabled: group.securityEnabled,
    groupTypes: group.groupTypes,
    membershipRule: group.membershipRule,
    visibility: group.visibility,
    onPremisesSyncEnabled: group.onPremisesSyncEnabled,
    isAssignableToRole: group.isAssignableToRole,
    createdDateTime: group.createdDateTime,
  };
}

export function propertiesOf(object: TenantObject): JsonObject {
  switch (object.kind) {
    case 'user':
      return userProperties(object);
    case 'group':
      return groupProperties(object);
    default:
      return { id: object.id, displayName: object.displayName };
  }
}

export const typeOf = (kind: TenantObject['kind']): string => `#microsoft.graph.${kind}`;

/** What `$select` asks for; everything that Graph gives by default when it asks for nothing. The id is always there. */
export function selected(properties: JsonObject, select: readonly string[]): JsonObject {
  if (select.length === 0) return properties;
  const wanted = new Set(select.map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(properties).filter(([name]) => name === 'id' || wanted.has(name.toLowerCase())),
  );
}

/** In a delta a property that was never set is absent, and one that was cleared is null. */
export function withoutNeverSet(properties: JsonObject, wasSet: (name: string) => boolean): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).filter(([name, value]) => value !== null || wasSet(name)),
  );
}

/** Names of the properties that these changes touched, as Graph calls them. */
export function touchedProperties(changes: readonly Change[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const change of changes) {
    if (change.kind !== 'changed') continue;
    for (const name of change.properties) names.add(name === 'businessPhone' ? 'businessPhones' : name);
  }
  return names;
}

/** Letter case of ids and sign-in names as some replica might spell it. */
export function inUpperCase(value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      if (name === 'members@delta' && Array.isArray(part)) return [name, part.map(inUpperCase)];
      const isName = name === 'id' || name === 'userPrincipalName';
      return [name, isName && typeof part === 'string' ? part.toUpperCase() : part];
    }),
  );
}
