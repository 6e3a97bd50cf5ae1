import { z } from 'zod';
import type { MembersRequest } from '../directory/outbox.ts';
import { DirectoryId, GroupId } from '../model/ids.ts';
import type { RowChange } from './batch.ts';
import { journalKey } from './directory-keys.ts';
import { Request } from './directory-outbox.ts';
import { rowSchema } from './directory-rows.ts';
import { type MemberChange, memberOfKey } from './membership-rows.ts';
import { packIds, unpackIds } from './packed-ids.ts';

/**
 * What is left of a write that needs more than one transaction. The first one inserts it, the last one deletes it,
 * and whoever finds it in between carries the write to its end.
 */
export type Journal = MembersJournal | DeletionJournal;

export interface MembersJournal {
  readonly kind: 'members';
  readonly rowKey: string;
  /** Undefined when it has to be read first. */
  readonly etag: string | undefined;
  readonly group: GroupId;
  readonly at: string;
  readonly changes: readonly MemberChange[];
  /** Changes already made, from the first. */
  readonly done: number;
  /** After the changes, every membership as old as this stamp goes that is not among the added; empty for none. */
  readonly clear: string;
  /** What the entries of the outbox say of the whole change. */
  readonly request?: MembersRequest | undefined;
}

export interface DeletionJournal {
  readonly kind: 'deletion';
  readonly rowKey: string;
  /** The user or group whose row is gone already. */
  readonly subject: string;
  readonly at: string;
}

/** A journal row for what is left; `stamp` makes its key. */
export function membersJournal(
  stamp: string,
  left: Pick<MembersJournal, 'group' | 'at' | 'changes' | 'clear' | 'request'>,
): { readonly journal: MembersJournal; readonly change: RowChange } {
  const rowKey = journalKey(stamp);
  const ordered = [
    ...left.changes.filter(({ kind }) => kind === 'add'),
    ...left.changes.filter(({ kind }) => kind === 'remove'),
  ];
  const ids = ordered.map(({ member }) => member.id as string);
  const row = {
    schema: rowSchema,
    kind: 'members',
    group: left.group,
    at: left.at,
    clear: left.clear,
    adds: ordered.filter(({ kind }) => kind === 'add').length,
    total: ids.length,
    done: 0,
    request: JSON.stringify(left.request ?? null),
    ...packIds(ids),
  };
  const journal = { ...left, kind: 'members', rowKey, etag: undefined, changes: ordered, done: 0 } as const;
  return { journal, change: { action: 'insert', rowKey, row } };
}

export function deletionJournal(stamp: string, left: Pick<DeletionJournal, 'subject' | 'at'>) {
  const rowKey = journalKey(stamp);
  const row = { schema: rowSchema, kind: 'deletion', subject: left.subject, at: left.at };
  const journal: DeletionJournal = { ...left, kind: 'deletion', rowKey };
  return { journal, change: { action: 'insert', rowKey, row } satisfies RowChange };
}

export function parseJournalRow(row: unknown): Journal {
  const parsed = JournalRow.parse(row);
  const { rowKey, at } = parsed;
  if (parsed.kind === 'deletion') return { kind: 'deletion', rowKey, subject: parsed.subject, at };
  const changes = unpackIds(parsed, parsed.total).map(
    (id, place): MemberChange => ({ kind: place < parsed.adds ? 'add' : 'remove', member: memberOfKey(id) }),
  );
  const { etag, group, done, clear } = parsed;
  const request = Request.nullable().parse(JSON.parse(parsed.request)) ?? undefined;
  return { kind: 'members', rowKey, etag, group, at, changes, done, clear, request };
}

const common = {
  partitionKey: DirectoryId,
  rowKey: z.string(),
  etag: z.string(),
  schema: z.literal(rowSchema),
};
const JournalRow = z.discriminatedUnion('kind', [
  z.looseObject({
    ...common,
    kind: z.literal('members'),
    group: GroupId,
    at: z.string(),
    clear: z.string(),
    adds: z.int().nonnegative(),
    total: z.int().nonnegative(),
    done: z.int().nonnegative(),
    request: z.string().default('null'),
  }),
  z.looseObject({ ...common, kind: z.literal('deletion'), subject: z.string(), at: z.string() }),
]);
