import { isJsonObject, type Json } from '../../model/json.ts';
import { Refusal } from '../../model/refusal.ts';
import { isList, isUnassigned, wrongType } from './read-value.ts';

/**
 * Ids of members as sent: a list of `{"value": id}` or bare ids, or one of them alone. Other sub-attributes are ignored.
 * Ids compare without case; the first spelling stays.
 */
export function readMemberIds(value: Json): readonly string[] {
  if (isUnassigned(value)) return [];
  const ids = new Map<string, string>();
  for (const id of (isList(value) ? value : [value]).map(memberId)) {
    if (!ids.has(id.toLowerCase())) ids.set(id.toLowerCase(), id);
  }
  return [...ids.values()];
}

function memberId(item: Json): string {
  const id = isJsonObject(item) ? idWithin(item) : item;
  if (typeof id === 'string' && id !== '') return id;
  if (id === undefined || id === null || id === '') {
    throw new Refusal('invalid-value', 'members must each have a value, the id of a user or group.');
  }
  throw wrongType('members.value', 'a text', id);
}

function idWithin(item: { readonly [name: string]: Json }): Json | undefined {
  if (Object.hasOwn(item, 'value')) return item['value'];
  return Object.entries(item).find(([name]) => name.toLowerCase() === 'value')?.[1];
}
