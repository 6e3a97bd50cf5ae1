import { z } from 'zod';
import type { DirectoryId, GroupId } from '../../model/ids.ts';
import type { NestedWrite } from '../../sync/nested-store.ts';
import type { RowChange } from '../batch.ts';
import { rowSchema } from '../directory-rows.ts';
import { sideBySide } from '../side-by-side.ts';
import { changeChunks, type MemberChunk, touchedChunks } from './member-chunks.ts';
import {
  allChunksOf,
  chunksOf,
  factsKey,
  groupRowKey,
  heldOf,
  journalPartKey,
  outboxRowKey,
  reverseRowKey,
  runKey,
  stagedKey,
  stateKey,
  userRowKey,
} from './nested-keys.ts';
import { FactsRow, jsonRow, nestedGroupRow, nestedUserRow } from './nested-rows.ts';
import type { NestedTable } from './nested-table.ts';
import { packValue, unpackValue } from './packed-value.ts';
import { hexIds, idCount, withChanges } from './sorted-ids.ts';

/** Turns a write into rows, reading first what it must know. Repeating it is harmless: sets stay sets. */
export async function plannedRows(
  shared: NestedTable,
  directory: DirectoryId,
  write: NestedWrite,
): Promise<readonly RowChange[]> {
  switch (write.kind) {
    case 'stage':
      return [upsert(stagedKey(write.key), { schema: rowSchema, ...packValue(write.page) })];
    case 'journal':
      return [
        upsert(journalPartKey(write.run, write.part), { schema: rowSchema, ...packValue(write.content) }),
      ];
    case 'user':
      return [upsert(userRowKey(write.user.id), nestedUserRow(write.user))];
    case 'group':
      return [upsert(groupRowKey(write.group.id), nestedGroupRow(write.group))];
    case 'forget':
      return await forgotten(shared, directory, write);
    case 'members':
      return await memberRows(shared, directory, write);
    case 'groups-of':
      return await reverseRows(shared, directory, write);
    case 'held-members':
      return await heldRows(shared, directory, write);
    case 'outbox':
      return [upsert(outboxRowKey(write.entry.key), { schema: rowSchema, ...packValue(write.entry) })];
    case 'checkpoint':
      return [upsert(runKey(write.run.id), jsonRow(write.run))];
    case 'state':
      return [upsert(stateKey, jsonRow(write.state))];
  }
}

type WriteOf<Kind extends NestedWrite['kind']> = Extract<NestedWrite, { readonly kind: Kind }>;

const upsert = (rowKey: string, row: Extract<RowChange, { action: 'upsert' }>['row']): RowChange => ({
  action: 'upsert',
  rowKey,
  row,
});

async function forgotten(shared: NestedTable, directory: DirectoryId, { what, id }: WriteOf<'forget'>) {
  const keys = what === 'user' ? [userRowKey(id)] : [groupRowKey(id), factsKey(id)];
  const rows = await sideBySide(keys, (key) => shared.row(directory, key));
  return keys.flatMap((rowKey, index): RowChange[] =>
    rows[index] === undefined ? [] : [{ action: 'delete', rowKey }],
  );
}

async function memberRows(shared: NestedTable, directory: DirectoryId, write: WriteOf<'members'>) {
  if (write.type === 'group') return await childRows(shared, directory, write);
  const prefix = chunksOf(write.group, write.type);
  const [found, counted] = await Promise.all([
    shared.row(directory, factsKey(write.group)),
    shared.rows(directory, allChunksOf(write.group), { select: ['n'] }),
  ]);
  const sizes = new Map(counted.map((row) => [row.rowKey, z.int().parse(row['n'])]));
  const froms = [...sizes.keys()]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
  const ids = [...hexIds(write.added), ...hexIds(write.removed)];
  const chunks = await chunksAt(shared, directory, { ...write, froms: [...touchedChunks(froms, ids)] });
  const change = changeChunks(chunks, froms, write);
  if (change.write.length + change.drop.length === 0) return [];
  for (const chunk of change.write) sizes.set(prefix + chunk.from, idCount(chunk.ids));
  for (const from of change.drop) sizes.delete(prefix + from);
  return [
    ...change.write.map((chunk) =>
      upsert(prefix + chunk.from, { schema: rowSchema, n: idCount(chunk.ids), ids: chunk.ids }),
    ),
    ...change.drop.map((from): RowChange => ({ action: 'delete', rowKey: prefix + from })),
    factsOf(write.group, sizes, childrenOf(found)),
  ];
}

