import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { Refusal } from '../../model/refusal.ts';
import { isList, isUnassigned, readValue } from '../bodies/read-value.ts';
import { compileElementFilter } from '../filter-match.ts';
import { renderPath } from '../filter-text.ts';
import { mergedWith, withSub } from './element.ts';
import { listAfter } from './list-after.ts';
import type { AttributeStep } from './step.ts';

/** The value of an attribute after a step; undefined when it is unassigned then. RFC 7644 §3.5.2. */
export function attributeAfter(before: Json | undefined, step: AttributeStep): Json | undefined {
  const { of } = step;
  if (of.multiValued) return listAfter(isList(before) ? before : [], step);
  if (of.type === 'complex') return complexAfter(isJsonObject(before) ? before : {}, step);
  return step.op === 'remove' ? undefined : readValue(of, step.value ?? null, step.at);
}

/** Sub-attributes that are not named stay as they are, also on a replace: RFC 7644 §3.5.2.3. */
function complexAfter(before: JsonObject, step: AttributeStep): Json | undefined {
  if (!isChosen(before, step)) return before;
  const after = chosenAfter(before, step);
  return after === undefined || Object.keys(after).length === 0 ? undefined : after;
}

function chosenAfter(
  before: JsonObject,
  { of, sub, op, value = null, at }: AttributeStep,
): JsonObject | undefined {
  if (sub) return withSub(before, sub, { value: op === 'remove' ? null : value, at });
  if (op === 'remove' || isUnassigned(value)) return undefined;
  return mergedWith(of, before, { value, at });
}

function isChosen(before: JsonObject, { of, op, path }: AttributeStep): boolean {
  if (path.valueFilter === undefined || compileElementFilter(of, path.valueFilter)(before)) return true;
  if (op === 'remove') return false;
  throw new Refusal('no-target', `Nothing matches ${renderPath(path).slice(0, 100)}.`);
}
