import type { MembersChange } from '../directory/directory-store.ts';
import type { DirectoryId, GroupId } from '../model/ids.ts';
import { endOf, lastPart, rowPrefix } from './directory-keys.ts';
import type { DirectoryTable } from './directory-table.ts';
import { type MemberChange, memberOfKey } from './membership-rows.ts';
import { packedIdsMax } from './packed-ids.ts';

/** A membership change as single adds and removes; `clear` is a stamp when there are more removes than a journal lists. */
export interface WantedChanges {
  readonly changes: readonly MemberChange[];
  readonly clear: string;
  /** Memberships that `clear` is to end. */
  readonly clears: number;
  /** Members that there are, when they were read. */
  readonly before: number | undefined;
}

/** A replacement is the difference to what is stored now; it reads the members once. */
export async function wantedChanges(
  shared: DirectoryTable,
  directory: DirectoryId,
  { group, change }: { readonly group: GroupId; readonly change: MembersChange },
): Promise<WantedChanges> {
  const adds = change.add.map((member): MemberChange => ({ kind: 'add', member }));
  if (!change.replace) {
    return {
      changes: [...adds, ...change.remove.map((member): MemberChange => ({ kind: 'remove', member }))],
      ...{ clear: '', clears: 0, before: change.before },
    };
  }
  const prefix = `${rowPrefix.member}${group}|`;
  const limit = Number.POSITIVE_INFINITY;
  const rows = await shared.range(directory, { from: prefix, to: endOf(prefix), limit, keysOnly: true });
  const present = new Set(rows.map((row) => lastPart(row.rowKey)));
  const wanted = new Set(change.add.map(({ id }) => id as string));
  const removes = [...present]
    .filter((id) => !wanted.has(id))
    .map((id): MemberChange => ({ kind: 'remove', member: memberOfKey(id) }));
  const before = present.size;
  if (adds.length + removes.length > packedIdsMax) {
    return { changes: adds, clear: shared.stamp(), clears: removes.length, before };
  }
  const changes = [...adds.filter(({ member }) => !present.has(member.id)), ...removes];
  return { changes, clear: '', clears: 0, before };
}
