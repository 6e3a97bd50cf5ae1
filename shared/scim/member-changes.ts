import { isJsonObject, type Json } from '../model/json.ts';

/** How many members a write on groups adds, removes or sets, as it was asked: counted, not looked into. */
export function memberChangesAsked(body: Json | undefined): number {
  if (!isJsonObject(body)) return 0;
  const operations = fieldOf(body, 'operations');
  if (!Array.isArray(operations)) return countOf(fieldOf(body, 'members'));
  return operations.reduce<number>((sum, operation) => sum + inOperation(operation), 0);
}

function inOperation(operation: Json): number {
  if (!isJsonObject(operation)) return 0;
  const path = fieldOf(operation, 'path');
  const value = fieldOf(operation, 'value');
  if (path === undefined) return isJsonObject(value) ? countOf(fieldOf(value, 'members')) : 0;
  if (typeof path !== 'string' || !/^members\b/i.test(path)) return 0;
  // `members[value eq "…"]` names one, and `members` without a value all of them.
  return value === undefined ? 1 : countOf(value);
}

const countOf = (value: Json | undefined): number =>
  Array.isArray(value) ? value.length : isJsonObject(value) ? 1 : 0;

/** Names of attributes have no case, RFC 7643 §2.1. */
const fieldOf = (object: { readonly [name: string]: Json }, wanted: string): Json | undefined =>
  Object.entries(object).find(([name]) => name.toLowerCase() === wanted)?.[1];
