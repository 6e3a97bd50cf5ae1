import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { Refusal } from '../../model/refusal.ts';
import { isSameJson } from '../../model/same-json.ts';
import { isSecret, withoutSecrets } from '../bodies/raw.ts';
import { checkTexts, isList, isUnassigned, wrongType } from '../bodies/read-value.ts';
import { spelledAs } from '../filters/scope.ts';
import { type Step, withField } from './step.ts';

/** The fields of an extension that only the client knows after a step at the whole of it. */
export function customAfter(before: JsonObject, step: Step, urn: string): JsonObject {
  const { op, value = null } = step;
  if (op === 'remove' || (op === 'replace' && isUnassigned(value))) return {};
  if (isUnassigned(value)) return before;
  if (!isJsonObject(value)) throw wrongType(urn, 'an object', value);
  return Object.entries(value).reduce(
    (fields, [name, inner]) => customFieldAfter(fields, { op, value: inner, path: step.path }, [name]),
    before,
  );
}

/** The same after a step at one field, or at a field within it. */
export function customFieldAfter(
  before: JsonObject,
  step: Step,
  [name, deeper]: readonly string[],
): JsonObject {
  if (name === undefined || name === '__proto__' || isSecret(name)) return before;
  if (step.path.valueFilter) {
    throw new Refusal(
      'invalid-path',
      `${name.slice(0, 100)} is a custom attribute, which has no value filters.`,
    );
  }
  const key = spelledAs(before, name);
  const current = Object.hasOwn(before, key) ? before[key] : undefined;
  if (deeper === undefined) return withField(before, key, fieldAfter(current, step, name));
  const inner = customFieldAfter(isJsonObject(current) ? current : {}, step, [deeper]);
  return withField(before, key, Object.keys(inner).length === 0 ? undefined : inner);
}

function fieldAfter(current: Json | undefined, { op, value = null }: Step, name: string): Json | undefined {
  if (op === 'remove') return undefined;
  if (isUnassigned(value)) return op === 'add' && isList(value) ? current : undefined;
  const clean = withoutSecrets(value);
  checkTexts(clean, name);
  if (op === 'add' && isList(current)) {
    const added = isList(clean) ? clean : [clean];
    return [...current, ...added.filter((item) => !current.some((there) => isSameJson(there, item)))];
  }
  return isJsonObject(current) && isJsonObject(clean) ? { ...current, ...clean } : clean;
}
