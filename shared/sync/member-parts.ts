import { adjacency, rowOf } from '../nesting/adjacency.ts';
import type { EdgeChanges } from '../nesting/changed-memberships.ts';
import { guidBytes } from '../nesting/guid.ts';
import type { GuidTable } from '../nesting/guid-table.ts';
import type { DeriveSources } from './derive-round.ts';
import { groupIdOf } from './fold-round.ts';
import { partsOf } from './parts-of.ts';
import type { JournalPart } from './round-records.ts';

/** Changes of direct memberships by group and type, then by member. */
export function* memberParts(sources: DeriveSources): Iterable<JournalPart> {
  for (const items of commitsOf(changesByGroup(sources))) yield { kind: 'members', items };
  for (const items of partsOf(changesByMember(sources), membersPerPart)) yield { kind: 'groups-of', items };
}

/** Members whose groups one part changes. */
const membersPerPart = 400;

function* changesByGroup({ round, edges, state }: DeriveSources): Iterable<MembersChange> {
  const isFirstRun = state.lastCompletedRun === undefined;
  const typeOf = (member: number) => round.types.get(member) ?? 'user';
  for (const { row, added, removed } of byRow(edges.users, 'groups', round.groupIds.count)) {
    const group = groupIdOf(round.groupIds, row);
    const types = new Set<MembersChange['type']>();
    for (const member of added) types.add(typeOf(member));
    for (const member of removed) types.add(typeOf(member));
    for (const type of types) {
      const ofType = (members: Uint32Array) =>
        types.size === 1 ? members : members.filter((member) => typeOf(member) === type);
      const isFirst = isFirstRun && types.size === 1 && added.length <= idsPerWrite && removed.length === 0;
      const of = { group, type, ...(isFirst ? { isFirst } : {}) };
      yield* slicesOf(round.memberIds, { added: ofType(added), removed: ofType(removed) }, of);
    }
  }
  for (const { row, ...numbers } of byRow(edges.nesting, 'groups', round.groupIds.count)) {
    const group = groupIdOf(round.groupIds, row);
    yield* slicesOf(round.groupIds, numbers, { group, type: 'group' });
  }
}

function* changesByMember({ round, edges }: DeriveSources) {
  for (const { row, added, removed } of byRow(edges.users, 'members', round.memberIds.count)) {
    yield {
      member: round.memberIds.textOf(row),
      added: round.groupIds.pack(added),
      removed: round.groupIds.pack(removed),
    };
  }
}

type MembersChange = Extract<JournalPart, { kind: 'members' }>['items'][number];

/** Ids that the store takes for one group at once, and ids and groups that fit in a part. */
const idsPerWrite = 4096;
const idsPerPart = 16_384;
const groupsPerPart = 200;

function* slicesOf(
  table: GuidTable,
  { added, removed }: { readonly added: Uint32Array; readonly removed: Uint32Array },
  of: Omit<MembersChange, 'added' | 'removed'>,
): Iterable<MembersChange> {
  const isOneWay = added.length === 0 || removed.length === 0;
  const step = isOneWay ? idsPerWrite : idsPerWrite / 2;
  for (let start = 0; start < Math.max(added.length, removed.length); start += step) {
    yield {
      ...of,
      added: table.pack(added.subarray(start, start + step)),
      removed: table.pack(removed.subarray(start, start + step)),
    };
  }
}

/** Changes in their order, cut where a part is full or comes to a group for the second time. */
function* commitsOf(changes: Iterable<MembersChange>): Iterable<MembersChange[]> {
  let part: MembersChange[] = [];
  let groups = new Set<string>();
  let bytes = 0;
  for (const change of changes) {
    const size = change.added.length + change.removed.length;
    const isFull = part.length === groupsPerPart || bytes + size > idsPerPart * guidBytes;
    if (part.length > 0 && (isFull || groups.has(change.group))) {
      yield part;
      [part, groups, bytes] = [[], new Set(), 0];
    }
    part.push(change);
    groups.add(change.group);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

function* byRow(changes: EdgeChanges, end: 'groups' | 'members', rows: number) {
  if (changes.groups.length === 0) return;
  const [added, removed] = [
    rowsOf(changes, end, { rows, added: 1 }),
    rowsOf(changes, end, { rows, added: 0 }),
  ];
  for (let row = 0; row < rows; row++) {
    const change = { row, added: rowOf(added, row), removed: rowOf(removed, row) };
    if (change.added.length + change.removed.length > 0) yield change;
  }
}

function rowsOf(
  changes: EdgeChanges,
  end: 'groups' | 'members',
  of: { readonly rows: number; readonly added: 0 | 1 },
) {
  const other = end === 'groups' ? 'members' : 'groups';
  const columns = 1 + changes[other].reduce((most, number) => Math.max(most, number), 0);
  const count = changes.added.reduce((sum, added) => sum + (added === of.added ? 1 : 0), 0);
  if (count === changes.added.length) {
    return adjacency({ from: changes[end], to: changes[other] }, { rows: of.rows, columns });
  }
  const from = new Uint32Array(count);
  const to = new Uint32Array(count);
  let at = 0;
  for (let edge = 0; edge < changes.added.length; edge++) {
    if (changes.added[edge] !== of.added) continue;
    from[at] = changes[end][edge] as number;
    to[at++] = changes[other][edge] as number;
  }
  return adjacency({ from, to }, { rows: of.rows, columns });
}
