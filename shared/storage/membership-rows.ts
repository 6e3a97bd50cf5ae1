import type { GroupId, MemberRef } from '../model/ids.ts';
import { memberOf } from '../model/new-ids.ts';
import type { RowChange } from './batch.ts';
import { groupKey, memberKey, nestingKey, objectKey, reverseKey } from './directory-keys.ts';
import { rowSchema } from './directory-rows.ts';

/** One membership to be made or ended. */
export interface MemberChange {
  readonly kind: 'add' | 'remove';
  readonly member: MemberRef;
}

/**
 * Rows of one membership change. An added member's own row is merged blindly: a member that is not there, or goes at the same moment,
 * makes the transaction fail, so nothing has to be looked up first and no membership can outlive its ends.
 */
export function membershipRows(group: GroupId, change: MemberChange, stamp: string): readonly RowChange[] {
  const { member } = change;
  const keys = membershipKeys(group, member);
  if (change.kind === 'remove') return keys.map((rowKey) => ({ action: 'delete', rowKey }));
  const rows = keys.map((rowKey) => ({
    action: 'insert' as const,
    rowKey,
    row: { schema: rowSchema, at: stamp },
  }));
  // The group's own row is in every membership transaction already, and a row may be there once only.
  if (member.id === (group as string)) return rows;
  return [...rows, { action: 'merge', rowKey: objectKey(member), row: { touched: stamp } }];
}

export const rowsPerChange = (change: MemberChange) =>
  (change.member.kind === 'group' ? 3 : 2) + (change.kind === 'add' ? 1 : 0);

export const membershipKeys = (group: GroupId, member: MemberRef): readonly string[] => [
  memberKey(group, member.id),
  reverseKey(member.id, group),
  ...(member.kind === 'group' ? [nestingKey(group, member.id)] : []),
];

/** What a membership does to its group's row: blindly, so that parallel adds never contend. */
export const touchedGroup = (
  group: GroupId,
  touch: { readonly stamp: string; readonly at: string; readonly pending?: string },
): RowChange => ({
  action: 'merge',
  rowKey: groupKey(group),
  row: {
    stamp: touch.stamp,
    modified: touch.at,
    ...(touch.pending === undefined ? {} : { pending: touch.pending }),
  },
});

/** The member an id of a stored membership names. */
export function memberOfKey(id: string): MemberRef {
  const member = memberOf(id);
  if (member === undefined) throw new Error(`no member id: ${id}`);
  return member;
}

/** As many changes from `start` as fit into the rows of a transaction, at most `changesMax`. */
export function fitting(
  changes: readonly MemberChange[],
  room: { readonly start: number; readonly rows: number; readonly changesMax: number },
): readonly MemberChange[] {
  let left = room.rows;
  let end = room.start;
  for (; end < changes.length && end - room.start < room.changesMax; end++) {
    const change = changes[end];
    if (change === undefined || rowsPerChange(change) > left) break;
    left -= rowsPerChange(change);
  }
  return changes.slice(room.start, end);
}
