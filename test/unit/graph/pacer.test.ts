import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pacer } from '../../../shared/graph/pacer.ts';

function simulated() {
  let now = 0;
  const slept: number[] = [];
  const paced = pacer({
    unitsPerSecond: 100,
    burstUnits: 50,
    now: () => now,
    sleep: (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  });
  return { paced, slept, now: () => now, pass: (milliseconds: number) => (now += milliseconds) };
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

test.each([
  ['1e15', 1e15],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['85, perhaps per cent,', 85],
  ['1.8', 1.8],
])(
  'a share of the limit said to be %s slows down to an eleventh at most (graph.md §1.7)',
  async (_, share) => {
    const { paced, now, slept } = simulated();
    paced.nearLimit(share);
    await paced.acquire(50);
    await paced.acquire(10);
    expect([now(), slept]).toEqual([1100, [1100]]);
  },
);

test.each([Number.NaN, -3, 0])('a share of %s slows nothing down', async (share) => {
  const { paced, now } = simulated();
  paced.nearLimit(share);
  await paced.acquire(50);
  await paced.acquire(10);
  expect(now()).toBe(100);
});

test('a wait longer than the caller bears is told, not slept, and spends nothing', async () => {
  const { paced, now, slept, pass } = simulated();
  paced.charge(1050);
  expect(await paced.acquire(10, 10)).toBe(10.1);
  expect([now(), slept]).toEqual([0, []]);
  pass(100);
  expect(await paced.acquire(10, 10)).toBeUndefined();
  expect([now(), slept]).toEqual([10_100, [10_000]]);
});

test('no clock that a share of the limit or a debt gives rise to is longer than a timer can run', async () => {
  const { paced, slept } = simulated();
  paced.charge(1e7);
  await paced.acquire(1);
  expect(Math.max(...slept)).toBe(60_000);
});
