import type { Json, JsonObject } from '../../model/json.ts';
import type { AttributePath } from '../filter.ts';
import type { SchemaAttribute } from '../schemas/attribute.ts';

/** What an operation does at one path: path-less operations are taken apart into these. */
export interface Step {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: AttributePath;
  readonly value?: Json;
}

/** A step at an attribute whose schema is known; `at` names it in refusals. */
export interface AttributeStep extends Step {
  readonly of: SchemaAttribute;
  readonly sub?: SchemaAttribute;
  readonly at: string;
}

/** A copy of an object in which one field has a value, or is gone where there is none. */
export function withField(of: JsonObject, name: string, value: Json | undefined): JsonObject {
  if (value !== undefined) return { ...of, [name]: value };
  const { [name]: _, ...rest } = of;
  return rest;
}
