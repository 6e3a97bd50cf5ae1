import { expect, test } from '@jest/globals';
import { memoryVerdict } from '../../../tools/soak/memory.ts';

/** A sample each ten seconds; the resident memory is what `of` says of the seconds. */
const soaked = (minutes: number, of: (seconds: number) => number) =>
  Array.from({ length: minutes * 6 }, (_, index) => {
    const seconds = (index + 1) * 10;
    return { seconds, resident: of(seconds), heap: 45, external: 13 };
  });

test('memory that grows while the service warms up and then stays is flat', () => {
  expect(memoryVerdict(soaked(10, (seconds) => Math.min(360, 300 + seconds / 5)))).toEqual({
    kind: 'judged',
    growth: { resident: 0, heap: 0, external: 0 },
    faults: [],
  });
});

test('memory that goes on growing is a fault, whatever single samples say', () => {
  const leaking = memoryVerdict(soaked(10, (seconds) => 300 + seconds / 30 + (seconds % 50 === 0 ? 80 : 0)));
  expect(leaking).toMatchObject({
    faults: [expect.stringMatching(/^resident memory of the service grows by [12]\.\d\d MB a minute$/)],
  });
  expect(memoryVerdict(soaked(10, (seconds) => (seconds === 590 ? 900 : 360)))).toMatchObject({ faults: [] });
});

test('a step of the allocator in one half of the time is no leak', () => {
  const stepping = memoryVerdict(
    soaked(10, (seconds) => (seconds < 440 ? 347 + (seconds - 300) / 40 : 355.5)),
  );
  expect(stepping).toMatchObject({ growth: { resident: 0 }, faults: [] });
});

test('a soak that ends before the service is warm says nothing about memory', () => {
  const growing = (seconds: number) => seconds;
  expect(memoryVerdict(soaked(6, growing))).toEqual({ kind: 'too-short', minutesNeeded: 8 });
  expect(memoryVerdict(soaked(8, growing))).toMatchObject({ kind: 'judged' });
});
