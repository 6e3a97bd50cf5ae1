import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

/**
 * The preset `atlassian-nested` (XA-20): thirteen pairs from Graph's user to SCIM's. What Graph does not say is left out.
 * userName and work e-mail are mail, or else the sign-in name; a guest's `#EXT#` sign-in name is never an e-mail (XA-21).
 */
export function toUserAttributes(id: string, fields: JsonObject): JsonObject {
  const address = text(fields['mail']) ?? text(originalOf(fields));
  const phones = [
    { type: 'mobile', value: text(fields['mobilePhone']) },
    { type: 'work', value: text(firstOf(fields['businessPhones'])) },
  ].flatMap(({ type, value }) => (value === undefined ? [] : [{ type, value }]));
  return defined({
    externalId: id,
    userName: address ?? text(fields['userPrincipalName']),
    displayName: text(fields['displayName']),
    name: nameOf(fields),
    active: fields['accountEnabled'] !== false,
    title: text(fields['jobTitle']),
    preferredLanguage: text(fields['preferredLanguage']),
    emails: address === undefined ? undefined : [{ type: 'work', value: address, primary: true }],
    phoneNumbers: phones.length === 0 ? undefined : phones,
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': departmentOf(fields),
  });
}

export function toGroupAttributes(id: string, fields: JsonObject): JsonObject {
  return defined({
    externalId: id,
    displayName: text(fields['displayName']) ?? id,
    description: text(fields['description']),
  });
}

/** Field by field: absent keeps, null clears, a value replaces. */
export function mergedFields(known: JsonObject, said: JsonObject): JsonObject {
  const merged = { ...known, ...said };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** A sign-in name that can be an address; a guest's is not. */
function originalOf(fields: JsonObject): Json | undefined {
  const name = text(fields['userPrincipalName']);
  if (name === undefined || isExternalName(name)) return firstOf(fields['otherMails']);
  return name;
}

/** `alias_theirdomain#EXT#@tenant…`, in any case. */
export const isExternalName = (userPrincipalName: string) => /#ext#/i.test(userPrincipalName);

function nameOf(fields: JsonObject): JsonObject | undefined {
  const name = defined({ givenName: text(fields['givenName']), familyName: text(fields['surname']) });
  return Object.keys(name).length === 0 ? undefined : name;
}

function departmentOf(fields: JsonObject): JsonObject | undefined {
  const department = text(fields['department']);
  return department === undefined ? undefined : { department };
}

const text = (value: Json | undefined) =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

const firstOf = (value: Json | undefined): Json | undefined => (Array.isArray(value) ? value[0] : undefined);

const defined = (values: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );

/** Equal JSON, whatever the order of names. */
export function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => sameJson(item, other[index]));
  }
  if (!isJsonObject(one) || !isJsonObject(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && sameJson(one[name], other[name]))
  );
}
