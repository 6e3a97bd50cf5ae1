import { unpackGuids } from '../nesting/guid.ts';
import { newTrail } from './endless-round.ts';
import type { JournalPart } from './round-records.ts';
import type { PlanCounts, StreamCursor, SyncRun } from './run-records.ts';

/**
 * An approved run reads on from where it was held, so that what is applied is what the tenant says now: pages are added to
 * those it has, and all of it is decided again.
 */
export function lookingAgain({ asking: _, ...run }: SyncRun): SyncRun {
  return {
    ...run,
    phase: 'check',
    users: readOn(run.users),
    groups: readOn(run.groups),
    rereads: [],
    rereadsDone: 0,
    reread: { pages: 0 },
    rereadPages: {},
    attempts: 0,
  };
}

function readOn({ delta, ...cursor }: StreamCursor): StreamCursor {
  const { baseline, enumeratedPages = cursor.pages } = cursor;
  return {
    ...cursor,
    ...(delta === undefined ? {} : { next: delta }),
    ...(delta === undefined || !baseline ? {} : { enumeratedPages }),
    ...newTrail,
  };
}

/** Whether an approval still covers what is decided now: it is a day old at most, and the plan is nearly the same. */
export function isApproved(
  { approval }: SyncRun,
  { difference, now }: { readonly difference: number; readonly now: number },
): boolean {
  if (approval === undefined) return false;
  const age = now - Date.parse(approval.at);
  return age >= -clockSkewMilliseconds && age <= approvedForMilliseconds && difference <= differenceMax;
}

const approvedForMilliseconds = 24 * 60 * 60 * 1000;
/** Between two instances, each of which may be ten minutes off (F7): who approves on one is not asked for ever by the other. */
const clockSkewMilliseconds = 20 * 60 * 1000;
const differenceMax = 0.05;

/**
 * Statements that only one of two plans makes, as a share of those of the first; infinite when an edge between groups is among them, as
 * that moves everybody below it.
 */
export async function planDifference(
  shown: AsyncIterable<JournalPart>,
  fresh: Iterable<JournalPart>,
): Promise<number> {
  const made = new Set<string>();
  for await (const part of shown) for (const statement of statementsOf(part)) made.add(statement);
  const count = made.size;
  const only: string[] = [];
  for (const part of fresh) only.push(...statementsOf(part).filter((statement) => !made.delete(statement)));
  const differing = [...only, ...made];
  if (differing.some((statement) => statement.startsWith(nestingWord))) return Number.POSITIVE_INFINITY;
  return differing.length / Math.max(1, count);
}

/**
 * By how much two plans differ in effective memberships alone, as a share of those of the first: one edge between groups moves as
 * many of them as there are people below it.
 */
export const membershipsDifference = (shown: PlanCounts, fresh: PlanCounts): number =>
  (Math.abs(fresh.membershipsAdded - shown.membershipsAdded) +
    Math.abs(fresh.membershipsRemoved - shown.membershipsRemoved)) /
  Math.max(1, shown.membershipsAdded + shown.membershipsRemoved);

const nestingWord = 'nested: ';

/** What a person approves: who goes and comes where. The reverse of memberships says the same; what is told of them is compared by number. */
function statementsOf(part: JournalPart): readonly string[] {
  switch (part.kind) {
    case 'users':
    case 'groups':
      return part.items.map((item) => JSON.stringify(item));
    case 'members':
      return part.items.flatMap(({ group, type, added, removed }) => {
        const of = type === 'group' ? nestingWord + group : group;
        return [
          ...unpackGuids(added).map((member) => `${of} + ${member}`),
          ...unpackGuids(removed).map((member) => `${of} - ${member}`),
        ];
      });
    case 'held':
      return [`held ${part.group} ${part.members?.length ?? 0}`];
    case 'groups-of':
    case 'outbox':
    case 'entries':
      return [];
  }
}
