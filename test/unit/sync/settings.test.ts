import { expect, test } from '@jest/globals';
import { NestedSettings } from '../../../shared/sync/settings.ts';

test.each([1, 4, 1441])('an interval of %d minutes is refused (XA-02)', (intervalMinutes) => {
  expect(NestedSettings.safeParse({ intervalMinutes }).success).toBe(false);
});

test.each([0, 5, 1440])('an interval of %d minutes is taken (XA-02, XA-03)', (intervalMinutes) => {
  expect(NestedSettings.parse({ intervalMinutes }).intervalMinutes).toBe(intervalMinutes);
});
