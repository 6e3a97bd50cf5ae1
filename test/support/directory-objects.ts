import { randomBytes } from 'node:crypto';
import type { Indexed } from '../../shared/directory/directory-store.ts';
import type { DirectoryGroup, DirectoryUser } from '../../shared/model/directory-object.ts';
import { foldedKey } from '../../shared/model/folding.ts';
import type { MemberRef } from '../../shared/model/ids.ts';
import { newGroupId, newUserId, type Randomness } from '../../shared/model/new-ids.ts';

/** The clock and the dice of this machine. */
export const realRandomness: Randomness = { now: () => Date.now(), randomBytes };

export const time = '2026-11-23T08:00:00.000Z';
export const later = '2026-11-23T09:00:00.000Z';

/** A user as a caller of the store makes it. */
export function newUser(userName: string, more: { externalId?: string; emails?: string[] } = {}) {
  const attributes = { userName, active: true };
  return indexedUser(
    {
      id: newUserId(realRandomness),
      version: 1,
      created: time,
      lastModified: time,
      attributes,
      raw: { body: attributes, patched: {} },
    },
    more,
  );
}

export function indexedUser(
  object: DirectoryUser,
  more: { externalId?: string; emails?: string[] } = {},
): Indexed<DirectoryUser> {
  const name = foldedKey(String(object.attributes['userName']));
  const emails = (more.emails ?? []).map(foldedKey);
  return { object, name, emails, ...(more.externalId === undefined ? {} : { externalId: more.externalId }) };
}

export function changedUser(
  before: Indexed<DirectoryUser>,
  attributes: { [name: string]: string | boolean },
  more: { externalId?: string; emails?: string[] } = {},
): Indexed<DirectoryUser> {
  const { object } = before;
  return indexedUser(
    {
      ...object,
      version: object.version + 1,
      lastModified: later,
      attributes: { ...object.attributes, ...attributes },
    },
    more,
  );
}

export function newGroup(displayName: string, externalId?: string): Indexed<DirectoryGroup> {
  const attributes = { displayName };
  return indexedGroup(
    {
      id: newGroupId(realRandomness),
      version: 1,
      membersStamp: '0',
      created: time,
      lastModified: time,
      attributes,
      raw: { body: attributes, patched: {} },
    },
    externalId,
  );
}

export function indexedGroup(object: DirectoryGroup, externalId?: string): Indexed<DirectoryGroup> {
  const name = foldedKey(String(object.attributes['displayName']));
  return { object, name, emails: [], ...(externalId === undefined ? {} : { externalId }) };
}

export function changedGroup(before: Indexed<DirectoryGroup>, displayName: string, externalId?: string) {
  const { object } = before;
  return indexedGroup(
    { ...object, version: object.version + 1, lastModified: later, attributes: { displayName } },
    externalId,
  );
}

export const memberOfUser = ({ object }: Indexed<DirectoryUser>): MemberRef => ({
  kind: 'user',
  id: object.id,
});
export const memberOfGroup = ({ object }: Indexed<DirectoryGroup>): MemberRef => ({
  kind: 'group',
  id: object.id,
});
export const byId = <T extends { readonly id: string }>(one: T, other: T) => (one.id < other.id ? -1 : 1);
