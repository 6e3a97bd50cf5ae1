import { rowOf } from '../nesting/adjacency.ts';
import type { DiffSet } from '../nesting/diff-sets.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import { groupIdOf } from './round-ids.ts';
import type { RunLogEntry } from './run-log.ts';

export interface MovedMembers {
  readonly derivation: Pick<Derivation, 'before' | 'after'>;
  readonly sets: readonly DiffSet[];
}

type Way = 'removed' | 'added';

/** How many members each group loses and gains. */
export function* groupEntries({ run, round }: DeriveSources, { sets }: MovedMembers): Iterable<RunLogEntry> {
  for (const { groups, added, removed } of sets) {
    const counts = { removed: removed.length, added: added.length };
    const way = removed.length > 0 ? 'removed' : 'added';
    const verb = way === 'removed' ? 'loses' : 'gains';
    for (const group of groups) {
      const id = groupIdOf(round.groupIds, group);
      yield {
        ...{ key: `5/memberships/${way}/${id}`, at: run.startedAt, level: 'info', code: `members-${way}` },
        message: `Effective members that the group ${verb}: ${counts[way]}`,
        object: { kind: 'group', id },
        counts,
      };
    }
  }
}

/** Pairs of a group and a member that goes or comes. */
export const pairsOf = ({ sets }: MovedMembers, way: Way): number =>
  sets.reduce((sum, set) => sum + set.groups.length * set[way].length, 0);

/** Each of them, to be found by the member, with the reason. */
export function* memberEntries(sources: DeriveSources, moved: MovedMembers, way: Way): Iterable<RunLogEntry> {
  for (const set of moved.sets) {
    for (const group of set.groups) {
      for (const user of set[way]) yield entryOf(sources, moved, { way, group, user });
    }
  }
}

function entryOf(sources: DeriveSources, moved: MovedMembers, pair: Pair): RunLogEntry {
  const { run, round } = sources;
  const group = groupIdOf(round.groupIds, pair.group);
  const id = round.memberIds.textOf(pair.user);
  const verb = pair.way === 'removed' ? 'Leaves' : 'Comes into';
  return {
    key: `5/members/${pair.way}/${group}/${id}`,
    at: run.startedAt,
    level: 'info',
    code: `member-${pair.way}`,
    message: `${verb} group ${group}: ${reasonOf(sources, moved, pair)}`,
    object: { kind: 'user', id },
  };
}

interface Pair {
  readonly way: Way;
  readonly group: number;
  readonly user: number;
}

function reasonOf(
  { edges }: DeriveSources,
  { derivation }: MovedMembers,
  { way, group, user }: Pair,
): string {
  const without = way === 'removed' ? derivation.after : derivation.before;
  const words = reasons[way];
  if (without.liveUsers[user] !== 1) return words.user;
  if (without.told[group] !== 1) return words.group;
  return rowOf(edges.users.byGroup[way], group).includes(user) ? words.direct : words.nested;
}

const reasons = {
  removed: {
    user: 'the user is deleted or out of scope',
    group: 'the group leaves the directory',
    direct: 'not a direct member any more',
    nested: 'no nested group leads there any more',
  },
  added: {
    user: 'the user is new, restored or came into scope',
    group: 'the group came into the directory',
    direct: 'a direct member now',
    nested: 'through a nested group',
  },
} as const;
