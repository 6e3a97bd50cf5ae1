import { expect, test } from '@jest/globals';
import { mortalDirectory } from '../../support/admin/mortal-directory.ts';

const codesOf = (hints: readonly { readonly code: string }[]) => hints.map(({ code }) => code);

test('a run that is stuck in what it applies says so, is ended by an administrator with a reason, and the next one makes it right', async () => {
  const stack = await mortalDirectory();
  const run = await stack.stuck();
  const { one, send } = stack;
  const since = new Date(stack.clock.now).toISOString();
  const stuck = { since, code: 'step_failed', detail: 'again and again' };
  expect(await stack.seen(run)).toMatchObject({ status: 'running', phase: 'apply', stuck });
  expect(codesOf((await stack.directory()).hints)).toEqual(['run_stuck']);
  // Nobody stops it in the middle by accident.
  await send(`POST ${one}/runs/${run}:cancel`);
  expect(await stack.seen(run)).toMatchObject({ status: 'running', phase: 'apply' });
  expect(await send(`POST ${one}/runs/${run}:abandon`, { body: { reason: ' ' } })).toMatchObject({
    status: 422,
  });

  await stack.beginAudit();
  const ended = await send(`POST ${one}/runs/${run}:abandon`, { body: { reason: 'its journal is lost' } });
  expect(ended).toMatchObject({
    status: 202,
    json: { status: 'failed', failure: { code: 'run_abandoned' } },
  });
  expect(ended.json).not.toHaveProperty('stuck');
  expect(await stack.audited()).toEqual(['run.abandoned']);
  await stack.nested.work();
  expect((await stack.seen(run))['failure']).toEqual({
    code: 'run_abandoned',
    detail: expect.stringMatching(/ ended it half-way: its journal is lost$/),
  });
  const { hints, runs } = await stack.directory();
  expect(codesOf(hints)).toEqual(['last_run_failed', 'unsettled']);
  expect(runs).not.toHaveProperty('active');

  stack.tenant.setMember(
    '10000000-0000-4000-8000-000000000001',
    '00000000-0000-4000-8000-000000000001',
    'user',
  );
  stack.clock.now += 60_000;
  const next = await stack.start();
  await stack.nested.work();
  const baseline = expect.objectContaining({ baseline: true });
  expect(await stack.seen(next)).toMatchObject({
    status: 'done',
    progress: { users: baseline, groups: baseline },
  });
  expect(codesOf((await stack.directory()).hints)).toEqual([]);
});

test('a run that is not stuck cannot be ended half-way, whether it reads or waits for a person', async () => {
  const stack = await mortalDirectory();
  const id = await stack.begunRemoval();
  const abandon = (run: string) =>
    stack.send(`POST ${stack.one}/runs/${run}:abandon`, { body: { reason: 'try' } });
  const refused = { status: 409, json: { reason: 'run_not_stuck' } };
  expect(await abandon(id)).toMatchObject(refused);
  await stack.nested.work();
  expect(await stack.seen(id)).toMatchObject({ status: 'awaiting-approval' });
  expect(await abandon(id)).toMatchObject(refused);
  expect(await abandon(`run_${'0'.repeat(32)}`)).toMatchObject({ status: 404 });
});
