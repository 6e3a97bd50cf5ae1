import type { DirectoryGroup, DirectoryUser } from '../model/directory-object.ts';
import { foldedKey } from '../model/folding.ts';
import type { MemberRef } from '../model/ids.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Resource } from '../scim/scim-directory.ts';
import type { Indexed } from './directory-store.ts';

export function userResource(user: DirectoryUser): Resource {
  return {
    kind: 'User',
    id: user.id,
    version: `W/"${user.version}"`,
    created: user.created,
    lastModified: user.lastModified,
    attributes: user.attributes,
  };
}

/** The tag of a group tells its attributes and its memberships apart. */
export function groupResource(group: DirectoryGroup): Resource {
  return {
    kind: 'Group',
    id: group.id,
    version: `W/"${group.version}-${group.membersStamp}"`,
    created: group.created,
    lastModified: group.lastModified,
    attributes: group.attributes,
  };
}

export function withAttribute(resource: Resource, name: string, values: readonly JsonObject[]): Resource {
  if (values.length === 0) return resource;
  return { ...resource, attributes: { ...resource.attributes, [name]: values } };
}

export const memberElement = (member: MemberRef) =>
  ({ value: member.id, type: member.kind === 'user' ? 'User' : 'Group' }) as const;

export function indexedUser(user: DirectoryUser): Indexed<DirectoryUser> {
  const { attributes } = user;
  const emails = listOf(attributes['emails']).map((email) =>
    isJsonObject(email) ? foldedKey(textOf(email['value'])) : '',
  );
  return {
    object: user,
    name: foldedKey(textOf(attributes['userName'])),
    ...externalIdOf(attributes),
    emails: [...new Set(emails)].filter((email) => email !== ''),
  };
}

export function indexedGroup(group: DirectoryGroup): Indexed<DirectoryGroup> {
  const { attributes } = group;
  return {
    object: group,
    name: foldedKey(textOf(attributes['displayName'])),
    ...externalIdOf(attributes),
    emails: [],
  };
}

function externalIdOf(attributes: JsonObject) {
  const externalId = textOf(attributes['externalId']);
  return externalId === '' ? {} : { externalId };
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : '');
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
