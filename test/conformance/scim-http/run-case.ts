import type { JsonValue, ScimCase, ScimConnection, ScimDriver, ScimReceived, ScimStep } from './scim-case.ts';

/** Runs a case in a directory of its own; the first difference is thrown, with request and answer. */
export async function runCase(scimCase: ScimCase, driver: ScimDriver): Promise<void> {
  const connection = await driver.open();
  const kept = new Map<string, string>([['base', connection.baseUrl]]);
  for (const [index, step] of scimCase.steps.entries()) {
    await runStep(step, { connection, kept, index });
  }
}

interface Running {
  readonly connection: ScimConnection;
  readonly kept: Map<string, string>;
  readonly index: number;
}

async function runStep(step: ScimStep, { connection, kept, index }: Running): Promise<void> {
  const send = filled(step.send, kept) as ScimStep['send'];
  const received = await connection.send(send);
  const differences = differencesOf(received, filled(step.expect, kept) as ScimStep['expect']);
  if (differences.length > 0) {
    const facts = JSON.stringify({ step: index + 1, send, received }, undefined, 1);
    throw new Error(`${differences.join('\n')}\n${facts.slice(0, 6000)}`);
  }
  const { body } = received;
  if (step.keep !== undefined && isObject(body)) kept.set(step.keep, String(body['id']));
}

function differencesOf(received: ScimReceived, expected: ScimStep['expect']): readonly string[] {
  const differences: string[] = [];
  if (received.status !== expected.status) {
    differences.push(`status: expected ${expected.status}, received ${received.status}`);
  }
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const actual = received.headers[name];
    const isSame = value === null ? actual === undefined : isSameText(actual, value);
    if (!isSame) differences.push(`${name}: expected ${value}, received ${actual}`);
  }
  if (expected.body === undefined) return differences;
  if (expected.body === null)
    return received.body === undefined ? differences : [...differences, 'body: expected none'];
  const actual = expected.isOrdered ? received.body : inOrderOf(expected.body, received.body);
  return [...differences, ...bodyDifferences('body', actual, expected.body)];
}

/** Objects made in one millisecond have ids in any order, and lists of them the order of ids. */
function inOrderOf(expected: JsonValue, actual: JsonValue | undefined): JsonValue | undefined {
  if (isList(expected) && isList(actual)) {
    const places = expected.map(nameOf);
    const placeOf = (item: JsonValue) => places.indexOf(nameOf(item));
    const sorted = actual.toSorted((one, other) => placeOf(one) - placeOf(other));
    return sorted.map((item, index) => inOrderOf(expected[index] ?? null, item) ?? null);
  }
  if (!isObject(expected) || !isObject(actual)) return actual;
  const entries = Object.entries(actual);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, inOrderOf(expected[name] ?? null, value) ?? null]),
  );
}

const nameOf = (item: JsonValue) => (isObject(item) ? (item['id'] ?? item['value'] ?? null) : null);

function bodyDifferences(at: string, actual: JsonValue | undefined, expected: JsonValue): readonly string[] {
  if (typeof expected === 'string') {
    return isSameText(actual, expected)
      ? []
      : [`${at}: expected ${expected}, received ${JSON.stringify(actual)}`];
  }
  if (isList(expected)) return listDifferences(at, actual, expected);
  if (isObject(expected)) return objectDifferences(at, actual, expected);
  return Object.is(actual, expected)
    ? []
    : [`${at}: expected ${expected}, received ${JSON.stringify(actual)}`];
}

function listDifferences(at: string, actual: JsonValue | undefined, expected: readonly JsonValue[]) {
  if (!isList(actual)) return [`${at}: expected a list, received ${JSON.stringify(actual)}`];
  if (actual.length !== expected.length)
    return [`${at}: expected ${expected.length} elements, received ${actual.length}`];
  return expected.flatMap((item, index) => bodyDifferences(`${at}[${index}]`, actual[index], item));
}

function objectDifferences(at: string, actual: JsonValue | undefined, expected: JsonObject) {
  if (!isObject(actual)) return [`${at}: expected an object, received ${JSON.stringify(actual)}`];
  const { '...': isOpen, ...names } = expected;
  const extra = isOpen === undefined ? Object.keys(actual).filter((name) => !Object.hasOwn(names, name)) : [];
  return [
    ...extra.map((name) => `${at}.${name}: not expected`),
    ...Object.entries(names).flatMap(([name, value]) =>
      bodyDifferences(`${at}.${name}`, actual[name], value),
    ),
  ];
}

const kinds: Readonly<Record<string, RegExp>> = {
  '<id>': /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  '<time>': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  '<tag>': /^W\/"[^"]+"$/,
  '<text>': /./s,
  '<bearer>': /^Bearer\b/,
};

function isSameText(actual: JsonValue | undefined, expected: string): boolean {
  const kind = kinds[expected];
  return kind ? typeof actual === 'string' && kind.test(actual) : actual === expected;
}

function filled(value: unknown, kept: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\{(\w+)\}/g, (whole, name: string) => kept.get(name) ?? whole);
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, kept));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, inner]) => [filled(name, kept), filled(inner, kept)]));
}

type JsonObject = { readonly [name: string]: JsonValue };
const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);
const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !isList(value);
