import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { limits } from '../model/limits.ts';
import { Refusal } from '../model/refusal.ts';

/** RFC 7644 §3.7. What one operation lacks is that operation's failure, not the request's. */
export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** Failures after which no more is done. */
  readonly errorsMax: number;
}

export interface BulkOperation {
  /** In upper case. */
  readonly method: string;
  readonly path: string;
  readonly bulkId?: string;
  readonly version?: string;
  readonly data: Json;
}

/** Refusal `invalid-syntax` for a body that is no Bulk request, `too-large` for too many operations. */
export function parseBulk(body: Json): BulkRequest {
  if (!isJsonObject(body)) throw new Refusal('invalid-syntax', 'A Bulk request is a JSON object.');
  const operations = field(body, 'Operations');
  if (!Array.isArray(operations)) throw new Refusal('invalid-syntax', 'Operations is a list.');
  if (operations.length > limits.bulkOperationsMax) {
    throw new Refusal('too-large', `A Bulk request holds at most ${limits.bulkOperationsMax} operations.`);
  }
  return { operations: operations.map(operationOf), errorsMax: errorsMaxOf(field(body, 'failOnErrors')) };
}

function errorsMaxOf(value: Json | undefined): number {
  if (value === undefined || value === null || value === 0) return Number.POSITIVE_INFINITY;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new Refusal('invalid-value', 'failOnErrors is a whole number above 0.');
}

function operationOf(operation: Json): BulkOperation {
  if (!isJsonObject(operation)) throw new Refusal('invalid-syntax', 'An operation is a JSON object.');
  const bulkId = textOf(operation, 'bulkId');
  const version = textOf(operation, 'version');
  return {
    method: (textOf(operation, 'method') ?? '').toUpperCase(),
    path: textOf(operation, 'path') ?? '',
    ...(bulkId === undefined ? {} : { bulkId }),
    ...(version === undefined ? {} : { version }),
    data: field(operation, 'data') ?? null,
  };
}

function textOf(operation: JsonObject, name: string): string | undefined {
  const value = field(operation, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new Refusal('invalid-syntax', `${name} of an operation is text.`);
}

/** Attribute names of messages come in any case, RFC 7643 §2.1. */
function field(object: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const wanted = name.toLowerCase();
  return Object.entries(object).find(([key]) => key.toLowerCase() === wanted)?.[1];
}