/** Counted from the chunks as they will be, never from what was counted before: a repeated write counts the same. */
function factsOf(group: GroupId, sizes: ReadonlyMap<string, number>, children: Uint8Array): RowChange {
  const userChunks = chunksOf(group, 'user');
  let users = 0;
  let others = 0;
  for (const [key, size] of sizes) {
    if (key.startsWith(userChunks)) users += size;
    else others += size;
  }
  return upsert(factsKey(group), { schema: rowSchema, users, others, ...packValue({ children }) });
}

async function chunksAt(
  shared: NestedTable,
  directory: DirectoryId,
  of: {
    readonly group: GroupId;
    readonly type: WriteOf<'members'>['type'];
    readonly froms: readonly string[];
  },
): Promise<readonly MemberChunk[]> {
  const rows = await sideBySide(of.froms, (from) =>
    shared.row(directory, chunksOf(of.group, of.type) + from),
  );
  return of.froms.flatMap((from, index) => {
    const ids = rows[index]?.['ids'];
    return ids instanceof Uint8Array ? [{ from, ids }] : [];
  });
}

async function childRows(
  shared: NestedTable,
  directory: DirectoryId,
  write: WriteOf<'members'>,
): Promise<readonly RowChange[]> {
  const found = await shared.row(directory, factsKey(write.group));
  const facts = found === undefined ? undefined : FactsRow.parse(found);
  const children = withChanges(childrenOf(found), write.added, write.removed);
  const counts = { users: facts?.users ?? 0, others: facts?.others ?? 0 };
  return [upsert(factsKey(write.group), { schema: rowSchema, ...counts, ...packValue({ children }) })];
}

/** Packed ids of the child groups in a row of facts. */
export function childrenOf(row: Readonly<Record<string, unknown>> | undefined): Uint8Array {
  if (row === undefined) return new Uint8Array();
  const value = unpackValue(row);
  const children =
    typeof value === 'object' && value !== null && 'children' in value ? value.children : undefined;
  return children instanceof Uint8Array ? children : new Uint8Array();
}

async function reverseRows(
  shared: NestedTable,
  directory: DirectoryId,
  write: WriteOf<'groups-of'>,
): Promise<readonly RowChange[]> {
  const rowKey = reverseRowKey(write.member);
  const found = await shared.row(directory, rowKey);
  const before = found === undefined ? new Uint8Array() : reverseOf(found);
  const groups = withChanges(before, write.added, write.removed);
  if (Buffer.compare(before, groups) === 0) return [];
  if (idCount(groups) === 0) return [{ action: 'delete', rowKey }];
  return [upsert(rowKey, { schema: rowSchema, ...packValue({ groups }) })];
}

/** Packed ids of the groups in a reverse row. */
export function reverseOf(row: Readonly<Record<string, unknown>>): Uint8Array {
  const value = unpackValue(row);
  const groups = typeof value === 'object' && value !== null && 'groups' in value ? value.groups : undefined;
  if (!(groups instanceof Uint8Array)) throw new Error('a reverse row without groups');
  return groups;
}

async function heldRows(shared: NestedTable, directory: DirectoryId, write: WriteOf<'held-members'>) {
  const before = await shared.rows(directory, heldOf(write.group), { select: ['schema'] });
  const changes: RowChange[] = [];
  const written = new Set<string>();
  const members = write.members ?? new Uint8Array();
  const isKept = write.members !== undefined;
  for (let start = 0; isKept && (start === 0 || start < members.length); start += heldBytesMax) {
    const rowKey = `${heldOf(write.group)}${String(start / heldBytesMax).padStart(4, '0')}`;
    written.add(rowKey);
    const ids = members.subarray(start, start + heldBytesMax);
    changes.push(upsert(rowKey, { schema: rowSchema, ...packValue({ ids }) }));
  }
  const left = before.filter(({ rowKey }) => !written.has(rowKey));
  return [...changes, ...left.map(({ rowKey }): RowChange => ({ action: 'delete', rowKey }))];
}

/** 40,000 ids. */
const heldBytesMax = 640_000;
