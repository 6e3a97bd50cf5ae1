import { expect, test } from '@jest/globals';
import { type MortalDirectory, mortalDirectory } from '../../support/admin/mortal-directory.ts';

const hows = ['before', 'after', 'fails'] as const;

/** How a run stands, alone and in the list, for every write at which a process may die that works on it, after the timer had its time. */
async function everyDeath(begun: (stack: MortalDirectory) => Promise<string>) {
  const seen: Record<string, unknown> = {};
  for (const how of hows) {
    for (let at = 1; ; at++) {
      const stack = await mortalDirectory();
      const run = await begun(stack);
      if (!(await stack.dying({ at, how }, stack.nested.work))) break;
      await stack.minutes(8);
      seen[`${how} ${at}`] = [(await stack.seen(run))['status'], await stack.listed(run)];
    }
  }
  return seen;
}

const allOf = (seen: Readonly<Record<string, unknown>>, outcome: unknown) =>
  Object.fromEntries(Object.keys(seen).map((death) => [death, outcome]));

test('a run that waits for a person says so in the list too, wherever a step of it died', async () => {
  const seen = await everyDeath(async (stack) => await stack.begunRemoval());
  expect(Object.keys(seen).length).toBeGreaterThan(12);
  expect(seen).toEqual(allOf(seen, ['awaiting-approval', 'awaiting-approval']));
});
