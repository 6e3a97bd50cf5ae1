import type { Indexed } from '../directory/directory-store.ts';
import type { DirectoryUser } from '../model/directory-object.ts';
import type { DirectoryId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { Refusal } from '../model/refusal.ts';
import { userKey } from './directory-keys.ts';
import { NameRow, type RowFacts, userRow } from './directory-rows.ts';
import type { DirectoryTable } from './directory-table.ts';
import { busy, write } from './directory-writing.ts';
import { indexChanges, indexRowsFor, isUniqueName, userIndex } from './index-rows.ts';
import { raceOf } from './lost-race.ts';

export async function createUser(
  shared: DirectoryTable,
  directory: DirectoryId,
  user: Indexed<DirectoryUser>,
): Promise<void> {
  const { object } = user;
  const index = userIndex(user);
  const outcome = await write(shared, directory, {
    rows: [
      ...indexRowsFor(object.id, index),
      { action: 'insert', rowKey: userKey(object.id), row: userRow(object, index) },
    ],
    count: { kind: 'user', by: 1 },
    changes: [{ kind: 'user-created', user: object.id, version: object.version }],
    at: object.lastModified,
  });
  if (outcome.kind === 'committed') return;
  if (isUniqueName(outcome.change.rowKey)) throw nameTaken();
  throw raceOf(outcome);
}

export async function replaceUser(
  shared: DirectoryTable,
  directory: DirectoryId,
  { before, after }: { readonly before: DirectoryUser; readonly after: Indexed<DirectoryUser> },
): Promise<boolean> {
  const { object } = after;
  const index = userIndex(after);
  let facts = shared.learnt.get(before) ?? (await currentFacts(shared, directory, before));
  for (let attempt = 1; attempt <= limits.writeAttemptsMax; attempt++) {
    if (facts === undefined) return false;
    const outcome = await write(shared, directory, {
      rows: [
        ...indexChanges(object.id, facts.index, index),
        { action: 'replace', rowKey: userKey(object.id), row: userRow(object, index), etag: facts.etag },
      ],
      changes: [{ kind: 'user-changed', user: object.id, version: object.version }],
      at: object.lastModified,
    });
    if (outcome.kind === 'committed') return true;
    if (outcome.why === 'exists') {
      if (await isHeldByAnother(shared, directory, { rowKey: outcome.change.rowKey, id: object.id }))
        throw nameTaken();
      return false;
    }
    // A membership touches its member's row: then the user is still what `before` says.
    facts = await currentFacts(shared, directory, before);
  }
  throw busy();
}

/** Facts of the user's row, if the user is still the one of `before`. */
export async function currentFacts(
  shared: DirectoryTable,
  directory: DirectoryId,
  before: DirectoryUser,
): Promise<RowFacts | undefined> {
  const now = await shared.user(directory, before.id);
  return now?.object.version === before.version ? now.facts : undefined;
}

export async function isHeldByAnother(
  shared: DirectoryTable,
  directory: DirectoryId,
  held: { readonly rowKey: string; readonly id: string },
): Promise<boolean> {
  const row = await shared.row(directory, held.rowKey);
  return row !== undefined && NameRow.parse(row).id !== held.id;
}

const nameTaken = () => new Refusal('uniqueness', 'userName is held by another user of this directory.');
