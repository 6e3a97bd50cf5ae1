import type { MembersRequest } from '../directory/outbox.ts';
import type { DirectoryId, GroupId, MemberRef } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { RowChange } from './batch.ts';
import { endOf, groupKey, lastPart, memberKey, objectKey, rowPrefix } from './directory-keys.ts';
import type { DirectoryTable } from './directory-table.ts';
import { outboxRows, write } from './directory-writing.ts';
import { type MembersJournal, parseJournalRow } from './journal.ts';
import { raceOf } from './lost-race.ts';
import { fitting, type MemberChange, memberOfKey, membershipRows, touchedGroup } from './membership-rows.ts';

export interface MembersTally {
  added: number;
  removed: number;
  readonly unknown: MemberRef[];
  /** The group's stamp after the last transaction, unless somebody else made that. */
  stamp?: string | undefined;
}

export const emptyTally = (): MembersTally => ({ added: 0, removed: 0, unknown: [] });

/**
 * Carries the membership change of a journal to its end, from wherever it stands, and adds to `tally` what it made.
 * Two may do so at once: each transaction moves the journal on only from where its writer saw it.
 */
export async function completeMembers(
  shared: DirectoryTable,
  directory: DirectoryId,
  { journal: found, tally }: { readonly journal: MembersJournal; readonly tally: MembersTally },
): Promise<void> {
  let journal: MembersJournal | undefined =
    found.etag === undefined ? await reread(shared, directory, found) : found;
  while (journal !== undefined) journal = await nextStep(shared, directory, { journal, tally });
}

/** One transaction further; undefined at the end. */
async function nextStep(
  shared: DirectoryTable,
  directory: DirectoryId,
  { journal, tally }: { readonly journal: MembersJournal; readonly tally: MembersTally },
): Promise<MembersJournal | undefined> {
  let { chunk, next } = await nextChunk(shared, directory, journal);
  for (let attempt = 1; attempt <= limits.writeAttemptsMax; attempt++) {
    const isLast = next === undefined;
    const stamp = shared.stamp();
    const ownRow = moved(journal, next);
    const outcome = await write(shared, directory, {
      rows: [
        ownRow,
        touchedGroup(journal.group, { stamp, at: journal.at, ...(isLast ? { pending: '' } : {}) }),
        ...chunk.flatMap((change) => membershipRows(journal.group, change, stamp)),
      ],
      changes: membersChanged(journal.group, chunk, journal.request),
      at: journal.at,
    });
    if (outcome.kind === 'committed') {
      count(tally, chunk);
      tally.stamp = stamp;
      return next && withTag(next, outcome.etags[0]);
    }
    tally.stamp = undefined;
    if (outcome.change === ownRow) return await reread(shared, directory, journal);
    if (outcome.change.rowKey === groupKey(journal.group)) return await dropped(shared, directory, journal);
    const settled = await stillOpen(shared, directory, { group: journal.group, changes: chunk });
    tally.unknown.push(...settled.unknown);
    chunk = settled.open;
    if (attempt === limits.writeAttemptsMax) throw raceOf(outcome);
  }
  return undefined;
}

const withTag = (journal: MembersJournal, etag: string | undefined): MembersJournal => ({ ...journal, etag });

/** Of `changes`, those that are still to be made, and the members that are not in the directory. */
export async function stillOpen(
  shared: DirectoryTable,
  directory: DirectoryId,
  { group, changes }: { readonly group: GroupId; readonly changes: readonly MemberChange[] },
): Promise<{ readonly open: readonly MemberChange[]; readonly unknown: readonly MemberRef[] }> {
  const states = await Promise.all(
    changes.map(async (change) => {
      const [membership, owner] = await Promise.all([
        shared.row(directory, memberKey(group, change.member.id)),
        change.kind === 'add' ? shared.row(directory, objectKey(change.member)) : undefined,
      ]);
      if (change.kind === 'remove') return membership ? 'open' : 'done';
      if (owner === undefined) return 'unknown';
      return membership ? 'done' : 'open';
    }),
  );
  return {
    open: changes.filter((_, place) => states[place] === 'open'),
    unknown: changes.filter((_, place) => states[place] === 'unknown').map(({ member }) => member),
  };
}

export const membersChanged = (
  group: GroupId,
  changes: readonly MemberChange[],
  request: MembersRequest | undefined,
) => {
  if (changes.length === 0) return [];
  const of = (kind: MemberChange['kind']) =>
    changes.filter((change) => change.kind === kind).map(({ member }) => member);
  const parts = { added: of('add'), removed: of('remove') };
  return [{ kind: 'members-changed' as const, group, ...parts, ...(request && { request }) }];
};

export function count(tally: MembersTally, changes: readonly MemberChange[]): void {
  for (const { kind } of changes) {
    if (kind === 'add') tally.added++;
    else tally.removed++;
  }
}

/** The changes of the next transaction and where the journal stands after it; undefined when it is at its end then. */
async function nextChunk(shared: DirectoryTable, directory: DirectoryId, journal: MembersJournal) {
  const { changes, done, clear } = journal;
  const rows = limits.transactionRowsMax - 2 - outboxRows;
  const changesMax = limits.memberChangesPerTransaction;
  const chunk = fitting(changes, { start: done, rows, changesMax });
  const after = done + chunk.length;
  if (chunk.length > 0) {
    const isEnd = after >= changes.length && clear === '';
    return { chunk, next: isEnd ? undefined : { ...journal, done: after } };
  }
  const old = await oldMembers(shared, directory, journal);
  const cleared = fitting(old.found, { start: 0, rows, changesMax });
  return { chunk: cleared, next: old.isEnd && cleared.length === old.found.length ? undefined : journal };
}

/** Memberships that a replacement has to end: as old as it, and none of its own. */
async function oldMembers(shared: DirectoryTable, directory: DirectoryId, journal: MembersJournal) {
  const kept = new Set(journal.changes.map(({ member }) => member.id as string));
  const prefix = `${rowPrefix.member}${journal.group}|`;
  const found: MemberChange[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await shared.range(directory, { from: prefix, after, to: endOf(prefix), limit: 1000 });
    for (const row of page) {
      const id = lastPart(row.rowKey);
      if (!kept.has(id) && String(row['at']) <= journal.clear)
        found.push({ kind: 'remove', member: memberOfKey(id) });
    }
    after = page.at(-1)?.rowKey;
    if (page.length < 1000) return { found, isEnd: true };
    if (found.length >= limits.memberChangesPerTransaction) return { found, isEnd: false };
  }
}

function moved(journal: MembersJournal, next: MembersJournal | undefined): RowChange {
  const { rowKey, etag } = journal;
  return next === undefined
    ? { action: 'delete', rowKey, etag }
    : { action: 'merge', rowKey, etag, row: { done: next.done } };
}

/** The group went meanwhile, and its memberships with it: nothing is left to do. */
async function dropped(shared: DirectoryTable, directory: DirectoryId, { rowKey, at }: MembersJournal) {
  await write(shared, directory, { rows: [{ action: 'delete', rowKey }], changes: [], at });
  return undefined;
}

async function reread(
  shared: DirectoryTable,
  directory: DirectoryId,
  { rowKey }: { readonly rowKey: string },
) {
  const row = await shared.row(directory, rowKey);
  const journal = row && parseJournalRow(row);
  return journal?.kind === 'members' ? journal : undefined;
}
