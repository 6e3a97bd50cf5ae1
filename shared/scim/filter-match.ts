import { isJsonObject, type Json } from '../model/json.ts';
import { Refusal } from '../model/refusal.ts';
import type { AttributePath, Filter } from './filter.ts';
import { comparison, isOrdered } from './filters/comparison.ts';
import { elementScope, resourceScope, type Scope, type Values } from './filters/scope.ts';
import { attributeAt } from './schema.ts';
import type { SchemaAttribute } from './schemas/attribute.ts';
import type { Resource, ResourceKind, Wanted } from './scim-directory.ts';

/**
 * A filter made ready for many resources. Attributes that do not exist match nothing; `ne` is the opposite of `eq`,
 * so that it matches them; `password` matches nothing at all.
 * Refusal `invalid-filter` for an order comparison of booleans or binaries, RFC 7644 §3.4.2.2.
 */
export const compileFilter = (
  kind: ResourceKind,
  filter: Filter,
  baseUrl?: string,
): ((resource: Resource) => boolean) => compile(filter, resourceScope(kind, baseUrl));

export const matches = (filter: Filter, kind: ResourceKind, resource: Resource): boolean =>
  compileFilter(kind, filter)(resource);

/** A filter between brackets, made ready for the elements of an attribute. */
export const compileElementFilter = (of: SchemaAttribute, filter: Filter): ((element: Json) => boolean) =>
  compile(filter, elementScope(of));

/** Which of the attributes that are read only on demand a filter looks at. */
export function wantedByFilter(kind: ResourceKind, filter: Filter): Wanted {
  const names = new Set<string>();
  const open = [filter];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ('left' in next) open.push(next.left, next.right);
    else if (next.kind === 'not') open.push(next.filter);
    else names.add(attributeNameAt(kind, next.path));
  }
  return { members: names.has('members'), groups: names.has('groups') };
}

function attributeNameAt(kind: ResourceKind, path: AttributePath): string {
  const location = attributeAt(kind, path);
  return location?.kind === 'attribute' ? location.attribute.name : '';
}

type Predicate<T> = (subject: T) => boolean;

function compile<T>(filter: Filter, scope: Scope<T>): Predicate<T> {
  switch (filter.kind) {
    case 'and': {
      const [left, right] = [compile(filter.left, scope), compile(filter.right, scope)];
      return (subject) => left(subject) && right(subject);
    }
    case 'or': {
      const [left, right] = [compile(filter.left, scope), compile(filter.right, scope)];
      return (subject) => left(subject) || right(subject);
    }
    case 'not': {
      const inner = compile(filter.filter, scope);
      return (subject) => !inner(subject);
    }
    case 'present':
      return presence(filter.path, scope);
    case 'value-path':
      return presence({ ...filter.path, valueFilter: filter.filter }, scope);
    case 'compare':
      return compareWith(filter, scope);
  }
}

function presence<T>(path: AttributePath, scope: Scope<T>): Predicate<T> {
  const values = valuesAt(path, scope);
  if (values === undefined || values.secret) return never;
  return (subject) => values.of(subject).some(isPresent);
}

function compareWith<T>({ path, operator, value }: Comparison, scope: Scope<T>): Predicate<T> {
  const values = comparedValues(path, scope);
  if (values?.secret) return never;
  if (values && isOrdered(operator, values.traits)) {
    throw new Refusal('invalid-filter', `The operator ${operator} does not apply to ${path.attribute}.`);
  }
  const of = values?.of ?? (() => []);
  if (value === null) return nullTest(operator, of);
  const traits = values?.traits ?? { caseExact: false };
  const test = comparison(operator === 'ne' ? 'eq' : operator, value, traits);
  return operator === 'ne' ? (subject) => !of(subject).some(test) : (subject) => of(subject).some(test);
}

type Comparison = Extract<Filter, { kind: 'compare' }>;

/** `eq null` asks for what is unassigned, RFC 7643 §2.5. */
function nullTest<T>(operator: string, of: (subject: T) => readonly Json[]): Predicate<T> {
  if (operator === 'eq') return (subject) => !of(subject).some(isPresent);
  return operator === 'ne' ? (subject) => of(subject).some(isPresent) : never;
}

/** A complex attribute without a sub-attribute is compared by its `value`: `members eq "…"`, `manager eq "…"`. */
function comparedValues<T>(path: AttributePath, scope: Scope<T>): Values<T> | undefined {
  const values = valuesAt(path, scope);
  if (path.subAttribute !== undefined || values?.inner === undefined) return values;
  const inner = values.inner.values({ attribute: 'value' });
  if (inner === undefined) return undefined;
  const of = (subject: T) =>
    values.of(subject).flatMap((element) => (isJsonObject(element) ? inner.of(element) : [element]));
  return { of, traits: inner.traits };
}

function valuesAt<T>(path: AttributePath, scope: Scope<T>): Values<T> | undefined {
  const { subAttribute, valueFilter, ...name } = path;
  const list = scope.values(name);
  const elements = list && valueFilter ? filtered(list, valueFilter) : list;
  if (subAttribute === undefined) return elements;
  const inner = elements?.inner?.values({ attribute: subAttribute });
  return (
    elements && inner && { of: (subject) => elements.of(subject).flatMap(inner.of), traits: inner.traits }
  );
}

function filtered<T>(list: Values<T>, valueFilter: Filter): Values<T> | undefined {
  if (list.inner === undefined) return undefined;
  const test = compile(valueFilter, list.inner);
  return { ...list, of: (subject) => list.of(subject).filter(test) };
}

const never = () => false;

const isPresent = (value: Json): boolean =>
  value !== null && value !== '' && (!isJsonObject(value) || Object.keys(value).length > 0);
