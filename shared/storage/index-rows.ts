import type { Indexed } from '../directory/directory-store.ts';
import type { DirectoryGroup, DirectoryUser } from '../model/directory-object.ts';
import { limits } from '../model/limits.ts';
import { Refusal } from '../model/refusal.ts';
import type { RowChange } from './batch.ts';
import { displayNameKey, emailKey, externalIdKey, rowPrefix, userNameKey } from './directory-keys.ts';
import { rowSchema } from './directory-rows.ts';

/** Keys of a user's index rows, its unique name first. Refusal `invalid-value` beyond what one transaction can index. */
export function userIndex(user: Indexed<DirectoryUser>): readonly string[] {
  const { id } = user.object;
  if (user.emails.length > limits.emailsPerUserMax) {
    throw new Refusal(
      'invalid-value',
      `emails: at most ${limits.emailsPerUserMax} addresses are kept of a user.`,
    );
  }
  return [
    userNameKey(user.name),
    ...(user.externalId === undefined ? [] : [externalIdKey('user', user.externalId, id)]),
    ...user.emails.map((email) => emailKey(email, id)),
  ];
}

export function groupIndex(group: Indexed<DirectoryGroup>): readonly string[] {
  const { id } = group.object;
  const { externalId } = group;
  return [
    displayNameKey(group.name),
    ...(externalId === undefined ? [] : [externalIdKey('group', externalId, id)]),
  ];
}

/** A unique name is inserted, so that a second holder is refused; the others hold the id in their key. */
export function indexRowsFor(id: string, keys: readonly string[]): readonly RowChange[] {
  const row = { schema: rowSchema, id };
  return keys.map((rowKey) => ({ action: isUniqueName(rowKey) ? 'insert' : 'upsert', rowKey, row }));
}

/** From the index rows of before to those of after; nothing where they agree. */
export function indexChanges(
  id: string,
  before: readonly string[],
  after: readonly string[],
): readonly RowChange[] {
  const had = new Set(before);
  const has = new Set(after);
  return [
    ...indexRowsFor(
      id,
      after.filter((key) => !had.has(key)),
    ),
    ...before.filter((key) => !has.has(key)).map((rowKey) => ({ action: 'delete' as const, rowKey })),
  ];
}

export const isUniqueName = (rowKey: string) =>
  rowKey.startsWith(rowPrefix.userName) || rowKey.startsWith(rowPrefix.displayName);
