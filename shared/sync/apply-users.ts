import type { DecidedItems } from './decided-items.ts';
import type { UserEntry } from './graph-port.ts';
import type { NestedDirectoryStore, NestedUser, NestedWrite, OutReason, Standing } from './nested-store.ts';
import { livedOn, renewedBy, saidLast, told } from './object-changes.ts';
import type { JournalPart } from './round-records.ts';
import type { SyncRun } from './run-records.ts';
import { sameJson, toUserAttributes } from './user-mapping.ts';

export type UserItem = Extract<JournalPart, { kind: 'users' }>['items'][number];

/**
 * Rows that a page of users comes to, with what was decided about those whose turn it is. Where nothing was stored before, a row
 * that is new in all it says is written unread; whoever is named again has his row read.
 */
export async function userPageWrites(
  store: NestedDirectoryStore,
  run: SyncRun,
  { items, decided }: { readonly items: readonly UserEntry[]; readonly decided: DecidedItems<UserItem> },
): Promise<readonly NestedWrite[]> {
  const said = saidLast(items);
  const ids = [...new Set(items.map(({ id }) => id))];
  const isBlank = run.plan?.layout?.isBlank === true;
  const rows = new Map(isBlank ? [] : await storedUsers(store, run, ids));
  const taken = await decided.take(ids.filter((id) => said.has(id) || rows.has(id)));
  const others = isBlank ? ids.filter((id) => said.has(id) && !taken.has(id)) : [];
  for (const [id, row] of await storedUsers(store, run, others)) rows.set(id, row);
  return ids.flatMap((id) =>
    userWrites(run, { id, before: rows.get(id), fields: said.get(id), item: taken.get(id) }),
  );
}

/** Rows that decisions come to which did not go with a page. */
export async function userItemWrites(
  store: NestedDirectoryStore,
  run: SyncRun,
  items: readonly UserItem[],
): Promise<readonly NestedWrite[]> {
  const ids = items.map(({ id }) => id);
  const rows = new Map(await storedUsers(store, run, ids));
  return items.flatMap((item) => userWrites(run, { id: item.id, before: rows.get(item.id), item }));
}

const storedUsers = async (store: NestedDirectoryStore, run: SyncRun, ids: readonly UserEntry['id'][]) =>
  ids.length === 0 ? [] : (await store.users(run.directory, ids)).map((row) => [row.id, row] as const);

interface UserChange {
  readonly id: UserEntry['id'];
  readonly before: NestedUser | undefined;
  readonly fields?: Parameters<typeof renewedBy>[1] | undefined;
  readonly item?: UserItem | undefined;
}

function userWrites(run: SyncRun, { id, before, fields, item }: UserChange): readonly NestedWrite[] {
  const renewed = renewedBy(before, fields, (all) => toUserAttributes(id, all));
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

const newUser = (id: UserEntry['id'], run: SyncRun): NestedUser => ({
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
