import { expect, test } from '@jest/globals';
import { GuidTable } from '../../../shared/nesting/guid-table.ts';
import { packValue } from '../../../shared/storage/nested/packed-value.ts';
import { ChangedEdges } from '../../../shared/sync/changed-edges.ts';
import type { DeriveSources } from '../../../shared/sync/derive-sources.ts';
import { memberParts } from '../../../shared/sync/member-parts.ts';
import type { JournalPart } from '../../../shared/sync/round-records.ts';
import { heldParts } from '../../../shared/sync/told-parts.ts';
import { group, user } from './small-tenant.ts';

// Each part of a journal is a row of a mebibyte. What does not fit is refused before anything is applied, and the directory stands still.

/** So many members who come into so many groups each. */
function sourcesOf(members: number, groupsEach: number): DeriveSources {
  const [memberIds, groupIds] = [new GuidTable(), new GuidTable()];
  for (let member = 0; member < members; member++) memberIds.intern(user(member));
  for (let index = 0; index < groupsEach; index++) groupIds.intern(group(index));
  const edges = { users: new ChangedEdges(), nesting: new ChangedEdges() };
  for (let index = 0; index < groupsEach; index++) {
    for (let member = 0; member < members; member++) edges.users.push(index, member, true);
  }
  const [groups, all] = [groupIds.count, memberIds.count];
  return {
    round: { memberIds, groupIds, types: new Map() },
    edges: {
      users: edges.users.finish({ groups, members: all }),
      nesting: edges.nesting.finish({ groups, members: groups }),
    },
    state: { rereads: [] },
  } as unknown as DeriveSources;
}

const bytesOf = (part: JournalPart) => Number(packValue(part)['bytes']);
/** What the emulator takes too. */
const rowBytes = 720_000;

test('people who come into hundreds of groups each take as many parts as hold them', () => {
  const parts = [...memberParts(sourcesOf(400, 200))].filter(({ kind }) => kind === 'groups-of');
  const members = parts.flatMap((part) => (part.kind === 'groups-of' ? part.items : []));
  expect(members.map(({ member }) => member)).toEqual(Array.from({ length: 400 }, (_, n) => user(n)));
  expect(members.every(({ added, isSlice }) => added.length === 200 * 16 && isSlice === undefined)).toBe(
    true,
  );
  expect(parts.map(bytesOf).filter((bytes) => bytes > rowBytes)).toEqual([]);
});

test('somebody who comes into 60,000 groups at once is told in slices, of which none stands for all', () => {
  const parts = [...memberParts(sourcesOf(1, 60_000))].filter(({ kind }) => kind === 'groups-of');
  const slices = parts.flatMap((part) => (part.kind === 'groups-of' ? part.items : []));
  expect(slices.map(({ added, isSlice }) => [added.length / 16, isSlice])).toEqual([
    [16_384, true],
    [16_384, true],
    [16_384, true],
    [10_848, true],
  ]);
  expect(new Set(slices.flatMap(({ added }) => groupsIn(added))).size).toBe(60_000);
  expect(parts.map(bytesOf).filter((bytes) => bytes > rowBytes)).toEqual([]);
});

const groupsIn = (packed: Uint8Array) =>
  Array.from({ length: packed.length / 16 }, (_, index) =>
    Buffer.from(packed.subarray(index * 16, (index + 1) * 16)).toString('hex'),
  );

test('a group above its limit keeps any number of members, in slices', () => {
  const { round } = sourcesOf(90_000, 1);
  const change = { sets: [], pairsAdded: 0, pairsRemoved: 0 };
  const kept = Uint32Array.from({ length: 90_000 }, (_, member) => member);
  const held = { group: 0, held: true, members: 250_001 };
  const partsWith = (keeps: Partial<Record<'kept', Uint32Array>>) => [
    ...heldParts({ round } as DeriveSources, { ...change, groups: [{ ...held, ...keeps }] }),
  ];
  const parts = partsWith({ kept });
  expect(parts.map((part) => part.kind === 'held' && [(part.members?.length ?? 0) / 16, part.slice])).toEqual(
    [
      [40_000, { place: 0, of: 3 }],
      [40_000, { place: 1, of: 3 }],
      [10_000, { place: 2, of: 3 }],
    ],
  );
  expect(parts.map(bytesOf).filter((bytes) => bytes > rowBytes)).toEqual([]);
  expect(partsWith({ kept: kept.subarray(0, 0) })).toEqual([
    { kind: 'held', group: group(0), members: new Uint8Array() },
  ]);
  expect(partsWith({})).toEqual([{ kind: 'held', group: group(0) }]);
});
