import { expect, test } from '@jest/globals';
import type { Death } from '../../support/admin/mortal.ts';
import { mortalDirectory } from '../../support/admin/mortal-directory.ts';

const hows = ['before', 'after', 'fails'] as const;
const decisions = [
  ['approve', 'done'],
  ['reject', 'rejected'],
] as const;

/** A held run, and a decision of it whose process dies; undefined when it was over before that. */
async function decided(act: string, death: Death) {
  const stack = await mortalDirectory();
  const run = await stack.held();
  const { status, plan } = await stack.seen(run);
  expect(status).toBe('awaiting-approval');
  const body = { planHash: (plan as { hash: string }).hash };
  const decide = async () => await stack.send(`POST ${stack.one}/runs/${run}:${act}`, { body });
  return (await stack.dying(death, decide)) ? { ...stack, run, decide } : undefined;
}

/** What becomes of it for every write at which the process may die, as `then` sees it. */
async function everyDeath(
  act: string,
  then: (stack: NonNullable<Awaited<ReturnType<typeof decided>>>) => Promise<unknown>,
) {
  const seen: Record<string, unknown> = {};
  for (const how of hows) {
    for (let at = 1; ; at++) {
      const stack = await decided(act, { at, how });
      if (stack === undefined) break;
      seen[`${how} ${at}`] = await then(stack);
    }
  }
  return seen;
}

test.each(decisions)(
  'a decision (%s) that was taken is carried out by the timer, wherever its process died',
  async (act, status) => {
    const seen = await everyDeath(act, async ({ minutes, run, seen, listed, nested, id, audited }) => {
      const isAudited = (await audited()).includes(act === 'approve' ? 'run.approved' : 'run.rejected');
      const { approval } = (await nested.store.run(id, run as never)) ?? {};
      await minutes(5);
      const isTaken = approval !== undefined;
      return [isTaken, isTaken && isAudited, (await seen(run))['status'], await listed(run)];
    });
    expect(Object.keys(seen).length).toBeGreaterThan(12);
    for (const [death, outcome] of Object.entries(seen)) {
      const expected = [true, true, status, status];
      const untaken = [false, false, 'awaiting-approval', 'awaiting-approval'];
      expect({ death, outcome }).toEqual({ death, outcome: (outcome as unknown[])[0] ? expected : untaken });
    }
  },
);

test.each(decisions)(
  'a decision (%s) is carried out when it is repeated, wherever its process died',
  async (act, status) => {
    const seen = await everyDeath(act, async ({ clock, run, seen, listed, nested, decide, directory }) => {
      clock.now += 61_000;
      await decide();
      await nested.work();
      return [(await seen(run))['status'], await listed(run), (await directory()).state];
    });
    expect(Object.keys(seen).length).toBeGreaterThan(12);
    expect(new Set(Object.values(seen).map((outcome) => JSON.stringify(outcome)))).toEqual(
      new Set([JSON.stringify([status, status, 'enabled'])]),
    );
  },
);

test('whoever orders a run sends on the decided one that lost its message', async () => {
  const seen = await everyDeath('approve', async ({ clock, run, seen, send, one, nested, id }) => {
    clock.now += 61_000;
    const { approval } = (await nested.store.run(id, run as never)) ?? {};
    const answer = await send(`POST ${one}/runs`, { body: {} });
    await nested.work();
    return [approval !== undefined, answer.status, (await seen(run))['status']];
  });
  expect(new Set(Object.values(seen).map((outcome) => JSON.stringify(outcome)))).toEqual(
    new Set(['[false,409,"awaiting-approval"]', '[true,409,"done"]']),
  );
});
