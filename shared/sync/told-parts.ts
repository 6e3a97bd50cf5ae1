import type { DiffSet } from '../nesting/diff-sets.ts';
import type { DeriveSources } from './derive-round.ts';
import { groupIdOf } from './fold-round.ts';
import type { LimitedChange } from './held-groups.ts';
import type { JournalPart } from './round-records.ts';
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
  const parts: JournalPart[] = [];
  for (const { groups, added, removed } of sets) {
    for (let group = 0; group < groups.length; group += idsPerEntry) {
      for (let start = 0; start < Math.max(added.length, removed.length); start += idsPerEntry / 2) {
        const end = start + idsPerEntry / 2;
        parts.push({
          kind: 'outbox',
          entry: {
            key: `${run.id}/members/${String(parts.length).padStart(8, '0')}`,
            at: run.startedAt,
            change: {
              kind: 'effective-members-changed',
              groups: round.groupIds.pack(groups.subarray(group, group + idsPerEntry)),
              added: round.memberIds.pack(added.subarray(start, end)),
              removed: round.memberIds.pack(removed.subarray(start, end)),
            },
          },
        });
      }
    }
  }
  return parts;
}

export const everything = (run: SyncRun): readonly JournalPart[] => [
  {
    kind: 'outbox',
    entry: { key: `${run.id}/everything`, at: run.startedAt, change: { kind: 'everything-changed' } },
  },
];
