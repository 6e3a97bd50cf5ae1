import { z } from 'zod';
import type { DirectoryId } from '../../model/ids.ts';
import type { RowChange, RowProperties } from '../batch.ts';
import { rowSchema } from '../directory-rows.ts';
import type { RangeRow } from '../directory-table.ts';
import type { NestedTable } from './nested-table.ts';
import { packValue, unpackValue } from './packed-value.ts';
import { hexIds, idCount } from './sorted-ids.ts';

/** Packed ids as they are stored under one key: in its row, or, where those are more than it takes, in sixteen more by their first digit. */
export interface StoredIds {
  readonly ids: Uint8Array;
  readonly isSpread: boolean;
}

const noIds: StoredIds = { ids: new Uint8Array(), isSpread: false };

/** Ids of one row: 640,000 bytes. Those that were spread come together again when they are half as many. */
export const idsTogether = 40_000;
const idsTogetherAgain = 20_000;

const digits = [...'0123456789abcdef'];
const partKey = (rowKey: string, digit: string) => `${rowKey}|${digit}`;

/** The key that a row's ids belong to; another than its own of one of the sixteen. */
export const ownKeyOf = (rowKey: string): string => rowKey.split('|').slice(0, 2).join('|');

/** The ids in one row. */
export function idsInRow(row: Readonly<Record<string, unknown>>): Uint8Array {
  const [ids] = Object.values(Ids.parse(unpackValue(row)));
  return ids ?? new Uint8Array();
}

const Ids = z.record(z.string(), z.instanceof(Uint8Array));

export const isSpread = (row: Readonly<Record<string, unknown>>): boolean => row['spread'] === true;

export async function storedIds(
  shared: NestedTable,
  directory: DirectoryId,
  row: RangeRow | undefined,
): Promise<StoredIds> {
  if (row === undefined) return noIds;
  if (!isSpread(row)) return { ids: idsInRow(row), isSpread: false };
  const parts = await shared.rows(directory, `${row.rowKey}|`);
  return { ids: Buffer.concat(parts.map(idsInRow)), isSpread: true };
}

export interface IdsChange {
  readonly rowKey: string;
  /** As what the ids are packed. */
  readonly name: string;
  readonly before: StoredIds;
  readonly ids: Uint8Array;
  /** What else the row has. */
  readonly beside: RowProperties;
}

/** Rows that hold ids from now on. The row itself goes last when they are spread, and says so; it goes first when they come together. */
export function rowsOfIds({ rowKey, name, before, ids, beside }: IdsChange): readonly RowChange[] {
  const most = before.isSpread ? idsTogetherAgain : idsTogether;
  const rowWith = (held: Uint8Array) => ({ schema: rowSchema, ...packValue({ [name]: held }) });
  const upsert = (key: string, row: RowProperties): RowChange => ({ action: 'upsert', rowKey: key, row });
  if (idCount(ids) <= most)
    return [upsert(rowKey, { ...beside, ...rowWith(ids) }), ...partsRemoved(rowKey, before)];
  const [old, now] = [byDigit(before.ids), byDigit(ids)];
  const changed = digits.filter((digit) => !before.isSpread || old.get(digit) !== now.get(digit));
  return [
    ...changed.map((digit) =>
      upsert(partKey(rowKey, digit), rowWith(Buffer.from(now.get(digit) ?? '', 'hex'))),
    ),
    upsert(rowKey, { ...beside, ...rowWith(new Uint8Array()), spread: true }),
  ];
}

/** All sixteen are there while ids are spread, empty ones too. */
export const partsRemoved = (rowKey: string, before: StoredIds): readonly RowChange[] =>
  before.isSpread ? digits.map((digit) => ({ action: 'delete', rowKey: partKey(rowKey, digit) })) : [];

/** Hexadecimal digits of all ids that begin with each. */
function byDigit(ids: Uint8Array): ReadonlyMap<string, string> {
  const groups = Map.groupBy(hexIds(ids), (id) => id.slice(0, 1));
  return new Map([...groups].map(([digit, of]) => [digit, of.join('')]));
}
