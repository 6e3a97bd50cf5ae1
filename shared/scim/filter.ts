import { Refusal } from '../model/refusal.ts';
import { Cursor } from './filters/cursor.ts';
import { parseOperand, parseSubAttribute, splitName } from './filters/words.ts';

/** A filter as a tree, RFC 7644 §3.4.2.2. */
export type Filter =
  | {
      readonly kind: 'compare';
      /** May carry a `valueFilter`: `emails[type eq "work"].value eq "x"`. */
      readonly path: AttributePath;
      readonly operator: CompareOperator;
      readonly value: CompareValue;
    }
  | { readonly kind: 'present'; readonly path: AttributePath }
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly filter: Filter }
  /** `emails[type eq "work"]`: one element fulfils all of it. */
  | { readonly kind: 'value-path'; readonly path: AttributePath; readonly filter: Filter };

/** `urn:…:User:name.givenName`, `emails[type eq "work"].value`: RFC 7644 §3.5.2, figure 7. */
export interface AttributePath {
  /** The schema URN before the attribute, as written; absent for core attributes and for a bare extension attribute. */
  readonly schema?: string;
  /** Attribute name as written; empty when the path is a schema URN alone. */
  readonly attribute: string;
  readonly valueFilter?: Filter;
  readonly subAttribute?: string;
}

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type CompareValue = string | number | boolean | null;

/** Reads a filter; Refusal `invalid-filter` for what cannot be read, is too long, too deep or has too many terms. */
export function parseFilter(text: string): Filter {
  const cursor = new Cursor(text, { code: 'invalid-filter', bareWords: true });
  try {
    const filter = parseOr(cursor);
    if (!cursor.isAtEnd()) throw cursor.refusal('cannot be read');
    return filter;
  } catch (cause) {
    const rescued = cause instanceof Refusal && !cursor.isOverLimit ? rawComparison(text) : undefined;
    if (rescued === undefined) throw cause;
    return rescued;
  }
}

/** Reads the path of a PATCH operation or of a projection; Refusal `invalid-path`. */
export function parsePath(text: string): AttributePath {
  const cursor = new Cursor(text, { code: 'invalid-path', bareWords: false });
  const path = parseAttributePath(cursor);
  if (!cursor.isAtEnd()) throw cursor.refusal('cannot be read');
  return path;
}

function parseOr(cursor: Cursor): Filter {
  let left = parseAnd(cursor);
  while (cursor.takeWord('or')) left = { kind: 'or', left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Filter {
  let left = parseFactor(cursor);
  while (cursor.takeWord('and')) left = { kind: 'and', left, right: parseFactor(cursor) };
  return left;
}

function parseFactor(cursor: Cursor): Filter {
  if (cursor.take('(')) return parseGroup(cursor, ')');
  if (cursor.takeNot()) return { kind: 'not', filter: parseGroup(cursor, ')') };
  return parseTerm(cursor);
}

/** What stands between brackets, whose opening one is taken. */
function parseGroup(cursor: Cursor, closing: string): Filter {
  cursor.enter();
  const filter = parseOr(cursor);
  if (!cursor.take(closing)) throw cursor.refusal(`lacks a ${closing}`);
  cursor.leave();
  return filter;
}

function parseTerm(cursor: Cursor): Filter {
  cursor.countTerm();
  const path = parseAttributePath(cursor);
  const word = cursor.takeOperator();
  if (word === 'pr') return { kind: 'present', path };
  if (word !== undefined) {
    return { kind: 'compare', path, operator: word, value: parseOperand(cursor, path) };
  }
  const { valueFilter, ...list } = path;
  if (valueFilter === undefined || path.subAttribute !== undefined) throw cursor.refusal('lacks an operator');
  return { kind: 'value-path', path: list, filter: valueFilter };
}

function parseAttributePath(cursor: Cursor): AttributePath {
  const name = splitName(cursor);
  if (name.subAttribute !== undefined || name.attribute === '' || !cursor.isAtBracket()) return name;
  cursor.take('[');
  const valueFilter = cursor.insideBrackets(() => parseGroup(cursor, ']'));
  const subAttribute = parseSubAttribute(cursor);
  return { ...name, valueFilter, ...(subAttribute !== undefined && { subAttribute }) };
}

/**
 * Entra puts values between quotes without escaping them, so that `displayName eq "R&D "core""` and `id eq "CORP\jo"`
 * arrive: what is one comparison as a whole is read with the text between the outer quotes. Never more than one comparison.
 */
function rawComparison(text: string): Filter | undefined {
  const [, path, value] = /^\s*([^\s"]+)\s+eq\s+"(.*)"\s*$/is.exec(text) ?? [];
  if (path === undefined || value === undefined || hidesComparison.test(value)) return undefined;
  const cursor = new Cursor(path, { code: 'invalid-filter', bareWords: false });
  const name = splitName(cursor);
  return cursor.isAtEnd() ? { kind: 'compare', path: name, operator: 'eq', value } : undefined;
}

const hidesComparison = /"[^"]*\s(eq|ne|co|sw|ew|gt|ge|lt|le|pr)(\s|$)/i;
