import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AdmissionBounds, admission, type Leave } from '../../../shared/access/admission.ts';
import { limits } from '../../../shared/model/limits.ts';
import { Refusal } from '../../../shared/model/refusal.ts';

const bounds: AdmissionBounds = {
  runningMax: 4,
  runningPerLaneMax: 3,
  waitingMax: 8,
  waitingPerLaneMax: 6,
};
const scimBounds: AdmissionBounds = {
  runningMax: limits.scimRequestsRunningMax,
  runningPerLaneMax: limits.scimRequestsRunningPerDirectoryMax,
  waitingMax: limits.scimRequestsWaitingMax,
  waitingPerLaneMax: limits.scimRequestsWaitingPerDirectoryMax,
};

/** Requests of a test: what became of each, in the order in which it did. */
function crowd(of: AdmissionBounds) {
  const gate = admission(of);
  const inside: { readonly lane: string; readonly leave: Leave }[] = [];
  const begun: string[] = [];
  const refused: { readonly lane: string; readonly refusal: Refusal }[] = [];
  const enter = (lane: string) => {
    gate.enter(lane).then(
      (leave) => {
        begun.push(lane);
        inside.push({ lane, leave });
      },
      (refusal: Refusal) => refused.push({ lane, refusal }),
    );
  };
  return { gate, inside, begun, refused, enter };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('bounds hold after any coming and going, every request begins or is refused, and no room is left idle while one may begin (XE-23)', async () => {
  const event = fc.oneof(
    { weight: 3, arbitrary: fc.record({ comes: fc.constantFrom('a', 'b', 'c') }) },
    { weight: 2, arbitrary: fc.record({ leaves: fc.nat(20) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 80 }), async (events) => {
      const { gate, inside, begun, refused, enter } = crowd(bounds);
      let came = 0;
      for (const one of events) {
        if ('comes' in one) {
          enter(one.comes);
          came++;
        } else inside.splice(one.leaves % Math.max(1, inside.length), 1)[0]?.leave();
        await settled();
        const { running, waiting } = gate.open();
        const perLane = ['a', 'b', 'c'].map((lane) => inside.filter((it) => it.lane === lane).length);
        expect(running).toBe(inside.length);
        expect(came).toBe(begun.length + refused.length + waiting);
        expect(running).toBeLessThanOrEqual(bounds.runningMax);
        expect(Math.max(...perLane)).toBeLessThanOrEqual(bounds.runningPerLaneMax);
        expect(waiting).toBeLessThanOrEqual(bounds.waitingMax);
        if (waiting > 0) expect(running >= bounds.runningPerLaneMax).toBe(true);
      }
      while (inside.length > 0) {
        inside.pop()?.leave();
        await settled();
      }
      expect(gate.open()).toEqual({ running: 0, waiting: 0 });
      expect(came).toBe(begun.length + refused.length);
    }),
    { numRuns: 60 },
  );
});

test('2,000 requests at once to one directory: 608 are served, the others told at once to come back in a second (XE-23)', async () => {
  const { inside, begun, refused, enter } = crowd(scimBounds);
  for (let count = 0; count < 2000; count++) enter('one');
  await settled();
  expect([inside.length, refused.length]).toEqual([96, 2000 - 608]);
  expect([...new Set(refused.map(({ refusal }) => refusal.code))]).toEqual(['busy']);
  expect(refused[0]?.refusal.facts.headers).toEqual({
    'retry-after': '1',
    'ratelimit-policy': '"open-requests";q=608;qu="concurrent-requests"',
    ratelimit: '"open-requests";r=0;t=1',
    'ratelimit-limit': '608',
    'ratelimit-remaining': '0',
    'ratelimit-reset': '1',
  });
  while (inside.length > 0) {
    inside.shift()?.leave();
    await settled();
  }
  expect(begun).toHaveLength(608);
});

test('200 at once to one directory all get in (T26)', async () => {
  const { inside, begun, refused, enter } = crowd(scimBounds);
  for (let count = 0; count < 200; count++) enter('one');
  for (await settled(); inside.length > 0; await settled()) inside.shift()?.leave();
  expect([begun.length, refused.length]).toEqual([200, 0]);
});

test('25 requests a second are never refused while each is answered within 20 seconds of its coming (the gallery floor)', async () => {
  const seconds = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(seconds, async (took) => {
      const { gate, inside, refused, enter } = crowd(scimBounds);
      for (const [second] of took.entries()) {
        for (let count = 0; count < 25; count++) enter('one');
        await settled();
        // Whoever came in the second that is due now has been answered; requests begin in the order of their coming.
        const due = took.slice(0, second + 1).filter((lasts, came) => came + lasts <= second).length * 25;
        while (gate.open().running + gate.open().waiting > (second + 1) * 25 - due) {
          inside.shift()?.leave();
          await settled();
        }
      }
      expect(refused).toEqual([]);
    }),
    { numRuns: 8 },
  );
});

test('a directory that comes to a process full of another one begins at once, and then has every other turn (scim-peers goal 17)', async () => {
  const { inside, begun, enter } = crowd(scimBounds);
  for (let count = 0; count < 600; count++) enter('noisy');
  for (let count = 0; count < 300; count++) enter('loud');
  await settled();
  expect(inside.filter(({ lane }) => lane === 'noisy')).toHaveLength(96);
  expect(inside.filter(({ lane }) => lane === 'loud')).toHaveLength(32);
  const before = begun.length;
  for (let count = 0; count < 5; count++) enter('quiet');
  // Each of the five begins with one of the next five requests that end, whoever else waits.
  for (let count = 0; count < 5; count++) {
    inside.shift()?.leave();
    await settled();
  }
  expect(begun.slice(before)).toEqual(Array(5).fill('quiet'));
});

test('when all directories together are too many, the one with most waiting gives way', async () => {
  const { begun, refused, inside, enter } = crowd({ ...bounds, waitingMax: 6 });
  for (let count = 0; count < 9; count++) enter('noisy');
  await settled();
  expect([inside.length, refused.length]).toEqual([3, 0]);
  for (const lane of ['other', 'quiet', 'quiet']) enter(lane);
  await settled();
  expect(refused.map(({ lane }) => lane)).toEqual(['noisy', 'noisy']);
  expect(begun).toEqual(['noisy', 'noisy', 'noisy', 'other']);
});

test('a request that leaves twice counts once', async () => {
  const { gate, inside, enter } = crowd(bounds);
  for (let count = 0; count < 5; count++) enter('a');
  await settled();
  const first = inside[0];
  first?.leave();
  first?.leave();
  await settled();
  expect(gate.open()).toEqual({ running: 3, waiting: 1 });
});

test('what the door throws is a refusal', async () => {
  const { refused, enter } = crowd({ ...bounds, waitingPerLaneMax: 0 });
  for (let count = 0; count < 4; count++) enter('a');
  await settled();
  expect(refused.map(({ refusal }) => refusal instanceof Refusal)).toEqual([true]);
});
