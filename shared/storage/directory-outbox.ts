import { z } from 'zod';
import type { DirectoryChange, OutboxEntry } from '../directory/outbox.ts';
import { type DirectoryId, GroupId, type MemberRef, UserId } from '../model/ids.ts';
import { endOf, rowPrefix } from './directory-keys.ts';
import { rowSchema } from './directory-rows.ts';
import type { DirectoryTable } from './directory-table.ts';

/** Entries in the order of their keys; one row holds the entries of one transaction. */
export async function outbox(
  shared: DirectoryTable,
  directory: DirectoryId,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly OutboxEntry[]> {
  const prefix = rowPrefix.outbox;
  const entries: OutboxEntry[] = [];
  // The row of the last entry may hold more of them: it is read again.
  let from = prefix + (after?.split('.')[0] ?? '');
  let seen: string | undefined;
  while (entries.length < limit) {
    const page = { from, after: seen, to: endOf(prefix), limit: limit + 1 };
    const rows = await shared.range(directory, page);
    entries.push(...rows.flatMap(entriesOf).filter(({ key }) => after === undefined || key > after));
    if (rows.length <= limit) break;
    seen = rows.at(-1)?.rowKey;
    from = seen ?? from;
  }
  return entries.slice(0, limit);
}

function entriesOf(row: unknown): readonly OutboxEntry[] {
  const { rowKey, at, changes } = OutboxRow.parse(row);
  const key = rowKey.slice(rowPrefix.outbox.length);
  return Changes.parse(JSON.parse(changes)).map((change, place) => ({ key: `${key}.${place}`, at, change }));
}

const OutboxRow = z.looseObject({
  schema: z.literal(rowSchema),
  rowKey: z.string(),
  at: z.string(),
  changes: z.string(),
});

const Member: z.ZodType<MemberRef> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), id: UserId }),
  z.object({ kind: z.literal('group'), id: GroupId }),
]);

const count = z.int().nonnegative();
export const Request = z.object({ id: z.string(), adds: count, removes: count, before: count.optional() });

const version = z.int().positive();
const Changes: z.ZodType<readonly DirectoryChange[]> = z.array(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.enum(['user-created', 'user-changed', 'user-deleted']), user: UserId, version }),
    z.object({ kind: z.enum(['group-created', 'group-changed', 'group-deleted']), group: GroupId, version }),
    z.object({
      kind: z.literal('members-changed'),
      group: GroupId,
      added: z.array(Member),
      removed: z.array(Member),
      request: Request.optional(),
    }),
  ]),
);
