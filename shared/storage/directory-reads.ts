import type {
  GroupIndex,
  KeysetPage,
  MemberPage,
  ObjectPage,
  PositionWalk,
  UserIndex,
} from '../directory/directory-store.ts';
import type { Membership } from '../model/directory-object.ts';
import { type DirectoryId, GroupId, type MemberRef, UserId } from '../model/ids.ts';
import {
  displayNameKey,
  emailKey,
  endOf,
  externalIdKey,
  lastPart,
  memberKey,
  rowPrefix,
  userNameKey,
} from './directory-keys.ts';
import { CounterRow, NameRow, parseGroupRow, parseUserRow, type ReadObject } from './directory-rows.ts';
import type { DirectoryTable, RangeRow } from './directory-table.ts';
import { memberOfKey } from './membership-rows.ts';
import { sideBySide } from './side-by-side.ts';

const all = Number.POSITIVE_INFINITY;

export async function usersBy(
  shared: DirectoryTable,
  directory: DirectoryId,
  { index, key }: { readonly index: UserIndex; readonly key: string },
) {
  const prefix = {
    userName: userNameKey(key),
    externalId: externalIdKey('user', key, ''),
    email: emailKey(key, ''),
  };
  const ids = await indexedIds(shared, directory, { rowKey: prefix[index], isUnique: index === 'userName' });
  const users = await sideBySide(ids, (id) => shared.user(directory, UserId.parse(id)));
  return current(users, prefix[index]);
}

export async function groupsBy(
  shared: DirectoryTable,
  directory: DirectoryId,
  { index, key }: { readonly index: GroupIndex; readonly key: string },
) {
  const prefix = { displayName: displayNameKey(key), externalId: externalIdKey('group', key, '') };
  const ids = await indexedIds(shared, directory, {
    rowKey: prefix[index],
    isUnique: index === 'displayName',
  });
  const groups = await sideBySide(ids, (id) => shared.group(directory, GroupId.parse(id)));
  return current(groups, prefix[index]);
}

/** An object may have changed between the index and its row: only those that still hold the key are the answer. */
const current = <T>(found: readonly (ReadObject<T> | undefined)[], key: string): readonly T[] =>
  found.flatMap((read) => (read?.facts.index.some((row) => row.startsWith(key)) ? [read.object] : []));

async function indexedIds(
  shared: DirectoryTable,
  directory: DirectoryId,
  { rowKey, isUnique }: { readonly rowKey: string; readonly isUnique: boolean },
): Promise<readonly string[]> {
  if (isUnique) {
    const row = await shared.row(directory, rowKey);
    return row ? [NameRow.parse(row).id] : [];
  }
  const range = { from: rowKey, to: endOf(rowKey), limit: all, keysOnly: true };
  return (await shared.range(directory, range)).map((row) => lastPart(row.rowKey));
}

/** Where objects of a kind are read in an order: by their own rows, or by the rows of their unique names. */
interface Listing<T> {
  readonly prefix: string;
  readonly isByName: boolean;
  readonly parse: (row: unknown) => ReadObject<T>;
  readonly byId: (id: string) => Promise<ReadObject<T> | undefined>;
}

export const userListing = (shared: DirectoryTable, directory: DirectoryId, order: string) => ({
  prefix: order === 'id' ? rowPrefix.user : rowPrefix.userName,
  isByName: order !== 'id',
  parse: parseUserRow,
  byId: (id: string) => shared.user(directory, UserId.parse(id)),
});

export const groupListing = (shared: DirectoryTable, directory: DirectoryId, order: string) => ({
  prefix: order === 'id' ? rowPrefix.group : rowPrefix.displayName,
  isByName: order !== 'id',
  parse: parseGroupRow,
  byId: (id: string) => shared.group(directory, GroupId.parse(id)),
});

export async function objectPage<T extends object>(
  shared: DirectoryTable,
  directory: DirectoryId,
  { listing, page }: { readonly listing: Listing<T>; readonly page: KeysetPage<string> },
): Promise<ObjectPage<T>> {
  const { prefix } = listing;
  const { rows, more } = page.backwards
    ? await rowsBefore(shared, directory, { prefix, page })
    : await rowsAfter(shared, directory, { prefix, page });
  const items = await sideBySide(rows, async (row) => {
    const position = row.rowKey.slice(prefix.length);
    if (!listing.isByName) return { position, object: shared.remembered(listing.parse(row)).object };
    const read = await listing.byId(NameRow.parse(row).id);
    return read?.facts.index.includes(row.rowKey) ? { position, object: read.object } : undefined;
  });
  return { items: items.flatMap((item) => item ?? []), more };
}

