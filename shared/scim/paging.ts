import { isJsonObject, type Json } from '../model/json.ts';
import { limits } from '../model/limits.ts';
import { excerpt, Refusal, type RefusalCode } from '../model/refusal.ts';
import type { ListQuery, PageRequest, ResourceKind, SortAttribute } from './scim-directory.ts';

/** Query parameters by lower-case name; the first of each counts, unknown ones are ignored. */
export type Parameters = ReadonlyMap<string, string>;

export function queryParameters(query: URLSearchParams): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of query) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, value);
  }
  return parameters;
}

/** The body of `POST /.search`, RFC 7644 §3.4.3, in the form of a query. */
export function searchParameters(body: Json): Parameters {
  if (!isJsonObject(body)) throw new Refusal('invalid-syntax', 'A search request is a JSON object.');
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries(body)) {
    const key = name.toLowerCase();
    if (key === 'schemas' || value === null || parameters.has(key)) continue;
    parameters.set(key, parameterText(name, value));
  }
  return parameters;
}

/** RFC 7644 §3.4.2.4 and RFC 9865 §2: a cursor, even an empty one, asks for cursor paging. */
export function pageRequestOf(parameters: Parameters): PageRequest {
  const cursor = parameters.get('cursor');
  if (cursor === undefined) {
    const startIndex = Math.max(1, wholeNumber(parameters, 'startIndex', 'invalid-value') ?? 1);
    return { kind: 'index', startIndex, count: countOf(parameters, 'invalid-value') };
  }
  const count = countOf(parameters, 'invalid-count');
  return cursor === '' ? { kind: 'cursor', count } : { kind: 'cursor', cursor, count };
}

const sortAttributes: Record<ResourceKind, ReadonlyMap<string, SortAttribute>> = {
  User: new Map([
    ['username', 'userName'],
    ['id', 'id'],
    ['meta.created', 'meta.created'],
  ]),
  Group: new Map([
    ['displayname', 'displayName'],
    ['id', 'id'],
    ['meta.created', 'meta.created'],
  ]),
};

/** RFC 7644 §3.4.2.3. Refusal `invalid-path` for an attribute that no index serves in order. */
export function sortOf(parameters: Parameters, kind: ResourceKind): ListQuery['sort'] {
  const by = parameters.get('sortby');
  if (by === undefined || by === '') return undefined;
  const name = by.toLowerCase().replace(`urn:ietf:params:scim:schemas:core:2.0:${kind.toLowerCase()}:`, '');
  const attribute = sortAttributes[kind].get(name);
  if (!attribute) {
    const known = [...sortAttributes[kind].values()].join(', ');
    throw new Refusal('invalid-path', `${kind}s are not sorted by ${excerpt(by)}, but by ${known}.`);
  }
  return { by: attribute, descending: isDescending(parameters.get('sortorder')) };
}

function isDescending(order: string | undefined): boolean {
  const word = order?.toLowerCase() ?? '';
  if (word === '' || word === 'ascending') return false;
  if (word === 'descending') return true;
  throw new Refusal('invalid-value', 'sortOrder is ascending or descending.');
}

function countOf(parameters: Parameters, code: RefusalCode): number {
  const count = wholeNumber(parameters, 'count', code) ?? limits.pageSizeDefault;
  return Math.min(Math.max(0, count), limits.pageSizeMax);
}

/** Beyond what a number holds it is the largest: clients without a limit ask for the largest of their own. */
function wholeNumber(parameters: Parameters, name: string, code: RefusalCode): number | undefined {
  const text = parameters.get(name.toLowerCase())?.trim() ?? '';
  if (text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw new Refusal(code, `${name} is a whole number.`);
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}

function parameterText(name: string, value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  const texts = Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  if (Array.isArray(value) && texts.length === value.length) return texts.join(',');
  throw new Refusal(
    'invalid-value',
    `${excerpt(name)} of a search request is text, a number or a list of texts.`,
  );
}
