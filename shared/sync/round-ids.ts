import type { GroupId, UserId } from '../model/ids.ts';
import type { GuidTable } from '../nesting/guid-table.ts';

/** The number of a parsed id; a bug when it is none. */
export function numberOf(table: GuidTable, id: string): number {
  const number = table.intern(id);
  if (number === undefined) throw new Error(`not an object id: ${id.slice(0, 40)}`);
  return number;
}

/** Ids of numbers. */
export const userIds = (table: GuidTable, numbers: Iterable<number>) =>
  Array.from(numbers, (number) => table.textOf(number) as UserId);
export const groupIdOf = (table: GuidTable, number: number) => table.textOf(number) as GroupId;
