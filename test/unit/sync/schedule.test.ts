import { expect, test } from '@jest/globals';
import { newRunId } from '../../../shared/model/new-ids.ts';
import { newSyncState } from '../../../shared/sync/run-records.ts';
import { dueNow, nextRunAt } from '../../../shared/sync/schedule.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';

const at = Date.UTC(2026, 0, 1, 12);
const lastRun = newRunId({ now: () => at, randomBytes: (count) => new Uint8Array(count) });
const every15 = NestedSettings.parse({});

test.each([
  [0, 'nothing'],
  [15 * 60_000 - 1, 'nothing'],
  [15 * 60_000, 'start'],
])('%d ms after the last run began: %s (XA-02)', (later, due) => {
  expect(dueNow(every15, { ...newSyncState, lastRun }, at + later)).toBe(due);
});

test('a directory that never ran is due at once, unless runs start by hand only (XA-03)', () => {
  const byHand = NestedSettings.parse({ intervalMinutes: 0 });
  expect(dueNow(every15, newSyncState, at)).toBe('start');
  expect(dueNow(byHand, newSyncState, at)).toBe('nothing');
  expect(nextRunAt(byHand, newSyncState)).toBe(Number.POSITIVE_INFINITY);
});

test('an active run is woken, never doubled (XA-16)', () => {
  expect(dueNow(every15, { ...newSyncState, activeRun: lastRun, lastRun }, at * 2)).toBe('wake');
});

test.each([1, 4, 1441])('an interval of %d minutes is refused', (intervalMinutes) => {
  expect(NestedSettings.safeParse({ intervalMinutes }).success).toBe(false);
});
