import { createRequire } from 'node:module';
import { format } from 'node:util';

/** A test as its file declares it. */
export interface CollectedTest {
  /** Unique among all collected. */
  readonly id: string;
  readonly run: () => unknown;
}

type Body = (...values: readonly unknown[]) => unknown;
type Declare = (name: string, body: Body, timeout?: number) => void;

const collected: CollectedTest[] = [];
let around: readonly string[] = [];

/** All tests of the files imported so far, in their order. */
export const collectedTests: readonly CollectedTest[] = collected;

const declareTest: Declare = (name, body) => {
  collected.push({ id: `${collected.length}: ${[...around, name].join(' › ')}`, run: () => body() });
};

const declareGroup: Declare = (name, body) => {
  const outer = around;
  around = [...outer, name];
  body();
  around = outer;
};

/** Rows are spread over the name and the arguments when all of them are lists, as in jest. */
const each = (declare: Declare) => (table: readonly unknown[]) => (name: string, body: Body) => {
  const rows = table.every((row) => Array.isArray(row)) ? table : table.map((row) => [row]);
  for (const values of rows) {
    const named = (name.match(/%[sjdi]/g) ?? []).length;
    declare(format(name, ...values.slice(0, named)), () => body(...values));
  }
};

export const test = Object.assign(declareTest, { each: each(declareTest) });
export const it = test;
export const describe = Object.assign(declareGroup, { each: each(declareGroup) });

// The very `expect` that the tests get from @jest/globals, which itself refuses to load outside of jest.
const requireOfJest = createRequire(createRequire(import.meta.url).resolve('@jest/globals'));
export const expect: unknown = requireOfJest('@jest/expect').jestExpect;
