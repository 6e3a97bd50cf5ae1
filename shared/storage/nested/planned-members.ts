import { z } from 'zod';
import type { DirectoryId, GroupId } from '../../model/ids.ts';
import type { MemberType } from '../../sync/graph-port.ts';
import type { NestedWrite } from '../../sync/nested-store.ts';
import type { RowChange, RowProperties } from '../batch.ts';
import { rowSchema } from '../directory-rows.ts';
import type { RangeRow } from '../directory-table.ts';
import { sideBySide } from '../side-by-side.ts';
import {
  type ChunksChange,
  changeChunks,
  chunkIdsMax,
  type MemberChunk,
  touchedChunks,
} from './member-chunks.ts';
import { allChunksOf, chunksOf, factsKey, typeInKey } from './nested-keys.ts';
import { FactsRow } from './nested-rows.ts';
import type { NestedTable } from './nested-table.ts';
import { hexIds, idCount, packedHex, withChanges } from './sorted-ids.ts';
import { rowsOfIds, type StoredIds, storedIds } from './spread-ids.ts';

export type MembersWrite = Extract<NestedWrite, { readonly kind: 'members' }>;

export const upsert = (rowKey: string, row: RowProperties): RowChange => ({ action: 'upsert', rowKey, row });

/** Rows that all writes of one commit about one group's members come to: its chunks, and its counts once. */
export async function memberRows(
  shared: NestedTable,
  directory: DirectoryId,
  writes: readonly MembersWrite[],
): Promise<readonly RowChange[]> {
  const group = writes[0]?.group;
  if (group === undefined) return [];
  const isFirst = writes.every((write) => write.isFirst === true);
  const changes = netChanges(writes.filter(({ type }) => type !== 'group'));
  if (changes.length === 0 && !isFirst) return await childRows(shared, directory, { group, writes });
  const before = isFirst ? nobody : await counted(shared, directory, group);
  const sizes = new Map(before.sizes);
  const rows: RowChange[] = [];
  for (const change of ofEveryType(changes, [...sizes.keys()].flatMap(typeInKey))) {
    const prefix = chunksOf(group, change.type);
    const chunks = await changedChunks(shared, directory, { prefix, before, change });
    for (const { from, ids } of chunks.write) {
      sizes.set(prefix + from, idCount(ids));
      rows.push(upsert(prefix + from, { schema: rowSchema, n: idCount(ids), ids }));
    }
    for (const from of chunks.drop) {
      sizes.delete(prefix + from);
      rows.push({ action: 'delete', rowKey: prefix + from });
    }
  }
  const children = childrenAfter(before.children.ids, writes);
  const isSame = rows.length === 0 && Buffer.compare(before.children.ids, children) === 0;
  const facts = { ...countsOf(group, sizes), before: before.children, children };
  return isSame ? [] : [...rows, ...factsRows(group, facts)];
}

/** When only child groups change, its counts say how many other members there are. */
async function childRows(
  shared: NestedTable,
  directory: DirectoryId,
  { group, writes }: { readonly group: GroupId; readonly writes: readonly MembersWrite[] },
): Promise<readonly RowChange[]> {
  const found = await shared.row(directory, factsKey(group));
  const { users, others } = found === undefined ? { users: 0, others: 0 } : FactsRow.parse(found);
  const before = await storedIds(shared, directory, found);
  const children = childrenAfter(before.ids, writes);
  const isSame = Buffer.compare(before.ids, children) === 0;
  return isSame ? [] : factsRows(group, { users, others, before, children });
}

const childrenAfter = (before: Uint8Array, writes: readonly MembersWrite[]) =>
  writes
    .filter(({ type }) => type === 'group')
    .reduce((children, { added, removed }) => withChanges(children, added, removed), before);

interface Counted {
  /** Ids in each chunk, by its key. */
  readonly sizes: ReadonlyMap<string, number>;
  /** The chunks themselves, where they were read with it. */
  readonly chunks?: ReadonlyMap<string, Uint8Array>;
  readonly children: StoredIds;
}

const nobody: Counted = {
  sizes: new Map(),
  children: { ids: new Uint8Array(), isSpread: false },
};

