import { foldedKey } from '../../model/folding.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { Refusal } from '../../model/refusal.ts';
import { isSameJson } from '../../model/same-json.ts';
import { withOnePrimary } from '../bodies/primary.ts';
import { checkCount, isUnassigned, readElements, readValue } from '../bodies/read-value.ts';
import type { Filter } from '../filter.ts';
import { compileElementFilter } from '../filter-match.ts';
import { conjuncts } from '../filter-plan.ts';
import { renderPath } from '../filter-text.ts';
import { subAttributeOf } from '../schema.ts';
import type { SchemaAttribute } from '../schemas/attribute.ts';
import { mergedWith, withSub } from './element.ts';
import type { AttributeStep } from './step.ts';

/** The elements of a multi-valued attribute after a step; undefined when none are left. */
export function listAfter(before: readonly Json[], step: AttributeStep): Json | undefined {
  const after = withOnePrimary(elementsAfter(before, step), before);
  checkCount(after, step.at);
  return after.length === 0 ? undefined : after;
}

function elementsAfter(before: readonly Json[], step: AttributeStep): readonly Json[] {
  if (step.path.valueFilter) return withChosen(before, step, step.path.valueFilter);
  if (step.sub === undefined)
    return step.op === 'remove' ? withoutNamed(before, step) : withValues(before, step);
  const elements = before.length === 0 && step.op !== 'remove' ? [{}] : before;
  return elements.flatMap(changeOf(step));
}

function withValues(before: readonly Json[], { of, op, value = null, at }: AttributeStep): readonly Json[] {
  const elements = readElements(of, value, at);
  return op === 'replace' ? elements : elements.reduce(withAdded, before);
}

/** The elements that a filter chooses, changed; where it chooses none, a new one that fulfils it. */
function withChosen(before: readonly Json[], step: AttributeStep, filter: Filter): readonly Json[] {
  const isChosen = compileElementFilter(step.of, filter);
  const change = changeOf(step);
  if (before.some(isChosen)) {
    return before.flatMap((element) => (isChosen(element) ? change(element) : [element]));
  }
  // Entra updates what it has not created yet: the element is made from the filter.
  if (step.op === 'remove' || isUnassigned(step.value)) return before;
  return [...before, ...change(literalsOf(step, filter))];
}

/** What a step makes of one element: itself changed, or nothing. */
function changeOf(step: AttributeStep): (element: Json) => readonly Json[] {
  const { op, sub } = step;
  const value = op === 'remove' ? null : (step.value ?? null);
  const change = sub ? subChange(step, sub, value) : wholeChange(step, value);
  return (element) => (isJsonObject(element) ? change(element) : [element]);
}

type Change = (element: JsonObject) => readonly Json[];

/** An element goes with its value. */
function subChange({ at }: AttributeStep, sub: SchemaAttribute, value: Json): Change {
  if (sub.name === 'value' && isUnassigned(value)) return () => [];
  return (element) => [withSub(element, sub, { value, at })];
}

function wholeChange({ of, op, path, at }: AttributeStep, value: Json): Change {
  if (isUnassigned(value)) return (element) => (op === 'add' ? [element] : []);
  const { valueFilter } = path;
  if (op === 'add' || valueFilter === undefined) return (element) => [mergedWith(of, element, { value, at })];
  return (element) => [mergedWith(of, kept(element, valueFilter), { value, at })];
}

/** A replaced element keeps what chose it, so that a value without `type` does not leave its list position. */
function kept(element: JsonObject, filter: Filter): JsonObject {
  const names = new Set(
    conjuncts(filter).map((term) => ('path' in term ? term.path.attribute.toLowerCase() : '')),
  );
  return Object.fromEntries(Object.entries(element).filter(([name]) => names.has(name.toLowerCase())));
}

/** `[type eq "work" and primary eq "True"]` as an element; Refusal `no-target` when the filter says less than equality. */
function literalsOf({ of, path, at }: AttributeStep, filter: Filter): JsonObject {
  const fields = conjuncts(filter).map((term): [string, Json] => {
    const sub =
      term.kind === 'compare' && term.operator === 'eq' ? subAttributeOf(of, term.path.attribute) : undefined;
    const literal =
      sub && term.kind === 'compare' ? readValue(sub, term.value, `${at}.${sub.name}`) : undefined;
    if (sub === undefined || literal === undefined) {
      throw new Refusal('no-target', `Nothing matches ${renderPath(path).slice(0, 100)}.`);
    }
    return [sub.name, literal];
  });
  return Object.fromEntries(fields);
}

/** `Remove roles` with a list of values removes those and no others; without one all go. */
function withoutNamed(before: readonly Json[], { of, value = null, at }: AttributeStep): readonly Json[] {
  if (value === null) return [];
  const unwanted = readElements(of, value, at);
  return before.filter((element) => !unwanted.some((named) => isNamed(of, element, named)));
}

function isNamed(of: SchemaAttribute, element: Json, named: Json): boolean {
  if (!isJsonObject(named) || !isJsonObject(element)) return isSameJson(element, named);
  return Object.entries(named).every(([name, value]) => {
    const caseExact = subAttributeOf(of, name)?.caseExact ?? false;
    const found = element[name];
    return typeof value === 'string' && typeof found === 'string' && !caseExact
      ? foldedKey(value) === foldedKey(found)
      : isSameJson(value, found);
  });
}

/** The pair of value and type is not repeated, RFC 7643 §2.4: what is there is brought up to date. */
function withAdded(elements: readonly Json[], added: Json): readonly Json[] {
  const at = elements.findIndex((element) => isSamePair(element, added));
  if (at < 0) return [...elements, added];
  return elements.map((element, index) =>
    index === at && isJsonObject(element) && isJsonObject(added) ? { ...element, ...added } : element,
  );
}

function isSamePair(a: Json, b: Json): boolean {
  if (!isJsonObject(a) || !isJsonObject(b) || a['value'] === undefined) return isSameJson(a, b);
  return isSameJson(a['value'], b['value']) && isSameJson(a['type'], b['type']);
}
