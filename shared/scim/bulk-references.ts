import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

/** `bulkId:…` stands for the id of a resource that another operation creates, RFC 7644 §3.7.2. */
const whole = /^bulkId:(.+)$/;
const inPath = /bulkId:([^\s"'\][/?]+)/g;

/** The bulkIds that a value names: whole texts, and inside the `path` of a PATCH operation. */
export function referencesIn(value: Json): ReadonlySet<string> {
  const found = new Set<string>();
  for (const text of textsOf(value)) {
    const named = whole.exec(text)?.[1];
    if (named !== undefined) found.add(named);
    else
      for (const match of text.startsWith('members') ? text.matchAll(inPath) : []) found.add(match[1] ?? '');
  }
  return found;
}

/** The value with every known bulkId replaced by the id it stands for. */
export function resolved(value: Json, ids: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return resolvedText(value, ids);
  if (Array.isArray(value)) return value.map((item) => resolved(item, ids));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner, ids)]));
}

export function resolvedText(text: string, ids: ReadonlyMap<string, string>): string {
  const named = whole.exec(text)?.[1];
  if (named !== undefined) return ids.get(named) ?? text;
  if (!text.startsWith('members')) return text;
  return text.replace(inPath, (reference, name: string) => ids.get(name) ?? reference);
}

/** A body that can be created now, and what is to be added to it once the rest is there. */
export interface Split {
  readonly body: JsonObject;
  readonly later: readonly JsonObject[];
}

/**
 * Takes out of a body what names resources that do not exist yet: elements of a list, an attribute, or an attribute of
 * an extension. Each comes back as an operation of a later PATCH, so that circles can be created.
 */
export function split(body: JsonObject, open: ReadonlySet<string>): Split {
  return splitAt('', body, open);
}

function splitAt(prefix: string, body: JsonObject, open: ReadonlySet<string>): Split {
  const kept: [string, Json][] = [];
  const later: JsonObject[] = [];
  for (const [name, value] of Object.entries(body)) {
    const path = `${prefix}${name}`;
    if (!namesAny(value, open)) kept.push([name, value]);
    else if (Array.isArray(value)) {
      kept.push([name, value.filter((item) => !namesAny(item, open))]);
      later.push({ op: 'add', path, value: value.filter((item) => namesAny(item, open)) });
    } else if (isJsonObject(value) && prefix === '' && name.includes(':')) {
      const inner = splitAt(`${name}:`, value, open);
      kept.push([name, inner.body]);
      later.push(...inner.later);
    } else later.push({ op: 'add', path, value });
  }
  return { body: Object.fromEntries(kept), later };
}

const namesAny = (value: Json, open: ReadonlySet<string>) =>
  [...referencesIn(value)].some((name) => open.has(name));

/** All texts of a value; the depth of bodies is bounded by their parser. */
function* textsOf(value: Json): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsOf(item);
  else if (isJsonObject(value)) for (const item of Object.values(value)) yield* textsOf(item);
}
