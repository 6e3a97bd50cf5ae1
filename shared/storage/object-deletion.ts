import type { DirectoryChange } from '../directory/outbox.ts';
import type { DirectoryId, GroupId, MemberRef } from '../model/ids.ts';
import { GroupId as GroupIdSchema } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { RowChange } from './batch.ts';
import { endOf, groupKey, lastPart, memberKey, objectKey, rowPrefix } from './directory-keys.ts';
import type { RowFacts } from './directory-rows.ts';
import type { DirectoryTable } from './directory-table.ts';
import { busy, counterRows, outboxRows, write } from './directory-writing.ts';
import { type DeletionJournal, deletionJournal } from './journal.ts';
import { memberOfKey, membershipKeys, touchedGroup } from './membership-rows.ts';

export interface Deletion {
  readonly subject: MemberRef;
  readonly change: DirectoryChange;
  readonly at: string;
  /** Facts of the subject's row while it is still the one to delete. */
  readonly current: () => Promise<RowFacts | undefined>;
}

/** Lost races after which the memberships are left to the journal, so that adds in a stream cannot hold a deletion off. */
const patientAttempts = 3;

/**
 * Deletes a user or group with its index rows and memberships; false when it is not current any more.
 * Its row is deleted on condition, and each membership touches it: so what was listed before is all there is.
 */
export async function deleteObject(
  shared: DirectoryTable,
  directory: DirectoryId,
  { deletion, facts: known }: { readonly deletion: Deletion; readonly facts: RowFacts | undefined },
): Promise<boolean> {
  const gone = new Set<string>();
  let facts = known ?? (await deletion.current());
  for (let attempt = 1; attempt <= limits.writeAttemptsMax; attempt++) {
    if (facts === undefined) return false;
    const isListed = attempt <= patientAttempts;
    const plan = await planned(shared, directory, { deletion, facts, gone, isListed });
    const outcome = await write(shared, directory, plan);
    if (outcome.kind === 'committed') return await finished(shared, directory, plan.left);
    noteGone(gone, outcome.change);
    facts = await deletion.current();
  }
  throw busy();
}

/** The first transaction of a deletion, with as many ends of memberships as fit, and a journal for what is left. */
async function planned(
  shared: DirectoryTable,
  directory: DirectoryId,
  how: {
    readonly deletion: Deletion;
    readonly facts: RowFacts;
    readonly gone: ReadonlySet<string>;
    readonly isListed: boolean;
  },
) {
  const { deletion, facts, gone, isListed } = how;
  const { subject, change, at } = deletion;
  const rows = limits.transactionRowsMax - (1 + facts.index.length + 1 + outboxRows + counterRows);
  const ends = isListed ? await endsOf(shared, directory, { subject, rows, gone }) : unlisted;
  const { journal, change: journalRow } = deletionJournal(shared.stamp(), { subject: subject.id, at });
  const own: readonly RowChange[] = [
    { action: 'delete', rowKey: objectKey(subject), etag: facts.etag },
    ...facts.index.map((rowKey) => ({ action: 'delete' as const, rowKey })),
  ];
  const ending = endingRows(shared, ends.pairs, { subject, at, gone });
  return {
    rows: [...own, ...ending, ...(ends.isAll ? [] : [journalRow])],
    count: { kind: subject.kind, by: -1 } as const,
    changes: [change],
    at,
    left: ends.isAll ? undefined : journal,
  };
}

async function finished(shared: DirectoryTable, directory: DirectoryId, left: DeletionJournal | undefined) {
  if (left) await completeDeletion(shared, directory, left);
  return true;
}

/** A group without a row is being deleted too: its membership ends all the same, and there is nothing to touch. */
function noteGone(gone: Set<string>, refused: RowChange): void {
  if (refused.action === 'merge') gone.add(refused.rowKey);
}

