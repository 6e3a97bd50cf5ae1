import type { DirectoryId } from '../../model/ids.ts';
import type { NestedWrite } from '../../sync/nested-store.ts';
import type { RowChange } from '../batch.ts';
import { rowSchema } from '../directory-rows.ts';
import { sideBySide } from '../side-by-side.ts';
import { knowingRow } from './assigned-rows.ts';
import {
  factsKey,
  groupRowKey,
  heldOf,
  journalPartKey,
  outboxRowKey,
  reverseRowKey,
  runKey,
  stagedKey,
  stateKey,
  userRowKey,
} from './nested-keys.ts';
import { nestedGroupRow, nestedUserRow } from './nested-rows.ts';
import type { NestedTable } from './nested-table.ts';
import { packValue } from './packed-value.ts';
import { type MembersWrite, memberRows, upsert } from './planned-members.ts';
import { idCount, withChanges } from './sorted-ids.ts';
import { partsRemoved, rowsOfIds, storedIds } from './spread-ids.ts';

/** Turns writes into rows, reading first what it must know. Repeating it is harmless: sets stay sets. */
export async function plannedRows(
  shared: NestedTable,
  directory: DirectoryId,
  writes: readonly NestedWrite[],
): Promise<readonly RowChange[]> {
  return (await rowsOfEach(shared, directory, writes)).flat();
}

/** The same, by write. */
export async function rowsOfEach(
  shared: NestedTable,
  directory: DirectoryId,
  writes: readonly NestedWrite[],
): Promise<readonly (readonly RowChange[])[]> {
  const ofGroups = Map.groupBy(writes.filter(isOfMembers), ({ group }) => group);
  return await sideBySide(writes, async (write) => {
    if (!isOfMembers(write)) return await rowsOf(shared, directory, write);
    // All of a group with its first one: they share a row of counts.
    const all = ofGroups.get(write.group) ?? [];
    return write === all[0] ? await memberRows(shared, directory, all) : [];
  });
}

const isOfMembers = (write: NestedWrite): write is MembersWrite => write.kind === 'members';

async function rowsOf(
  shared: NestedTable,
  directory: DirectoryId,
  write: Exclude<NestedWrite, MembersWrite>,
): Promise<readonly RowChange[]> {
  switch (write.kind) {
    case 'stage':
      return [upsert(stagedKey(write.key), { schema: rowSchema, ...packValue(write.page) })];
    case 'journal':
      return [
        upsert(journalPartKey(write.run, write.part), { schema: rowSchema, ...packValue(write.content) }),
      ];
    case 'user':
      return [upsert(userRowKey(write.user.id), nestedUserRow(write.user))];
    case 'group':
      return [upsert(groupRowKey(write.group.id), nestedGroupRow(write.group))];
    case 'forget':
      return await forgotten(shared, directory, write);
    case 'groups-of':
      return await reverseRows(shared, directory, write);
    case 'held-members':
      return await heldRows(shared, directory, write);
    case 'outbox':
      return [upsert(outboxRowKey(write.entry.key), { schema: rowSchema, ...packValue(write.entry) })];
    case 'checkpoint':
      return [upsert(runKey(write.run.id), knowingRow(write.run))];
    case 'state':
      return [upsert(stateKey, knowingRow(write.state))];
  }
}

type WriteOf<Kind extends NestedWrite['kind']> = Extract<NestedWrite, { readonly kind: Kind }>;

async function forgotten(shared: NestedTable, directory: DirectoryId, { what, id }: WriteOf<'forget'>) {
  const keys = what === 'user' ? [userRowKey(id)] : [groupRowKey(id), factsKey(id)];
  const rows = await sideBySide(keys, (key) => shared.row(directory, key));
  return keys.flatMap((rowKey, index): RowChange[] =>
    rows[index] === undefined ? [] : [{ action: 'delete', rowKey }],
  );
}

async function reverseRows(
  shared: NestedTable,
  directory: DirectoryId,
  write: WriteOf<'groups-of'>,
): Promise<readonly RowChange[]> {
  const rowKey = reverseRowKey(write.member);
  const found = write.isFirst === true ? undefined : await shared.row(directory, rowKey);
  const before = await storedIds(shared, directory, found);
  const groups = withChanges(before.ids, write.added, write.removed);
  if (Buffer.compare(before.ids, groups) === 0) return [];
  if (idCount(groups) === 0) return [{ action: 'delete', rowKey }, ...partsRemoved(rowKey, before)];
  return rowsOfIds({ rowKey, name: 'groups', before, ids: groups, beside: {} });
}

async function heldRows(shared: NestedTable, directory: DirectoryId, write: WriteOf<'held-members'>) {
  const { group, members, slice = { place: 0, of: 1 } } = write;
  const keyOf = (place: number) => `${heldOf(group)}${String(place).padStart(4, '0')}`;
  const isLast = slice.place === slice.of - 1;
  const before = isLast ? await shared.rows(directory, heldOf(group), { select: ['schema'] }) : [];
  const end = members === undefined ? 0 : slice.of;
  const left = before.filter(({ rowKey }) => rowKey >= keyOf(end));
  const removed = left.map(({ rowKey }): RowChange => ({ action: 'delete', rowKey }));
  if (members === undefined) return removed;
  return [upsert(keyOf(slice.place), { schema: rowSchema, ...packValue({ ids: members }) }), ...removed];
}
