import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { setTimeout as waited } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { type CollectedTest, collectedTests } from './collected-tests.ts';

/**
 * Runs tests for Stryker in the process that has loaded them: a mutant costs the few tests that reach it, and no start of
 * jest. State that outlives a test could make a later mutant look dead, so that a kill counts only when the same test
 * passes at once without the mutant.
 */
class InProcessRunner {
  capabilities() {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    process.on('unhandledRejection', () => undefined);
    fc.configureGlobal({ seed: 20_261_123, numRuns: 50, endOnFailure: true });
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === '@jest/globals' ? { url: globalsUrl, shortCircuit: true } : next(specifier, context),
    });
    await import(pathToFileURL(resolve('test/support/scim-tests.ts')).href);
  }

  async dryRun(): Promise<object> {
    instrumented.activeMutant = undefined;
    const tests: object[] = [];
    for (const test of collectedTests) {
      instrumented.currentTestId = test.id;
      const startedAt = performance.now();
      const fault = await faultOf(test);
      const { id } = test;
      const timeSpentMs = performance.now() - startedAt;
      const status = fault === undefined ? testStatus.success : testStatus.failed;
      tests.push({ id, name: id, timeSpentMs, status, failureMessage: fault });
    }
    instrumented.currentTestId = undefined;
    return { status: 'complete', tests, mutantCoverage: instrumented.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }: MutantRun): Promise<object> {
    const wanted = testFilter && new Set(testFilter);
    const tests = collectedTests.filter(({ id }) => !wanted || wanted.has(id));
    instrumented.hitLimit = hitLimit;
    instrumented.hitCount = hitLimit === undefined ? undefined : 0;
    for (const [index, test] of tests.entries()) {
      const verdict = await verdictOf(test, activeMutant.id);
      if (verdict) return { ...verdict, nrOfTests: index + 1 };
    }
    return { status: 'survived', nrOfTests: tests.length };
  }
}

export const strykerPlugins = [
  { kind: 'TestRunner', name: 'in-process', injectableClass: InProcessRunner },
] as const;

interface MutantRun {
  readonly activeMutant: { readonly id: string };
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
}

/** What Stryker's instrumented code looks at. */
interface Instrumented {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitLimit?: number | undefined;
  hitCount?: number | undefined;
  mutantCoverage?: unknown;
}

const instrumented: Instrumented = {};
Object.assign(globalThis, { __stryker__: instrumented });

const globalsUrl = new URL('collected-tests.ts', import.meta.url).href;
const testStatus = { success: 0, failed: 1 } as const;
const testMillisecondsMax = 2000;
const tooLong = `No end after ${testMillisecondsMax} ms`;

/** What a test says of a mutant; undefined when it passes. */
async function verdictOf(test: CollectedTest, mutantId: string): Promise<object | undefined> {
  instrumented.activeMutant = mutantId;
  const fault = await faultOf(test);
  instrumented.activeMutant = undefined;
  const { hitCount = 0, hitLimit = Number.POSITIVE_INFINITY } = instrumented;
  if (hitCount > hitLimit) return { status: 'timeout', reason: 'Code ran round in a circle' };
  if (fault === undefined) return undefined;
  const faultWithout = await faultOf(test);
  if (faultWithout !== undefined) {
    return { status: 'error', errorMessage: `${test.id} fails without the mutant: ${faultWithout}` };
  }
  if (fault === tooLong) return { status: 'timeout', reason: tooLong };
  return { status: 'killed', killedBy: [test.id], failureMessage: fault };
}

/** Why a test failed; undefined when it passed. */
async function faultOf(test: CollectedTest): Promise<string | undefined> {
  const done = new AbortController();
  const late = waited(testMillisecondsMax, tooLong, { signal: done.signal }).catch(() => undefined);
  try {
    const ended = (async () => {
      await test.run();
    })();
    return (await Promise.race([ended, late])) ?? undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    done.abort();
  }
}
