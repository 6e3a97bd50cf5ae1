import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { settingResolver } from '../../../tools/local-host/listener.ts';
import { timerListener } from '../../../tools/local-host/timer-listener.ts';
import { timerStatusInMemory } from '../../../tools/local-host/timer-status.ts';

const began = Date.parse('2026-11-23T07:00:10.000Z');

beforeEach(() => {
  jest.useFakeTimers({ now: began });
});
afterEach(() => {
  jest.useRealTimers();
});

function timer(
  binding: object,
  { takes = 0, environment = {} }: { takes?: number; environment?: Record<string, string> } = {},
) {
  const calls: { at: string; isPastDue: boolean }[] = [];
  const statuses = timerStatusInMemory();
  const called = {
    name: 'tick',
    callback: () => undefined,
    bindings: { timer: { type: 'timerTrigger', direction: 'in', ...binding } },
  };
  const make = () =>
    timerListener(called, 'timer', {
      statuses,
      now: Date.now,
      log: () => undefined,
      resolve: settingResolver(environment),
      invoke: async (_, { data }) => {
        const { IsPastDue } = JSON.parse(data.json ?? '') as { IsPastDue: boolean };
        calls.push({ at: new Date().toISOString().slice(11, 19), isPastDue: IsPastDue });
        await new Promise((resolve) => setTimeout(resolve, takes));
        return {};
      },
    });
  return { calls, make };
}

test('§1.6 fires at each occurrence, and %SETTING% names the schedule', async () => {
  const { calls, make } = timer({ schedule: '%EVERY%' }, { environment: { EVERY: '0 * * * * *' } });
  await make().start();
  await jest.advanceTimersByTimeAsync(120_000);
  expect(calls).toEqual([
    { at: '07:01:00', isPastDue: false },
    { at: '07:02:00', isPastDue: false },
  ]);
});

test('§1.6 a run that takes longer than the interval is not overlapped', async () => {
  const { calls, make } = timer({ schedule: '0 * * * * *' }, { takes: 90_000 });
  await make().start();
  await jest.advanceTimersByTimeAsync(240_000);
  expect(calls.map(({ at }) => at)).toEqual(['07:01:00', '07:03:00']);
});

test('§1.6 missed occurrences are made up for by one call that is past due', async () => {
  const { calls, make } = timer({ schedule: '0 * * * * *' });
  const first = make();
  await first.start();
  await jest.advanceTimersByTimeAsync(60_000);
  await first.stop();
  jest.setSystemTime(began + 600_000);
  await make().start();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(calls.slice(1)).toEqual([
    { at: '07:10:10', isPastDue: true },
    { at: '07:11:00', isPastDue: false },
  ]);
});

test('§1.6 runOnStartup fires at once and is not past due', async () => {
  const { calls, make } = timer({ schedule: '0 0 * * * *', runOnStartup: true });
  await make().start();
  await jest.advanceTimersByTimeAsync(0);
  expect(calls).toEqual([{ at: '07:00:10', isPastDue: false }]);
});

test('§1.6 a schedule below a minute is not monitored: nothing is made up for', async () => {
  const { calls, make } = timer({ schedule: '*/30 * * * * *' });
  const first = make();
  await first.start();
  await first.stop();
  jest.setSystemTime(began + 600_000);
  await make().start();
  await jest.advanceTimersByTimeAsync(20_000);
  expect(calls).toEqual([{ at: '07:10:30', isPastDue: false }]);
});

test('§1.6 a setting that is not there ends the start', () => {
  expect(() => timer({ schedule: '%NOPE%' }).make()).toThrow("'%NOPE%' does not resolve to a value");
});
