import { expect, test } from '@jest/globals';
import type { SyncRun } from '../../../shared/sync/run-records.ts';
import { stepCause } from '../../../shared/sync/step-cause.ts';
import { synced } from './small-tenant.ts';

test.each([
  [{ phase: 'check' }, 'check (check)'],
  [{ phase: 'read', lastRead: 'users' }, 'read (read-page groups)'],
  [{ phase: 'derive' }, 'derive (plan)'],
  [{ phase: 'apply', applied: 2 }, 'apply (part 3 of 4)'],
  [{ phase: 'apply', status: 'awaiting-approval' }, 'apply'],
  [{ phase: 'done' }, 'done'],
] as const)('a step of a run at %j failed in the phase %s', async (at, where) => {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  const done = await sync.lastRun();
  const { delta: _, ...groups } = done.groups;
  const run: SyncRun = { ...done, groups, status: 'running', applied: 0, ...at };
  const plan = { ...run.plan, parts: 4 - run.users.pages - run.groups.pages } as SyncRun['plan'];
  expect(stepCause({ run: { ...run, ...(plan && { plan }) }, thrown: new RangeError('who') })).toBe(
    `A step failed in the phase ${where}: RangeError.`,
  );
});

test('of causes that go in a circle five are named', () => {
  const error = Object.assign(new Error('who'), { code: 'ECONNRESET', statusCode: 500 });
  error.cause = error;
  expect(stepCause({ thrown: error })).toBe(
    `A step failed before its checkpoint was read: ${Array(5).fill('Error ECONNRESET (500)').join(', because of ')}.`,
  );
});
