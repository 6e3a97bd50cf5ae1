import { limits } from '../model/limits.ts';
import { Refusal } from '../model/refusal.ts';
import type { DirectoryContext } from './directory-context.ts';

const waitMillisecondsBase = 10;
const waitMillisecondsMax = 400;

/**
 * Repeats a read-and-write until its write finds what it read, which `undefined` denies.
 * Refusal `busy` after `limits.writeAttemptsMax` lost races.
 */
export async function untilWritten<T>(
  context: DirectoryContext,
  attempt: (number: number) => Promise<T | undefined>,
): Promise<T> {
  for (let number = 1; number <= limits.writeAttemptsMax; number++) {
    const outcome = await attempt(number);
    if (outcome !== undefined) return outcome;
    await context.sleep(jitter(context, number));
  }
  throw new Refusal('busy', 'The resource is being changed by many requests at once; try again shortly.', {
    headers: { 'retry-after': '1' },
  });
}

/** Full jitter over an exponentially growing span. */
function jitter(context: DirectoryContext, number: number): number {
  const [byte = 0] = context.randomBytes(1);
  return Math.min(waitMillisecondsBase * 2 ** number, waitMillisecondsMax) * (byte / 255);
}
