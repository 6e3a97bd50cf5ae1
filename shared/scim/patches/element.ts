import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { onlyOne, readValue, wrongType } from '../bodies/read-value.ts';
import { subAttributeOf } from '../schema.ts';
import type { SchemaAttribute } from '../schemas/attribute.ts';
import { withField } from './step.ts';

/** What is to be written, and the attribute's name for refusals. */
export interface Written {
  readonly value: Json;
  readonly at: string;
}

/** An element or complex value with one sub-attribute set, or cleared by null or "". The server's own stay as they are. */
export function withSub(element: JsonObject, sub: SchemaAttribute, { value, at }: Written): JsonObject {
  if (sub.mutability === 'readOnly') return element;
  return withField(element, sub.name, readValue(sub, value, `${at}.${sub.name}`));
}

/** An element or complex value with each named sub-attribute set or cleared, and the others left alone. */
export function mergedWith(of: SchemaAttribute, before: JsonObject, { value, at }: Written): JsonObject {
  let after = before;
  for (const [name, inner] of Object.entries(fieldsOf(of, onlyOne(value, at), at))) {
    const sub = subAttributeOf(of, name);
    if (sub) after = withSub(after, sub, { value: inner, at });
  }
  return after;
}

function fieldsOf(of: SchemaAttribute, value: Json, at: string): JsonObject {
  if (typeof value === 'string' && subAttributeOf(of, 'value')) return { value };
  if (!isJsonObject(value)) throw wrongType(at, 'an object', value);
  return value;
}
