import { expect, test } from '@jest/globals';
import { admission } from '../../../shared/access/admission.ts';
import { door } from '../../../shared/access/door.ts';
import { loginAttempts } from '../../../shared/access/login-attempts.ts';
import type { Refusal } from '../../../shared/model/refusal.ts';

const bounds = { runningMax: 3, runningPerLaneMax: 2, waitingMax: 4, waitingPerLaneMax: 2 };
const now = () => 0;
const ok = async () => ({ status: 200 });
const stranger = async () => ({ status: 401 });
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const outcomeOf = (passing: Promise<{ readonly status: number }>) =>
  passing.then(
    ({ status }) => status,
    (refusal: Refusal) => `${refusal.code} ${refusal.facts.reason} ${refusal.facts.headers?.['retry-after']}`,
  );

/** An answer that is given when the test says so. */
function held(status = 200) {
  const { promise, resolve } = Promise.withResolvers<{ status: number }>();
  return { answer: () => promise, release: () => resolve({ status }) };
}

test('callers of made-up directories, and with wrong keys, take nothing from a directory that is served', async () => {
  const entrance = door({ admission: admission(bounds), now });
  const served = { directory: 'dir_a', authorization: 'Bearer good' };
  expect(await outcomeOf(entrance.pass(served, ok))).toBe(200);
  const flood = held(401);
  const strangers = Array.from({ length: 10 }, (_, count) =>
    outcomeOf(entrance.pass({ directory: `dir_${count}`, authorization: 'Bearer x' }, flood.answer)),
  );
  const wrongKeys = Array.from({ length: 10 }, () =>
    outcomeOf(entrance.pass({ directory: 'dir_a', authorization: 'Bearer wrong' }, flood.answer)),
  );
  expect(await outcomeOf(entrance.pass(served, ok))).toBe(200);
  flood.release();
  const outcomes = await Promise.all([...strangers, ...wrongKeys]);
  expect(outcomes.filter((outcome) => outcome === 401)).toHaveLength(4);
  expect(outcomes.filter((outcome) => outcome === 'busy too_many_open_requests 1')).toHaveLength(16);
});

test('what is refused for overload is refused before the answer is begun (XE-23)', async () => {
  const entrance = door({ admission: admission(bounds), now });
  const first = held();
  let begun = 0;
  const visits = Array.from({ length: 10 }, () =>
    outcomeOf(
      entrance.pass({ directory: 'dir_a', authorization: undefined }, () => {
        begun++;
        return first.answer();
      }),
    ),
  );
  await settled();
  expect(begun).toBe(2);
  first.release();
  await Promise.all(visits);
  expect(begun).toBe(4);
});

test('a request that throws gives its room back and its error on', async () => {
  const entrance = door({ admission: admission(bounds), now });
  const outage = new Error('outage');
  for (let count = 0; count < 20; count++) {
    const passing = entrance.pass({ directory: 'dir_a', authorization: 'x' }, async () => {
      throw outage;
    });
    await expect(passing).rejects.toBe(outage);
  }
  expect(await outcomeOf(entrance.pass({ directory: 'dir_a', authorization: 'x' }, ok))).toBe(200);
});

test('tokens that open nothing are counted: then 429 before anything is looked up, until time has passed (T14, T15)', async () => {
  const clock = { now: 0 };
  const attempts = loginAttempts({ burst: 3, perSecond: 0.5 });
  const entrance = door({ admission: admission(bounds), attempts, now: () => clock.now });
  const come = (authorization: string | undefined, answer = stranger) =>
    outcomeOf(entrance.pass({ authorization }, answer));
  expect(await come('good', ok)).toBe(200);
  expect([await come('1'), await come('2'), await come('3')]).toEqual([401, 401, 401]);
  let lookedUp = false;
  const looking = async () => {
    lookedUp = true;
    return { status: 401 };
  };
  expect([await come('4', looking), lookedUp]).toEqual(['busy too_many_failed_logins 2', false]);
  // Who was let in before still is; who brings no token costs nothing.
  expect([await come('good', ok), await come(undefined)]).toEqual([200, 401]);
  clock.now = 2000;
  expect([await come('new', ok), await come('5'), await come('6')]).toEqual([
    200,
    401,
    'busy too_many_failed_logins 2',
  ]);
});

test('a token that was good and is revoked is a stranger from then on', async () => {
  const attempts = loginAttempts({ burst: 1, perSecond: 0.1 });
  const entrance = door({ admission: admission(bounds), attempts, now });
  const come = (answer: typeof ok) => outcomeOf(entrance.pass({ authorization: 'key' }, answer));
  expect([await come(ok), await come(stranger), await come(stranger), await come(stranger)]).toEqual([
    200,
    401,
    401,
    'busy too_many_failed_logins 10',
  ]);
});

test('attempts at once count before any of them is answered', async () => {
  const attempts = loginAttempts({ burst: 2, perSecond: 1 });
  const entrance = door({ admission: admission(bounds), attempts, now });
  const outcomes = await Promise.all(
    ['1', '2', '3', '4'].map((authorization) => outcomeOf(entrance.pass({ authorization }, stranger))),
  );
  expect(outcomes).toEqual([401, 401, 'busy too_many_failed_logins 1', 'busy too_many_failed_logins 1']);
});

test('an outage, and a clock that is put back, cost no attempt', async () => {
  const clock = { now: 1000 };
  const attempts = loginAttempts({ burst: 1, perSecond: 1 });
  const entrance = door({ admission: admission(bounds), attempts, now: () => clock.now });
  const failing = entrance.pass({ authorization: 'x' }, async () => Promise.reject(new Error('down')));
  await expect(failing).rejects.toThrow('down');
  clock.now = 0;
  expect(await outcomeOf(entrance.pass({ authorization: 'x' }, stranger))).toBe(401);
});

test('a request that stands aside gives its place to the next one, and needs one again to go on (T29)', async () => {
  const entrance = door({ admission: admission(bounds), now });
  const served = { directory: 'dir_a', authorization: 'Bearer good' };
  expect(await outcomeOf(entrance.pass(served, ok))).toBe(200);
  const [body, other] = [held(), held()];
  const slow = [0, 1].map(() => outcomeOf(entrance.pass(served, (place) => place.aside(body.answer()))));
  expect(await outcomeOf(entrance.pass(served, ok))).toBe(200);
  const busy = Array.from({ length: 4 }, () => outcomeOf(entrance.pass(served, other.answer)));
  body.release();
  expect(await Promise.all(slow)).toEqual(Array(2).fill('busy too_many_open_requests 1'));
  other.release();
  expect(await Promise.all(busy)).toEqual([200, 200, 200, 200]);
  expect(await outcomeOf(entrance.pass(served, ok))).toBe(200);
});
