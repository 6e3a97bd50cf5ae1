import { rowOf } from '../nesting/adjacency.ts';
import { changedRows, type RowChanges } from '../nesting/edge-changes.ts';
import { guidBytes } from '../nesting/guid.ts';
import type { GuidTable } from '../nesting/guid-table.ts';
import { PackingRoom } from '../nesting/packing-room.ts';
import type { DeriveSources } from './derive-sources.ts';
import { isFirst } from './fold-round.ts';
import { partsBySize } from './parts-by-size.ts';
import { groupIdOf } from './round-ids.ts';
import type { JournalPart } from './round-records.ts';

/** Changes of direct memberships by group and type, then by member. */
export function* memberParts(sources: DeriveSources): Iterable<JournalPart> {
  const room = new PackingRoom();
  for (const items of commitsOf(changesByGroup(sources, room))) yield { kind: 'members', items };
  for (const items of partsBySize(changesByMember(sources, room), membersPerPart, sizeOf))
    yield { kind: 'groups-of', items };
}

/** Members whose groups one part changes at most; people in hundreds of groups take more room. */
const membersPerPart = 400;

function* changesByGroup(sources: DeriveSources, room: PackingRoom): Iterable<MembersChange> {
  yield* usersByGroup(sources, room);
  yield* childrenByGroup(sources, room);
}

function* usersByGroup(sources: DeriveSources, room: PackingRoom): Iterable<MembersChange> {
  const { round, edges } = sources;
  for (const { row, ...numbers } of rowsOf(edges.users.byGroup)) {
    const group = groupIdOf(round.groupIds, row);
    for (const { type, ...ofType } of byType(numbers, (member) => round.types.get(member) ?? 'user')) {
      const first = isFirst(sources) && isWritable(numbers, ofType) ? { isFirst: true } : {};
      for (const slice of slicesOf(ofType))
        yield { group, type, ...first, ...packed(slice, round.memberIds, room) };
    }
  }
}

function* childrenByGroup({ round, edges }: DeriveSources, room: PackingRoom): Iterable<MembersChange> {
  for (const { row, ...numbers } of rowsOf(edges.nesting.byGroup)) {
    const group = groupIdOf(round.groupIds, row);
    for (const slice of slicesOf(numbers))
      yield { group, type: 'group', ...packed(slice, round.groupIds, room) };
  }
}

/** All that a group gains, and no more than is written at once. */
const isWritable = (all: Numbers, ofType: Numbers) =>
  all.removed.length === 0 && all.added.length === ofType.added.length && all.added.length <= idsPerWrite;

function* byType({ added, removed }: Numbers, typeOf: (member: number) => MembersChange['type']) {
  const types = new Set<MembersChange['type']>();
  for (const member of added) types.add(typeOf(member));
  for (const member of removed) types.add(typeOf(member));
  for (const type of types) {
    const ofType = (members: Uint32Array) =>
      types.size === 1 ? members : members.filter((member) => typeOf(member) === type);
    yield { type, added: ofType(added), removed: ofType(removed) };
  }
}

function* changesByMember({ round, edges }: DeriveSources, room: PackingRoom) {
  for (const { row, ...numbers } of rowsOf(edges.users.byMember)) {
    const member = round.memberIds.textOf(row);
    const slices = [...slicesOf(numbers, idsPerPart)];
    const isSlice = slices.length > 1 ? { isSlice: true } : {};
    for (const slice of slices) yield { member, ...isSlice, ...packed(slice, round.groupIds, room) };
  }
}

type MembersChange = Extract<JournalPart, { kind: 'members' }>['items'][number];

/** Ids that the store takes for one group at once, and ids and groups that fit in a part. */
const idsPerWrite = 4096;
const idsPerPart = 16_384;
const groupsPerPart = 200;

interface Numbers {
  readonly added: Uint32Array;
  readonly removed: Uint32Array;
}

function* slicesOf({ added, removed }: Numbers, ids = idsPerWrite): Iterable<Numbers> {
  const isOneWay = added.length === 0 || removed.length === 0;
  const step = isOneWay ? ids : ids / 2;
  for (let start = 0; start < Math.max(added.length, removed.length); start += step) {
    const end = start + step;
    yield { added: added.subarray(start, end), removed: removed.subarray(start, end) };
  }
}

const sizeOf = ({ added, removed }: Readonly<Record<'added' | 'removed', Uint8Array>>) =>
  added.length + removed.length;

const packed = ({ added, removed }: Numbers, table: GuidTable, room: PackingRoom) => ({
  added: table.pack(added, room),
  removed: table.pack(removed, room),
});

/** Changes in their order, cut where a part is full or comes to a group for the second time. */
function* commitsOf(changes: Iterable<MembersChange>): Iterable<MembersChange[]> {
  let part: MembersChange[] = [];
  let groups = new Set<string>();
  let bytes = 0;
  for (const change of changes) {
    const size = sizeOf(change);
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

function* rowsOf({ added, removed }: RowChanges) {
  for (const row of changedRows({ added, removed })) {
    yield { row, added: rowOf(added, row), removed: rowOf(removed, row) };
  }
}
