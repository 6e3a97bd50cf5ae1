import type { NestedDirectoryStore, NestedUser, NestedWrite, OutReason, Standing } from './nested-store.ts';
import { livedOn, renewedBy, told } from './object-changes.ts';
import type { ObjectChange, ObjectRows } from './page-writes.ts';
import type { JournalPart } from './round-records.ts';
import type { SyncRun } from './run-records.ts';
import { sameJson, toUserAttributes } from './user-mapping.ts';

export type UserItem = Extract<JournalPart, { kind: 'users' }>['items'][number];

/** How a page or a decision becomes rows of users. */
export const userRows = (
  store: NestedDirectoryStore,
  run: SyncRun,
): ObjectRows<UserItem['id'], NestedUser, UserItem> => ({
  stored: (ids) => store.users(run.directory, ids),
  writes: (change) => userWrites(run, change),
});

function userWrites(
  run: SyncRun,
  { id, before, fields, item }: ObjectChange<UserItem['id'], NestedUser, UserItem>,
): readonly NestedWrite[] {
  const renewed = renewedBy(before, { said: fields, life: item?.life }, (all) => toUserAttributes(id, all));
  if (before === undefined && renewed === undefined) return [];
  const known = before ?? newUser(id, run);
  const decided = item === undefined ? {} : { ...livedOn(known, item.life, run), standing: standingOf(item) };
  const user: NestedUser = {
    ...known,
    ...renewed,
    ...decided,
    version: known.version + 1,
    lastModified: run.startedAt,
  };
  const isMoved = known.life !== user.life || !sameJson({ ...known.standing }, { ...user.standing });
  if (renewed === undefined && !isMoved) return [];
  const { version } = user;
  const kind = user.standing.inScope ? 'user-created' : 'user-deleted';
  if (known.standing.inScope !== user.standing.inScope)
    return [told(run, { kind, user: id, version }), { kind: 'user', user }];
  const isSeen = user.standing.inScope && !sameJson(known.attributes, user.attributes);
  return [
    ...(isSeen ? [told(run, { kind: 'user-changed', user: id, version })] : []),
    { kind: 'user', user },
  ];
}

const newUser = (id: UserItem['id'], run: SyncRun): NestedUser => ({
  id,
  version: 0,
  created: run.startedAt,
  lastModified: run.startedAt,
  life: 'live',
  lifeSince: '',
  standing: { counts: false, inScope: false },
  fields: {},
  attributes: {},
});

function standingOf({ counts, inScope, reason }: UserItem): Standing {
  return { counts, inScope, ...(reason === undefined ? {} : { reason: reason as OutReason }) };
}
