import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DirectoryId } from '../../model/ids.ts';
import type { Checked } from '../../sync/run-records.ts';
import type { RowChange, RowProperties } from '../batch.ts';
import { rowSchema } from '../directory-rows.ts';
import type { RangeRow } from '../directory-table.ts';
import { nestedPrefix } from './nested-keys.ts';
import { jsonRow } from './nested-rows.ts';
import type { NestedTable } from './nested-table.ts';
import { packValue, unpackValue } from './packed-value.ts';
import { guidOfHex, hexIds, hexOfGuid, packedHex } from './sorted-ids.ts';

/** State or checkpoint: what knows who is assigned. */
interface Knowing {
  readonly checked?: Checked;
}

/** Who is assigned where those are many: packed ids in rows of their own, named by a hash of them, so that they are written once. */
export interface AssignedRows {
  readonly name: string;
  readonly rows: readonly RowChange[];
}

/** Fewer lie in the row of the state and of the checkpoint themselves. */
const inlineMax = 2000;
/** 640,000 bytes. */
const idsPerRow = 40_000;

const assignedRowsOf = (name: string): string => `${nestedPrefix.assigned}${name}|`;
/** The name in the key of such a row. */
export const assignedNameIn = (rowKey: string): string =>
  rowKey.slice(nestedPrefix.assigned.length).split('|')[0] ?? '';

/** The row of a state or a checkpoint, with a column that names the rows of who is assigned. */
export function knowingRow(value: Knowing): RowProperties {
  const { checked } = value;
  const assigned = assignedRows(value);
  if (checked === undefined || assigned === undefined) return jsonRow(value);
  const { missing: _, ...lean } = checked;
  const reference: Reference = { rows: assigned.name, counts: listsOf(checked).map(({ length }) => length) };
  const named = { ...value, checked: { ...lean, assigned: reference } };
  return { ...jsonRow(named), assigned: assigned.name };
}

const made = new WeakMap<Checked, AssignedRows>();

/** Undefined where the row itself holds them. */
export function assignedRows({ checked }: Knowing): AssignedRows | undefined {
  if (checked === undefined) return undefined;
  const known = made.get(checked);
  if (known !== undefined) return known;
  const ids = listsOf(checked).flat();
  if (ids.length <= inlineMax || !ids.every((id) => isGuid.test(id))) return undefined;
  const packed = packedHex(ids.map(hexOfGuid));
  const name = createHash('sha256').update(packed).digest('hex');
  const bytes = idsPerRow * 16;
  const rows = Array.from({ length: Math.ceil(packed.length / bytes) }, (_, index): RowChange => {
    const part = packed.subarray(index * bytes, (index + 1) * bytes);
    const rowKey = assignedRowsOf(name) + String(index).padStart(4, '0');
    return { action: 'upsert', rowKey, row: { schema: rowSchema, ...packValue({ ids: part }) } };
  });
  const assigned = { name, rows };
  made.set(checked, assigned);
  return assigned;
}

const isGuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const listsOf = ({ assigned, missing }: Checked): readonly (readonly string[])[] => [
  ...[assigned.users, assigned.groups],
  ...[missing?.users ?? [], missing?.groups ?? []],
];

const Reference = z.object({ rows: z.string(), counts: z.array(z.int()) });
type Reference = z.infer<typeof Reference>;

const Referring = z.looseObject({ checked: z.looseObject({ assigned: Reference }) });

/** The value of a state's or a checkpoint's row with who is assigned in it; `idsOf` knows the ids under a name. */
export async function withAssigned(
  value: unknown,
  idsOf: (name: string) => Promise<readonly string[]>,
): Promise<unknown> {
  const parsed = Referring.safeParse(value);
  if (!parsed.success) return value;
  const { checked, ...rest } = parsed.data;
  const { rows, counts } = checked.assigned;
  const ids = await idsOf(rows);
  const due = counts.reduce((sum, count) => sum + count, 0);
  if (ids.length !== due) throw new Error(`${due} principals are assigned, and ${ids.length} are there`);
  let at = 0;
  const [users = [], groups = [], lostUsers = [], lostGroups = []] = counts.map((count) => {
    at += count;
    return ids.slice(at - count, at);
  });
  const isMissing = lostUsers.length + lostGroups.length > 0;
  const missing = isMissing ? { missing: { users: lostUsers, groups: lostGroups } } : {};
  return { ...rest, checked: { ...checked, assigned: { users, groups }, ...missing } };
}

/** Reads the ids under a name; the last names are remembered, as what lies under a name never changes. */
export function assignedReader({ rows }: NestedTable) {
  const known = new Map<string, readonly string[]>();
  return async (directory: DirectoryId, name: string): Promise<readonly string[]> => {
    const found = known.get(name) ?? (await rows(directory, assignedRowsOf(name))).flatMap(idsIn);
    known.delete(name);
    known.set(name, found);
    if (known.size > namesMax) known.delete([...known.keys()][0] ?? '');
    return found;
  };
}

/** Of the state and of the run at hand. */
const namesMax = 2;

const idsIn = (row: RangeRow) => hexIds(Ids.parse(unpackValue(row)).ids).map(guidOfHex);
const Ids = z.object({ ids: z.instanceof(Uint8Array) });
