import type { Json, JsonObject } from '../../../shared/model/json.ts';

/** A target attribute as Entra names it in its mappings. */
type Target =
  | { readonly kind: 'plain'; readonly names: readonly string[] }
  | {
      readonly kind: 'entry';
      readonly list: string;
      readonly key: string;
      readonly literal: string;
      readonly name: string;
    };

/** What a resource holds at a path of a mapping: `name.givenName`, `emails[type eq "work"].value`, `urn:…:User:department`. */
export function valueAt(resource: JsonObject, path: string): Json | undefined {
  const target = targetOf(path);
  if (target.kind === 'plain') {
    return target.names.reduce<Json | undefined>(
      (value, name) => (isObject(value) ? value[name] : undefined),
      resource,
    );
  }
  const entries = resource[target.list];
  if (!Array.isArray(entries)) return undefined;
  const found = entries.find(
    (entry) => isObject(entry) && String(entry[target.key]).toLowerCase() === target.literal.toLowerCase(),
  );
  return found?.[target.name];
}

/** Puts a value into the body of a new resource; an entry of a list is made with the literal its path selects by. */
export function setAt(body: Record<string, unknown>, path: string, value: Json): void {
  const target = targetOf(path);
  if (target.kind === 'plain') {
    setNested(body, target.names, value);
    return;
  }
  body[target.list] ??= [];
  const entries = body[target.list] as Record<string, unknown>[];
  let entry = entries.find((candidate) => candidate[target.key] === target.literal);
  if (entry === undefined) {
    entry = { [target.key]: target.literal };
    entries.push(entry);
  }
  entry[target.name] = value;
}

export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function targetOf(path: string): Target {
  const entry = /^(\w+)\[(\w+) eq "([^"]*)"\][.](\w+)$/.exec(path);
  if (entry !== null) {
    const [, list = '', key = '', literal = '', name = ''] = entry;
    return { kind: 'entry', list, key, literal, name };
  }
  if (path.startsWith(`${enterprise}:`)) {
    return { kind: 'plain', names: [enterprise, path.slice(enterprise.length + 1)] };
  }
  return { kind: 'plain', names: path.split('.') };
}

function setNested(body: Record<string, unknown>, names: readonly string[], value: Json): void {
  const [first = '', ...rest] = names;
  if (rest.length === 0) {
    body[first] = value;
    return;
  }
  body[first] ??= {};
  setNested(body[first] as Record<string, unknown>, rest, value);
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