/** What the counts say decides how it is read, and nothing else: most groups are small, and a round may change thousands of them. */
async function counted(shared: NestedTable, directory: DirectoryId, group: GroupId): Promise<Counted> {
  const facts = await shared.row(directory, factsKey(group));
  const isSmall = facts === undefined || membersIn(FactsRow.parse(facts)) <= chunkIdsMax;
  const select = isSmall ? {} : { select: ['n'] };
  const [rows, children] = await Promise.all([
    shared.rows(directory, allChunksOf(group), select),
    storedIds(shared, directory, facts),
  ]);
  const sizes = new Map(rows.map((row) => [row.rowKey, z.int().parse(row['n'])]));
  return { sizes, children, ...(isSmall ? { chunks: new Map(rows.flatMap(chunkIn)) } : {}) };
}

const membersIn = ({ users, others }: z.infer<typeof FactsRow>) => users + others;

const chunkIn = (row: RangeRow): readonly (readonly [string, Uint8Array])[] =>
  row['ids'] instanceof Uint8Array ? [[row.rowKey, row['ids']]] : [];

interface TypeChange {
  readonly type: MemberType;
  readonly added: Uint8Array;
  readonly removed: Uint8Array;
}

/** One change for each type, in place of several one after the other. */
function netChanges(writes: readonly MembersWrite[]): readonly TypeChange[] {
  return [...Map.groupBy(writes, ({ type }) => type)].map(([type, ofType]) => {
    const [only, second] = ofType;
    if (only !== undefined && second === undefined) return only;
    const added = new Set<string>();
    const removed = new Set<string>();
    for (const write of ofType) {
      for (const id of hexIds(write.added)) {
        removed.delete(id);
        added.add(id);
      }
      for (const id of hexIds(write.removed)) {
        added.delete(id);
        removed.add(id);
      }
    }
    return { type, added: packedHex([...added]), removed: packedHex([...removed]) };
  });
}

/** Graph may call a member something else when he goes than when he came: he leaves whatever he is stored as. */
function ofEveryType(changes: readonly TypeChange[], stored: readonly MemberType[]): readonly TypeChange[] {
  const types = new Set([...changes.map(({ type }) => type), ...stored]);
  const gone = changes.flatMap(({ removed }) => hexIds(removed));
  if (types.size <= 1 || gone.length === 0) return changes;
  return [...types].map((type) => {
    const { added = nothing } = changes.find((change) => change.type === type) ?? {};
    const come = new Set(hexIds(added));
    return { type, added, removed: packedHex(gone.filter((id) => !come.has(id))) };
  });
}

const nothing = new Uint8Array();

async function changedChunks(
  shared: NestedTable,
  directory: DirectoryId,
  { prefix, before, change }: { prefix: string; before: Counted; change: TypeChange },
): Promise<ChunksChange> {
  const { sizes, chunks } = before;
  const froms = [...sizes.keys()]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
  const touched = touchedChunks(froms, [...hexIds(change.added), ...hexIds(change.removed)]);
  const read = await sideBySide(
    [...touched].filter((from) => sizes.has(prefix + from)),
    async (from) => {
      const key = prefix + from;
      const ids = chunks === undefined ? (await shared.row(directory, key))?.['ids'] : chunks.get(key);
      return ids instanceof Uint8Array ? [{ from, ids }] : [];
    },
  );
  return changeChunks(read.flat() satisfies readonly MemberChunk[], froms, change);
}

/** Counted from the chunks as they will be, never from what was counted before: a repeated write counts the same. */
function countsOf(group: GroupId, sizes: ReadonlyMap<string, number>) {
  const userChunks = chunksOf(group, 'user');
  let users = 0;
  let others = 0;
  for (const [key, size] of sizes) {
    if (key.startsWith(userChunks)) users += size;
    else others += size;
  }
  return { users, others };
}

const factsRows = (group: GroupId, { before, children, ...beside }: Facts) =>
  rowsOfIds({ rowKey: factsKey(group), name: 'children', before, ids: children, beside });

interface Facts {
  readonly users: number;
  readonly others: number;
  readonly before: StoredIds;
  readonly children: Uint8Array;
}
