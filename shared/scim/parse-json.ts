import { isJsonObject, type Json } from '../model/json.ts';
import { limits } from '../model/limits.ts';
import { excerpt, Refusal } from '../model/refusal.ts';

/**
 * A request body as JSON. Refusal `invalid-syntax` for what is not JSON, is nested deeper than `limits.jsonDepthMax`,
 * or holds text that is no Unicode or has control characters other than tab and line ends.
 * Keys named `__proto__` are left out.
 */
export function parseJson(text: string): Json {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const { depth, escapes } = survey(body);
  if (depth > limits.jsonDepthMax) {
    throw new Refusal('invalid-syntax', `The body is nested deeper than ${limits.jsonDepthMax} levels.`);
  }
  const parsed = read(body);
  // Bad characters and disguised names can only come from escapes, so most bodies need no second look.
  return escapes || body.includes('"__proto__"') ? cleaned(parsed) : parsed;
}

function read(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Refusal('invalid-syntax', 'The body is not valid JSON.', { cause });
  }
}

/** One pass over the text, so that depth is known before anything is built. */
function survey(text: string): { readonly depth: number; readonly escapes: boolean } {
  let depth = 0;
  let deepest = 0;
  let escapes = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at + 1);
      escapes ||= end.escapes;
      at = end.at;
    } else if (code === openBrace || code === openBracket) deepest = Math.max(deepest, ++depth);
    else if (code === closeBrace || code === closeBracket) depth--;
  }
  return { depth: deepest, escapes };
}

function endOfString(text: string, start: number): { readonly at: number; readonly escapes: boolean } {
  let escapes = false;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return { at, escapes };
    if (code !== backslash) continue;
    at++;
    escapes ||= !harmlessEscapes.has(text.charCodeAt(at));
  }
  return { at: text.length, escapes };
}

/** The value without `__proto__` keys, its text proven; recursion is bounded by the depth just measured. */
function cleaned(value: Json): Json {
  if (typeof value === 'string') return proven(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(([name]) => name !== '__proto__');
  return Object.fromEntries(entries.map(([name, inner]) => [proven(name), cleaned(inner)]));
}

function proven(text: string): string {
  if (text.isWellFormed() && !forbidden.test(text)) return text;
  const shown = excerpt(JSON.stringify(text.toWellFormed()));
  throw new Refusal('invalid-syntax', `The body holds forbidden characters: ${shown}`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/;
const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
/** `\" \\ \/ \n \r \t`. */
const harmlessEscapes = new Set(['"', '\\', '/', 'n', 'r', 't'].map((letter) => letter.charCodeAt(0)));
