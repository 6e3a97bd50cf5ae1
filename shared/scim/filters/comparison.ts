import { foldedKey } from '../../model/folding.ts';
import type { Json } from '../../model/json.ts';
import type { CompareOperator, CompareValue } from '../filter.ts';

/** What the schema says of the compared value; nothing for attributes of custom extensions. */
export interface Traits {
  readonly type?: string;
  readonly caseExact: boolean;
}

/** Whether one stored value stands in the relation to what the filter says; `ne` is asked for as the opposite of `eq`. */
export type Test = (actual: Json) => boolean;

export function comparison(operator: CompareOperator, expected: CompareValue, traits: Traits): Test {
  switch (traits.type) {
    case 'boolean':
      return booleanTest(operator, expected);
    case 'dateTime':
      return operator in substring
        ? textTest(operator, String(expected), traits)
        : instantTest(operator, expected);
    case undefined:
      return untypedTest(operator, expected);
    default:
      return textTest(operator, String(expected), traits);
  }
}

/** Order has no meaning for these, RFC 7644 §3.4.2.2 table 3. */
export const isOrdered = (operator: CompareOperator, traits: Traits): boolean =>
  operator in order && (traits.type === 'boolean' || traits.type === 'binary');

function booleanTest(operator: CompareOperator, expected: CompareValue): Test {
  const wanted = toBoolean(expected);
  return (actual) => operator === 'eq' && actual === wanted;
}

/** Entra writes booleans as text: `primary eq "True"`. */
function toBoolean(value: CompareValue): CompareValue {
  if (typeof value !== 'string') return value;
  const text = value.trim().toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : value;
}

function instantTest(operator: CompareOperator, expected: CompareValue): Test {
  const wanted = toInstant(expected);
  const relation = relationOf(operator);
  if (wanted === undefined) return () => false;
  return (actual) => {
    const instant = toInstant(actual);
    return instant !== undefined && relation(instant, wanted);
  };
}

function toInstant(value: Json): number | undefined {
  if (typeof value !== 'string' || !dateTime.test(value)) return undefined;
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? undefined : instant;
}

function untypedTest(operator: CompareOperator, expected: CompareValue): Test {
  const ofText = textTest(operator, String(expected), { caseExact: false });
  const ofBoolean = booleanTest(operator, expected);
  const relation = relationOf(operator);
  return (actual) => {
    if (typeof actual === 'string') return ofText(actual);
    if (typeof actual === 'boolean') return ofBoolean(actual);
    return typeof actual === 'number' && typeof expected === 'number' && relation(actual, expected);
  };
}

function textTest(operator: CompareOperator, expected: string, traits: Traits): Test {
  if (operator in substring) {
    const key = traits.caseExact ? same : partKey;
    const part = key(expected);
    const holds = substring[operator as keyof typeof substring];
    return (actual) => typeof actual === 'string' && holds(key(actual), part);
  }
  const key = traits.caseExact ? same : foldedKey;
  const wanted = key(expected);
  const relation = relationOf(operator);
  return (actual) => typeof actual === 'string' && relation(key(actual), wanted);
}

const same = (text: string): string => text;

/** As `foldedKey`, with the space at both ends that a part of a text may have. */
const partKey = (text: string): string => foldedKey(`|${text}|`).slice(1, -1);

const substring = {
  co: (text: string, part: string) => text.includes(part),
  sw: (text: string, part: string) => text.startsWith(part),
  ew: (text: string, part: string) => text.endsWith(part),
};

type Comparable = string | number;

const order = {
  gt: (a: Comparable, b: Comparable) => a > b,
  ge: (a: Comparable, b: Comparable) => a >= b,
  lt: (a: Comparable, b: Comparable) => a < b,
  le: (a: Comparable, b: Comparable) => a <= b,
};

const relationOf = (operator: CompareOperator): ((a: Comparable, b: Comparable) => boolean) =>
  operator in order ? order[operator as keyof typeof order] : (a, b) => operator === 'eq' && a === b;

const dateTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;
