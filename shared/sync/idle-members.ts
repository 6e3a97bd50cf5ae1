import { rowOf } from '../nesting/adjacency.ts';
import { changedRows, type EdgeChanges } from '../nesting/edge-changes.ts';
import { storedUsers } from './counting-users.ts';
import type { Derivation } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import { isFirst } from './fold-round.ts';
import type { MemberType } from './graph-port.ts';
import { groupIdOf, numberOf } from './round-ids.ts';
import type { RunLogEntry } from './run-log.ts';

/** New members that Graph calls users and has never delivered: with a later round they may come (graph.md §7.8). */
export async function unknownMembers(
  sources: DeriveSources,
  { after }: Pick<Derivation, 'after'>,
): Promise<ReadonlySet<number>> {
  const { round, edges } = sources;
  const unknown = new Set<number>();
  const { added } = edges.users.byMember;
  for (const member of changedRows(edges.users.byMember)) {
    const isKnown = round.users.has(member) || round.types.has(member) || after.liveUsers[member] === 1;
    if (!isKnown && rowOf(added, member).length > 0) unknown.add(member);
  }
  if (isFirst(sources)) return unknown;
  for (const { id } of await storedUsers(sources, [...unknown]))
    unknown.delete(numberOf(round.memberIds, id));
  return unknown;
}

/** Groups that came to have members which lead nowhere: they are no users or groups, or nobody knows them. */
export function* idleMembersLog(sources: DeriveSources, unknown: ReadonlySet<number>): Iterable<RunLogEntry> {
  yield* ignoredLog(sources);
  const { round, stored, edges } = sources;
  const isNowhere = (group: number) => !round.groups.has(group) && !stored.facts.has(group);
  yield* unknownLog(sources, edges.users, { type: 'user', isUnknown: (member) => unknown.has(member) });
  yield* unknownLog(sources, edges.nesting, { type: 'group', isUnknown: isNowhere });
}

function* ignoredLog(sources: DeriveSources): Iterable<RunLogEntry> {
  const { round, stored, edges } = sources;
  for (const group of changedRows(edges.users.byGroup)) {
    const byType = countsByType(rowOf(edges.users.byGroup.added, group), round.types);
    const others = Object.values(byType).reduce((sum, count) => sum + count, 0);
    if (others === 0) continue;
    const all = (stored.facts.get(group)?.others ?? 0) + others;
    const now = Object.entries(byType).map(([type, count]) => `${count} ${type}`);
    yield {
      key: `3/ignored/${group}`,
      ...entryOf(sources, group),
      code: 'members-ignored',
      message: `${all} members are devices, contacts or service principals and lead nowhere; new ones: ${now.join(', ')}`,
      counts: { members: all, ...byType },
    };
  }
}

interface Unknown {
  readonly type: 'user' | 'group';
  readonly isUnknown: (member: number) => boolean;
}

function* unknownLog(
  sources: DeriveSources,
  { byGroup }: EdgeChanges,
  { type, isUnknown }: Unknown,
): Iterable<RunLogEntry> {
  for (const group of changedRows(byGroup)) {
    const members = rowOf(byGroup.added, group).reduce((sum, member) => sum + (isUnknown(member) ? 1 : 0), 0);
    if (members === 0) continue;
    yield {
      key: `3/unknown-${type}/${group}`,
      ...entryOf(sources, group),
      code: 'members-unknown',
      message: `${members} new members of type ${type} were never delivered by Graph: they lead nowhere until they are`,
      counts: { members, [type]: members },
    };
  }
}

function countsByType(members: Uint32Array, types: ReadonlyMap<number, MemberType>) {
  const counts: Partial<Record<MemberType, number>> = {};
  for (const member of members) {
    const type = types.get(member);
    if (type !== undefined) counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

const entryOf = ({ run, round }: DeriveSources, group: number) =>
  ({
    at: run.startedAt,
    level: 'warning',
    object: { kind: 'group', id: groupIdOf(round.groupIds, group) },
  }) as const;
