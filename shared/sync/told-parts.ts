import type { DiffSet } from '../nesting/diff-sets.ts';
import type { DeriveSources } from './derive-sources.ts';
import type { LimitedChange } from './held-groups.ts';
import { partsBySize } from './parts-by-size.ts';
import { groupIdOf } from './round-ids.ts';
import type { JournalPart, NestedOutboxEntry } from './round-records.ts';
import type { SyncRun } from './run-records.ts';

/** Kept ids of one row of the store. */
const keptPerPart = 40_000;

export function* heldParts({ round }: DeriveSources, limited: LimitedChange): Iterable<JournalPart> {
  for (const { group: number, kept } of limited.groups) {
    const group = groupIdOf(round.groupIds, number);
    const of = Math.max(1, Math.ceil((kept?.length ?? 0) / keptPerPart));
    for (let place = 0; place < of; place++) {
      const some = kept?.subarray(place * keptPerPart, (place + 1) * keptPerPart);
      yield {
        ...{ kind: 'held', group },
        ...(some && { members: round.memberIds.pack(some) }),
        ...(of > 1 ? { slice: { place, of } } : {}),
      };
    }
  }
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
  for (const some of partsBySize(entries, entriesPerPart, sizeOf)) yield { kind: 'entries', entries: some };
}

const entriesPerPart = 400;

function sizeOf({ change }: NestedOutboxEntry): number {
  if (change.kind !== 'effective-members-changed') return 0;
  return change.groups.length + change.added.length + change.removed.length;
}

export const everything = (run: SyncRun): readonly JournalPart[] => [
  {
    kind: 'outbox',
    entry: { key: `${run.id}/everything`, at: run.startedAt, change: { kind: 'everything-changed' } },
  },
];
