import type { NestedGroup, StoredNesting } from '../../../shared/sync/nested-store.ts';
import type { GroupThreshold } from '../../../shared/sync/settings.ts';
import type { Told } from '../../support/sync/outbox-consumer.ts';
import type { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import type { BeforeRun } from './before-run.ts';

/** A group that is told of before a run and after it, how many members it lost, and how many it had. */
export interface GroupLoss {
  readonly group: string;
  readonly lost: number;
  readonly members: number;
}

export function groupLosses(
  { consumer }: SimulatedSync,
  { went }: Told,
  before: BeforeRun,
): readonly GroupLoss[] {
  const byGroup = Map.groupBy(
    went.filter((what) => what.startsWith('member ')),
    (what) => what.split(' ')[1] ?? '',
  );
  return [...byGroup].flatMap(([group, { length: lost }]) =>
    before.groups.has(group) && consumer.groups.has(group)
      ? [{ group, lost, members: membersOf(before.nesting, group) }]
      : [],
  );
}

/** Losses that are too much with what was lost before within the window, oldest first. */
export function tooMuch(
  { consumer }: SimulatedSync,
  { floor, percent }: GroupThreshold,
  { losses, before }: { readonly losses: readonly GroupLoss[]; readonly before: readonly GroupLoss[] },
): readonly string[] {
  return losses.flatMap(({ group, lost, members }) => {
    const earlier = before.filter((loss) => loss.group === group);
    const all = earlier.reduce((sum, loss) => sum + loss.lost, lost);
    const had = earlier[0]?.members ?? members;
    const isEmpty = ![...consumer.copy].some((pair) => pair.startsWith(`${group} `));
    const isEmptied = isEmpty && (lost >= 5 || (all >= 5 && had >= 5));
    return isEmptied || all > Math.max(floor, Math.floor((had * percent) / 100))
      ? [`${all} lost by ${group}`]
      : [];
  });
}

/** Direct users of a group and the live groups below it, as they are stored; who is in two of them counts twice. */
function membersOf({ groups, edges }: StoredNesting, root: string): number {
  const rows = new Map<string, (typeof groups)[number]>(groups.map((group) => [group.id, group]));
  const reached = new Set<string>([root]);
  for (const id of reached)
    for (const { parent, child } of edges)
      if (parent === id && rows.get(child)?.life === 'live') reached.add(child);
  return [...reached].reduce((sum, id) => sum + (rows.get(id as NestedGroup['id'])?.users ?? 0), 0);
}
