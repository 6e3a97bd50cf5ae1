import { expect, test } from '@jest/globals';
import { type MortalDirectory, mortalDirectory } from '../../support/admin/mortal-directory.ts';

type Shown = (stack: MortalDirectory, run: string) => Promise<unknown>;

const hows = ['before', 'after', 'fails'] as const;

/** How a run stands, alone and in the list, for every write at which a process may die that works on it, after the timer had its time. */
async function everyDeath(
  begun: (stack: MortalDirectory) => Promise<string>,
  more: Shown = async () => undefined,
) {
  const seen: Record<string, unknown> = {};
  for (const how of hows) {
    for (let at = 1; ; at++) {
      const stack = await mortalDirectory();
      const run = await begun(stack);
      if (!(await stack.dying({ at, how }, stack.nested.work))) break;
      await stack.minutes(8);
      seen[`${how} ${at}`] = [
        ...[(await stack.seen(run))['status'], await stack.listed(run)],
        await more(stack, run),
      ];
    }
  }
  return seen;
}

const allOf = (seen: Readonly<Record<string, unknown>>, outcome: unknown) =>
  Object.fromEntries(Object.keys(seen).map((death) => [death, outcome]));

test('a run that waits for a person says so in the list too, wherever a step of it died', async () => {
  const seen = await everyDeath(async (stack) => await stack.begunRemoval());
  expect(Object.keys(seen).length).toBeGreaterThan(12);
  expect(seen).toEqual(allOf(seen, ['awaiting-approval', 'awaiting-approval', undefined]));
});

test('a run that ends is told as ended, wherever its last step died', async () => {
  const seen = await everyDeath(async (stack) => {
    stack.clock.now += 60_000;
    return await stack.start();
  });
  expect(Object.keys(seen).length).toBeGreaterThan(8);
  expect(seen).toEqual(allOf(seen, ['done', 'done', undefined]));
});

test('a run that fails is told as failed with its reason in log, list and directory, wherever its last step died', async () => {
  const refused = { kind: 'unauthorized', detail: 'no consent' } as const;
  const failing = async (stack: MortalDirectory) => {
    const { graph } = stack.tenant;
    const usersDelta = async () => ({ kind: 'fault', fault: refused }) as const;
    stack.tenant.graph = () => ({ ...graph.call(stack.tenant), usersDelta });
    stack.clock.now += 60_000;
    return await stack.start();
  };
  const seen = await everyDeath(failing, async ({ directory, send, one }, run) => {
    const log = (await send(`GET ${one}/runs/${run}/log?level=error`)).json.items;
    const { state, hints } = await directory();
    return [state, hints.map(({ code }) => code), log.map(({ code }) => code)];
  });
  expect(Object.keys(seen).length).toBeGreaterThan(8);
  const told = ['quarantined', ['last_run_failed'], ['consent_revoked']];
  expect(seen).toEqual(allOf(seen, ['failed', 'failed', told]));
});

test('a row that was removed with its time does not come back', async () => {
  const stack = await mortalDirectory();
  await stack.send(`POST ${stack.one}:pause`);
  stack.clock.now += 31 * 24 * 60 * 60_000;
  expect(await stack.nested.history.removeRuns(stack.id, stack.clock.now - 30 * 24 * 60 * 60_000)).toBe(true);
  await stack.minutes(2);
  expect((await stack.send(`GET ${stack.one}/runs`)).json.items).toEqual([]);
});
