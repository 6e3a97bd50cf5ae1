import { foldedKey } from '../model/folding.ts';
import type { AttributePath, Filter } from './filter.ts';
import { attributeAt, type Location } from './schema.ts';
import type { ResourceKind } from './scim-directory.ts';

/** One term of a conjunction that an index or a point read answers. */
export interface Lookup {
  /** `member`: a group's direct member by id; `manager`: the enterprise manager's id (no index: test by `term`). */
  readonly by: LookupKind;
  /** `foldedKey` of the value for userName, displayName and email; lower case for ids; verbatim for externalId. */
  readonly key: string;
  /** The term it was made from. */
  readonly term: Filter;
  /** Whether the look-up alone is the term; else `term` wants more (`type eq "work"`) and has to be tested as well. */
  readonly exact: boolean;
}

export type LookupKind = 'id' | 'userName' | 'displayName' | 'externalId' | 'email' | 'member' | 'manager';

export interface FilterPlan {
  /** The most selective first, in the order of `LookupKind`; empty when only a scan can answer. */
  readonly lookups: readonly Lookup[];
  /** What no lookup names; absent when nothing is left. */
  readonly residual?: Filter;
}

/** What of a filter an index can answer. The filter equals the conjunction of all `term`s and `residual`. */
export function planOf(kind: ResourceKind, filter: Filter): FilterPlan {
  const lookups: Lookup[] = [];
  const rest: Filter[] = [];
  for (const term of conjuncts(filter)) {
    const lookup = lookupOf(kind, term);
    if (lookup) lookups.push(lookup);
    else rest.push(term);
  }
  lookups.sort((a, b) => precedence.indexOf(a.by) - precedence.indexOf(b.by));
  const residual = allOf(rest);
  return { lookups, ...(residual && { residual }) };
}

/** Conjunction of filters; undefined of none. */
export const allOf = (filters: readonly Filter[]): Filter | undefined =>
  filters.length === 0 ? undefined : filters.reduce((left, right) => ({ kind: 'and', left, right }));

/** The terms that `and` joins, from left to right. */
export function conjuncts(filter: Filter): readonly Filter[] {
  const terms: Filter[] = [];
  const open = [filter];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind === 'and') open.push(next.right, next.left);
    else terms.push(next);
  }
  return terms;
}

const precedence: readonly LookupKind[] = [
  'id',
  'userName',
  'displayName',
  'externalId',
  'email',
  'member',
  'manager',
];

function lookupOf(kind: ResourceKind, term: Filter): Lookup | undefined {
  if (term.kind === 'compare') return comparedLookup(kind, term);
  if (term.kind !== 'value-path') return undefined;
  const by = lookupKindOf(kind, { ...term.path, subAttribute: 'value' });
  const values = conjuncts(term.filter).map(valueCompared);
  const value = values.find((found) => found !== undefined);
  if (by === undefined || value === undefined) return undefined;
  return { by, key: keyOf(by, value), term, exact: values.length === 1 };
}

/** The text of `value eq "…"` between brackets. */
function valueCompared(filter: Filter): string | undefined {
  if (filter.kind !== 'compare' || filter.path.attribute.toLowerCase() !== 'value') return undefined;
  return filter.operator === 'eq' && typeof filter.value === 'string' ? filter.value : undefined;
}

function comparedLookup(kind: ResourceKind, term: Extract<Filter, { kind: 'compare' }>): Lookup | undefined {
  const { path, operator, value } = term;
  const by = operator === 'eq' ? lookupKindOf(kind, path) : undefined;
  if (by === undefined || (typeof value !== 'string' && typeof value !== 'number')) return undefined;
  return { by, key: keyOf(by, String(value)), term, exact: path.valueFilter === undefined };
}

function lookupKindOf(kind: ResourceKind, path: AttributePath): LookupKind | undefined {
  const location = attributeAt(kind, path);
  if (location?.kind !== 'attribute') return undefined;
  const name = nameOf(location);
  return name === 'displayName' && kind === 'User' ? undefined : kinds.get(name);
}

function nameOf({ attribute, subAttribute }: Extract<Location, { kind: 'attribute' }>): string {
  return subAttribute && subAttribute.name !== 'value'
    ? `${attribute.name}.${subAttribute.name}`
    : attribute.name;
}

const kinds: ReadonlyMap<string, LookupKind> = new Map([
  ['id', 'id'],
  ['userName', 'userName'],
  ['displayName', 'displayName'],
  ['externalId', 'externalId'],
  ['emails', 'email'],
  ['members', 'member'],
  ['manager', 'manager'],
]);

function keyOf(by: LookupKind, value: string): string {
  switch (by) {
    case 'userName':
    case 'displayName':
    case 'email':
      return foldedKey(value);
    case 'externalId':
      return value;
    case 'id':
    case 'member':
    case 'manager':
      return value.toLowerCase();
  }
}
