import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { limits } from '../../model/limits.ts';
import { Refusal } from '../../model/refusal.ts';
import { subAttributeOf } from '../schema.ts';
import type { SchemaAttribute } from '../schemas/attribute.ts';
import { withOnePrimary } from './primary.ts';

/**
 * A value as the schema wants it, text kept character for character; undefined when it leaves the attribute unassigned.
 * `at` names the attribute in the Refusal `invalid-value`.
 */
export function readValue(of: SchemaAttribute, value: Json, at: string): Json | undefined {
  if (isUnassigned(value)) return undefined;
  if (of.multiValued) return readList(of, value, at);
  return of.type === 'complex' ? readComplex(of, onlyOne(value, at), at) : readSimple(of, value, at);
}

/** `""`, null and `[]` clear an attribute: Microsoft's gallery validation tests the first two, RFC 7643 §2.5 has the others. */
export const isUnassigned = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === '' || (isList(value) && value.length === 0);

/** The elements of a list, without those that say nothing and with one primary at most. */
export function readElements(of: SchemaAttribute, value: Json, at: string): readonly Json[] {
  const items = isList(value) ? value : [value];
  checkCount(items, at);
  return withOnePrimary(
    items.flatMap((item) => readElement(of, item, at)),
    [],
  );
}

/** Lists are compared element by element, so their length is bounded. */
export function checkCount(elements: readonly Json[], at: string): void {
  if (elements.length <= limits.valuesPerAttributeMax) return;
  throw new Refusal('invalid-value', `${at} has more than ${limits.valuesPerAttributeMax} values.`);
}

/** An element that has lost its `value`, or has only labels left, says nothing. */
export function isBare(of: SchemaAttribute, element: Json): boolean {
  return (
    of.type === 'complex' &&
    isJsonObject(element) &&
    Object.keys(element).every((name) => name === 'type' || name === 'primary')
  );
}

export function readSimple(of: SchemaAttribute, value: Json, at: string): string | number | boolean {
  if (of.type === 'boolean') return readBoolean(value, at);
  if (typeof value !== 'string') throw wrongType(at, 'a text', value);
  return readText(of, value, at);
}

export function wrongType(at: string, wanted: string, value: Json): Refusal {
  const found = value === null ? 'null' : isList(value) ? 'a list' : `a ${typeof value}`;
  return new Refusal(
    'invalid-value',
    `${at} must be ${wanted}, not ${found.replace('a object', 'an object')}.`,
  );
}

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** Proves the length of every text within a value that no schema describes. */
export function checkTexts(value: Json, at: string): void {
  if (typeof value === 'string') checkLength(value, at);
  else if (isList(value)) for (const inner of value) checkTexts(inner, at);
  else if (isJsonObject(value)) for (const inner of Object.values(value)) checkTexts(inner, at);
}

function readList(of: SchemaAttribute, value: Json, at: string): Json | undefined {
  const elements = readElements(of, value, at);
  return elements.length === 0 ? undefined : elements;
}

function readElement(of: SchemaAttribute, item: Json, at: string): readonly Json[] {
  if (isUnassigned(item)) return [];
  if (of.type !== 'complex') return [readSimple(of, item, at)];
  const element = readComplex(of, item, at);
  return element === undefined || isBare(of, element) || losesValue(of, item, element) ? [] : [element];
}

/** `{"type": "work", "value": ""}`. */
function losesValue(of: SchemaAttribute, item: Json, element: JsonObject): boolean {
  if (subAttributeOf(of, 'value') === undefined || Object.hasOwn(element, 'value')) return false;
  return isJsonObject(item) && Object.keys(item).some((name) => name.toLowerCase() === 'value');
}

/** The manager and elements of lists also come as bare text. */
function readComplex(of: SchemaAttribute, value: Json, at: string): JsonObject | undefined {
  const sub = subAttributeOf(of, 'value');
  if (typeof value === 'string' && sub) return { value: readSimple(sub, value, at) };
  if (!isJsonObject(value)) throw wrongType(at, 'an object', value);
  const fields = Object.entries(value).flatMap(([name, inner]) => readField(of, [name, inner], at));
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

function readField(
  of: SchemaAttribute,
  [name, value]: readonly [string, Json],
  at: string,
): readonly (readonly [string, Json])[] {
  const sub = subAttributeOf(of, name);
  if (sub === undefined || sub.mutability === 'readOnly') return [];
  const read = readValue(sub, value, `${at}.${sub.name}`);
  return read === undefined ? [] : [[sub.name, read]];
}

/** Entra's older form wraps the manager in a list. */
export function onlyOne(value: Json, at: string): Json {
  if (!isList(value)) return value;
  const [first, ...others] = value;
  if (first === undefined || others.length > 0) throw wrongType(at, 'one value', value);
  return first;
}

function readBoolean(value: Json, at: string): boolean {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  if (text !== 'true' && text !== 'false') throw wrongType(at, 'true or false', value);
  return text === 'true';
}

function readText(of: SchemaAttribute, text: string, at: string): string {
  checkLength(text, at);
  if (of.required && text.trim() === '') throw new Refusal('invalid-value', `${at} must not be blank.`);
  if (isName(of) && lineBreaks.test(text)) {
    throw new Refusal('invalid-value', `${at} must not hold control characters.`);
  }
  return text;
}

/** Names are told from each other in filters and logs, so they stay on one line. */
const isName = (of: SchemaAttribute): boolean => of.required || of.name === 'externalId';

const lineBreaks = /[\t\n\r]/;

function checkLength(text: string, at: string): void {
  if (text.length <= limits.textCharactersMax) return;
  throw new Refusal('invalid-value', `${at} is longer than ${limits.textCharactersMax} characters.`);
}
