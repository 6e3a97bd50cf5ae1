import type { DiffSet } from '../nesting/diff-sets.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { LimitedChange } from './held-groups.ts';
import { groupIdOf } from './round-ids.ts';
import type { JournalPart, NestedOutboxEntry } from './round-records.ts';
import type { SyncRun } from './run-records.ts';

export function heldParts({ round }: DeriveSources, limited: LimitedChange): readonly JournalPart[] {
  return limited.groups.map(({ group, kept }) => ({
    kind: 'held',
    group: groupIdOf(round.groupIds, group),
    ...(kept === undefined ? {} : { members: round.memberIds.pack(kept) }),
  }));
}

/** Ids of one outbox entry: what fits in a few properties of a row. */
const idsPerEntry = 12_000;

export function outboxOf({ run, round }: DeriveSources, sets: readonly DiffSet[]): readonly JournalPart[] {
  const entries: NestedOutboxEntry[] = [];
  for (const { groups, added, removed } of sets) {
    for (let group = 0; group < groups.length; group += idsPerEntry) {
      for (let start = 0; start < Math.max(added.length, removed.length); start += idsPerEntry / 2) {
        const end = start + idsPerEntry / 2;
        entries.push({
          key: `${run.id}/members/${String(entries.length).padStart(8, '0')}`,
          at: run.startedAt,
          change: {
            kind: 'effective-members-changed',
            groups: round.groupIds.pack(groups.subarray(group, group + idsPerEntry)),
            added: round.memberIds.pack(added.subarray(start, end)),
            removed: round.memberIds.pack(removed.subarray(start, end)),
          },
        });
      }
    }
  }
  return [...partsOfEntries(entries)];
}

/** Entries in their order, as many in a part as a row takes. */
function* partsOfEntries(entries: readonly NestedOutboxEntry[]): Iterable<JournalPart> {
  let part: NestedOutboxEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const { change } = entry;
    const size =
      change.kind === 'effective-members-changed'
        ? change.groups.length + change.added.length + change.removed.length
        : 0;
    if (part.length > 0 && (bytes + size > bytesPerPart || part.length === entriesPerPart)) {
      yield { kind: 'entries', entries: part };
      [part, bytes] = [[], 0];
    }
    part.push(entry);
    bytes += size;
  }
  if (part.length > 0) yield { kind: 'entries', entries: part };
}

/** Of a row of a mebibyte, with at most one entry that is as large as an entry can be. */
const bytesPerPart = 400_000;
const entriesPerPart = 400;

export const everything = (run: SyncRun): readonly JournalPart[] => [
  {
    kind: 'outbox',
    entry: { key: `${run.id}/everything`, at: run.startedAt, change: { kind: 'everything-changed' } },
  },
];