/** Ends the memberships that a deleted user or group still has. */
export async function completeDeletion(
  shared: DirectoryTable,
  directory: DirectoryId,
  journal: DeletionJournal,
): Promise<void> {
  const gone = new Set<string>();
  let failures = 0;
  for (;;) {
    const { isEnd, refused } = await endSome(shared, directory, { journal, gone });
    if (isEnd) return;
    failures = refused ? failures + 1 : 0;
    if (failures > limits.transactionRowsMax) throw busy();
  }
}

async function endSome(
  shared: DirectoryTable,
  directory: DirectoryId,
  { journal, gone }: { readonly journal: DeletionJournal; readonly gone: Set<string> },
): Promise<{ readonly isEnd: boolean; readonly refused: boolean }> {
  const { at, rowKey } = journal;
  const subject = memberOfKey(journal.subject);
  const rows = limits.transactionRowsMax - 1 - outboxRows;
  const ends = await endsOf(shared, directory, { subject, rows, gone });
  const outcome = await write(shared, directory, {
    rows: [
      ...endingRows(shared, ends.pairs, { subject, at, gone }),
      ...(ends.isAll ? [{ action: 'delete' as const, rowKey }] : []),
    ],
    changes: [],
    at,
  });
  if (outcome.kind === 'committed') return { isEnd: ends.isAll, refused: false };
  noteGone(gone, outcome.change);
  // Somebody else has carried it to its end.
  return { isEnd: outcome.change.rowKey === rowKey, refused: true };
}

interface MembershipEnd {
  readonly group: GroupId;
  readonly member: MemberRef;
}

const unlisted = { pairs: [], isAll: false };

/** Memberships of the subject, on either side, as many as their rows fit; `gone` are groups without a row to touch. */
async function endsOf(
  shared: DirectoryTable,
  directory: DirectoryId,
  about: { readonly subject: MemberRef; readonly rows: number; readonly gone: ReadonlySet<string> },
): Promise<{ readonly pairs: readonly MembershipEnd[]; readonly isAll: boolean }> {
  const { subject } = about;
  const changesMax = limits.memberChangesPerTransaction;
  const listed = async (prefix: string) =>
    (
      await shared.range(directory, {
        from: prefix,
        to: endOf(prefix),
        limit: changesMax + 1,
        keysOnly: true,
      })
    ).map((row) => lastPart(row.rowKey));
  const [groups, members] = await Promise.all([
    listed(`${rowPrefix.reverse}${subject.id}|`),
    subject.kind === 'group' ? listed(`${rowPrefix.member}${subject.id}|`) : [],
  ]);
  const pairs = new Map<string, MembershipEnd>();
  for (const group of groups) {
    const end = { group: GroupIdSchema.parse(group), member: subject };
    pairs.set(memberKey(end.group, subject.id), end);
  }
  if (subject.kind === 'group') {
    for (const member of members) {
      pairs.set(memberKey(subject.id, member), { group: subject.id, member: memberOfKey(member) });
    }
  }
  return within([...pairs.values()], about.rows, changesMax);
}

function within(pairs: readonly MembershipEnd[], rows: number, changesMax: number) {
  let left = rows;
  const taken: MembershipEnd[] = [];
  for (const pair of pairs) {
    left -= membershipKeys(pair.group, pair.member).length + 1;
    if (left < 0 || taken.length === changesMax) return { pairs: taken, isAll: false };
    taken.push(pair);
  }
  return { pairs: taken, isAll: true };
}

function endingRows(
  shared: DirectoryTable,
  pairs: readonly MembershipEnd[],
  about: { readonly subject: MemberRef; readonly at: string; readonly gone: ReadonlySet<string> },
): readonly RowChange[] {
  const stamp = shared.stamp();
  const keys = pairs.flatMap(({ group, member }) => membershipKeys(group, member));
  const touched = new Set(
    pairs.map(({ group }) => group).filter((group) => group !== (about.subject.id as string)),
  );
  return [
    ...[...touched]
      .filter((group) => !about.gone.has(groupKey(group)))
      .map((group) => touchedGroup(group, { stamp, at: about.at })),
    ...keys.map((rowKey) => ({ action: 'delete' as const, rowKey })),
  ];
}
