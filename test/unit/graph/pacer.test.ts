import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pacer } from '../../../shared/graph/pacer.ts';

function simulated() {
  let now = 0;
  const paced = pacer({
    unitsPerSecond: 100,
    burstUnits: 50,
    now: () => now,
    sleep: (milliseconds) => {
      now += milliseconds;
      return Promise.resolve();
    },
  });
  return { paced, now: () => now, pass: (milliseconds: number) => (now += milliseconds) };
}

test('never spends more than the burst and the rate allow, whatever the order of calls', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(500)), { maxLength: 60 }),
      async (calls) => {
        const { paced, now, pass } = simulated();
        let spent = 0;
        for (const [units, pause] of calls) {
          pass(pause);
          await paced.acquire(units);
          spent += units;
          expect(spent).toBeLessThanOrEqual(50 + (now() / 1000) * 100 + 1e-6);
        }
      },
    ),
  );
});

test('a call dearer than a burst runs into debt that later calls wait for', async () => {
  const { paced, now } = simulated();
  await paced.acquire(150);
  expect(now()).toBe(0);
  await paced.acquire(1);
  expect(now()).toBe(1010);
});

test('a closed gate holds every call, and the longest closing wins', async () => {
  const { paced, now } = simulated();
  paced.closeFor(5);
  paced.closeFor(2);
  await paced.acquire(1);
  expect(now()).toBe(5000);
});

test('slows down before the refusal: at 100 % of the limit to a third', async () => {
  const { paced, now } = simulated();
  paced.nearLimit(1);
  await paced.acquire(50);
  await paced.acquire(10);
  expect(now()).toBe(300);
});
