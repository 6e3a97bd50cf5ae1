import type { Cursor } from './cursor.ts';

/** A name as written: `urn:…:User:name.givenName`. */
export interface Name {
  readonly schema?: string;
  readonly attribute: string;
  readonly subAttribute?: string;
}

/**
 * Takes a name apart. What follows the last colon of a URN is the attribute, unless it cannot be one or ends the URN of
 * a resource's schema (`…:2.0:User`), when the URN stands for the whole extension.
 */
export function splitName(cursor: Cursor): Name {
  const word = cursor.nextWord();
  const colon = /^urn:/i.test(word) ? word.lastIndexOf(':') : -1;
  const rest = word.slice(colon + 1);
  if (colon >= 0 && (/^(user|group)$/i.test(rest) || !dotted.test(rest))) {
    return { schema: word, attribute: '' };
  }
  if (!dotted.test(rest)) throw cursor.refusal('lacks an attribute name');
  const [attribute = '', subAttribute] = rest.split('.');
  return {
    ...(colon >= 0 && { schema: word.slice(0, colon) }),
    attribute,
    ...(subAttribute !== undefined && { subAttribute }),
  };
}

/** `.value` behind a bracket. */
export function parseSubAttribute(cursor: Cursor): string | undefined {
  return cursor.takeMatch(/\.[A-Za-z$][\w$-]*/y)?.slice(1);
}

/** The right side of a comparison; words without quotes are text where the grammar is read leniently. */
export function parseOperand(
  cursor: Cursor,
  path: { readonly attribute: string; readonly subAttribute?: string },
): string | number | boolean | null {
  cursor.isAtEnd();
  const quoted = cursor.takeMatch(/"[^"\\]*(?:\\.[^"\\]*)*"/sy);
  const value =
    quoted === undefined
      ? bareValue(cursor)
      : unquoted(cursor, isName(path) ? withBackslashes(quoted) : quoted);
  if (!cursor.isAtBoundary()) throw cursor.refusal('has a value that does not end');
  return value;
}

function unquoted(cursor: Cursor, text: string): string {
  try {
    return JSON.parse(text);
  } catch {
    throw cursor.refusal('has a text that is not escaped as in JSON');
  }
}

function bareValue(cursor: Cursor): string | number | boolean | null {
  const word = cursor.nextWord();
  const literal = literals.get(word.toLowerCase());
  if (literal !== undefined) return literal;
  // A number that would not come back as it was written is an identifier.
  if (number.test(word) && (!cursor.bareWords || String(Number(word)) === word)) return Number(word);
  if (word === '' || word.startsWith("'") || !cursor.bareWords)
    throw cursor.refusal('lacks a value in quotes');
  return word;
}

/**
 * Names of objects hold no control characters, so `\n` in `CORP\nick`, which Entra does not escape, is a backslash and an n.
 */
const withBackslashes = (quoted: string): string =>
  quoted.replace(/\\(.)/gs, (pair, character: string) => ('bfnrt'.includes(character) ? `\\${pair}` : pair));

const isName = (path: { readonly attribute: string; readonly subAttribute?: string }): boolean =>
  path.subAttribute === undefined && nameAttributes.has(path.attribute.toLowerCase());

const nameAttributes = new Set(['id', 'username', 'externalid', 'displayname']);

const literals: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const number = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;
const dotted = /^[A-Za-z$][\w$-]*(\.[A-Za-z$][\w$-]*)?$/;