interface PageRows {
  readonly prefix: string;
  readonly page: KeysetPage<string>;
}

async function rowsAfter(shared: DirectoryTable, directory: DirectoryId, { prefix, page }: PageRows) {
  const after = page.after === undefined ? undefined : prefix + page.after;
  const range = { from: prefix, after, to: endOf(prefix), limit: page.limit + 1 };
  const rows = await shared.range(directory, range);
  return { rows: rows.slice(0, page.limit), more: rows.length > page.limit };
}

/** Tables have no reverse order: the keys before the position are walked, and the last of them are read. */
async function rowsBefore(shared: DirectoryTable, directory: DirectoryId, { prefix, page }: PageRows) {
  const to = page.after === undefined ? endOf(prefix) : prefix + page.after;
  const keys = await shared.range(directory, { from: prefix, to, limit: all, keysOnly: true });
  const [first] = page.limit === 0 ? [] : keys.slice(-page.limit);
  const rows: readonly RangeRow[] =
    first === undefined ? [] : await shared.range(directory, { from: first.rowKey, to, limit: page.limit });
  return { rows: rows.toReversed(), more: keys.length > page.limit };
}

export async function positionAt(
  shared: DirectoryTable,
  directory: DirectoryId,
  { kind, order, from, offset }: PositionWalk,
): Promise<string | undefined> {
  const { prefix } = (kind === 'user' ? userListing : groupListing)(shared, directory, order);
  const start = from !== undefined && from.offset <= offset ? from : undefined;
  if (start?.offset === offset) return start.position;
  const steps = start === undefined ? offset + 1 : offset - start.offset;
  const after = start && prefix + start.position;
  const keys = await shared.range(directory, {
    from: prefix,
    after,
    to: endOf(prefix),
    limit: steps,
    keysOnly: true,
  });
  return keys.length < steps ? undefined : keys.at(-1)?.rowKey.slice(prefix.length);
}

export async function counts(shared: DirectoryTable, directory: DirectoryId) {
  const prefix = rowPrefix.counter;
  const rows = await shared.range(directory, { from: prefix, to: endOf(prefix), limit: all });
  const sum = (kind: string) =>
    rows
      .map((row) => CounterRow.parse(row))
      .filter(({ rowKey }) => rowKey.startsWith(`${prefix}${kind}|`))
      .reduce((total, { count }) => total + count, 0);
  return { users: sum('user'), groups: sum('group') };
}

export async function members(
  shared: DirectoryTable,
  directory: DirectoryId,
  {
    group,
    after,
    limit,
  }: { readonly group: GroupId; readonly after?: string | undefined; readonly limit: number },
): Promise<MemberPage> {
  const prefix = `${rowPrefix.member}${group}|`;
  const start = after === undefined ? undefined : prefix + after;
  const range = { from: prefix, after: start, to: endOf(prefix), limit: limit + 1, keysOnly: true };
  const rows = await shared.range(directory, range);
  const found = rows.slice(0, limit).map((row) => memberOfKey(lastPart(row.rowKey)));
  const last = found.at(-1);
  return rows.length > limit && last ? { members: found, next: last.id } : { members: found };
}

export async function membersAmong(
  shared: DirectoryTable,
  directory: DirectoryId,
  { group, asked }: { readonly group: GroupId; readonly asked: readonly MemberRef[] },
): Promise<readonly MemberRef[]> {
  const rows = await sideBySide(asked, ({ id }) => shared.row(directory, memberKey(group, id)));
  return asked.filter((_, place) => rows[place] !== undefined);
}

export async function groupsOf(shared: DirectoryTable, directory: DirectoryId, member: MemberRef) {
  const prefix = `${rowPrefix.reverse}${member.id}|`;
  const rows = await shared.range(directory, { from: prefix, to: endOf(prefix), limit: all, keysOnly: true });
  return rows.map((row) => GroupId.parse(lastPart(row.rowKey)));
}

export async function nestingEdges(
  shared: DirectoryTable,
  directory: DirectoryId,
): Promise<readonly Membership[]> {
  const prefix = rowPrefix.nesting;
  const rows = await shared.range(directory, { from: prefix, to: endOf(prefix), limit: all, keysOnly: true });
  return rows.map(({ rowKey }) => {
    const [group, member] = rowKey.slice(prefix.length).split('|');
    return { group: GroupId.parse(group), member: { kind: 'group', id: GroupId.parse(member) } };
  });
}
