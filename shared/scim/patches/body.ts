import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { limits } from '../../model/limits.ts';
import { excerpt, Refusal } from '../../model/refusal.ts';
import { isList } from '../bodies/read-value.ts';
import type { AttributePath } from '../filter.ts';
import { parsePath } from '../filter.ts';
import { spelledAs } from '../filters/scope.ts';

/** An operation as read from a body; keys and `op` come in any case. */
export interface ReadOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path?: AttributePath;
  readonly value?: Json;
}

export function readOperations(body: Json): readonly ReadOperation[] {
  const operations = isJsonObject(body) ? fieldOf(body, 'Operations') : undefined;
  if (!isList(operations)) {
    throw new Refusal('invalid-syntax', 'The body must be an object with a list of Operations.');
  }
  if (operations.length > limits.patchOperationsMax) {
    throw new Refusal('too-large', `A PATCH may have ${limits.patchOperationsMax} Operations at most.`);
  }
  return operations.map(readOperation);
}

function readOperation(item: Json): ReadOperation {
  if (!isJsonObject(item)) throw new Refusal('invalid-syntax', 'Each of the Operations must be an object.');
  const op = readOp(fieldOf(item, 'op'));
  const path = readPath(fieldOf(item, 'path'));
  const value = fieldOf(item, 'value');
  if (path === undefined && op === 'remove')
    throw new Refusal('no-target', 'A remove operation must have a path.');
  if (path === undefined && !isJsonObject(value)) {
    throw new Refusal(
      'invalid-value',
      `The ${op} operation without a path must have an object as its value.`,
    );
  }
  if (op !== 'remove' && value === undefined) {
    throw new Refusal('invalid-value', `The ${op} operation must have a value.`);
  }
  return { op, ...(path && { path }), ...(value !== undefined && { value }) };
}

function readOp(op: Json | undefined): ReadOperation['op'] {
  const name = typeof op === 'string' ? op.trim().toLowerCase() : '';
  if (name === 'add' || name === 'remove' || name === 'replace') return name;
  const found = typeof op === 'string' ? `, not ${excerpt(op)}` : '';
  throw new Refusal('invalid-syntax', `op must be add, remove or replace${found}.`);
}

function readPath(path: Json | undefined): AttributePath | undefined {
  if (path === undefined || path === null || path === '') return undefined;
  if (typeof path !== 'string') throw new Refusal('invalid-path', 'path must be a text.');
  return parsePath(path.trim());
}

function fieldOf(of: JsonObject, name: string): Json | undefined {
  const key = spelledAs(of, name);
  return Object.hasOwn(of, key) ? of[key] : undefined;
}
