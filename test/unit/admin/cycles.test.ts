import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CountedRequest, cycleOf, cycleView, goesOn, joined } from '../../../shared/admin/cycles.ts';
import { likelyRetries, nextCycle } from '../../../shared/admin/entra-expectations.ts';

const start = Date.parse('2026-11-23T07:00:00.000Z');
const minute = 60_000;
const request = (line: string, more: Partial<CountedRequest> = {}): CountedRequest => {
  const [method = '', target = ''] = line.split(' ');
  return { at: start, method, target, status: 200, probe: false, ...more };
};
const probe = request('GET /Users?filter=x', { probe: true });
const viewOf = (...requests: readonly CountedRequest[]) =>
  cycleView('c', requests.map(cycleOf).reduce(joined), start + 60 * minute);
const none = { created: 0, updated: 0, deleted: 0 };

test('a cycle counts what was accepted, by kind, and what was refused (S3-21)', () => {
  expect(
    viewOf(
      probe,
      request('GET /Users?filter=x', { at: start + 1000 }),
      request('GET /Users/gone', { status: 404 }),
      request('POST /Users', { status: 201, objectId: 'a' }),
      request('POST /users?attributes=id', { status: 201, objectId: 'b' }),
      request('POST /Users', { status: 409, objectId: 'c' }),
      request('PATCH /Users/a', { objectId: 'a' }),
      request('PUT /Users/b', { objectId: 'b' }),
      request('DELETE /Users/a', { status: 204, objectId: 'a' }),
      request('POST /Groups', { status: 201, objectId: 'g', memberChanges: 2 }),
      request('PATCH /Groups/g', { status: 204, objectId: 'g', memberChanges: 3 }),
      request('PATCH /Groups/g', { status: 400, objectId: 'g', memberChanges: 7 }),
      request('DELETE /Groups/g', { status: 204, objectId: 'g', at: start + 2 * minute }),
      request('POST /Users/.search'),
      request('POST /Bulk'),
      request('POST /UsersX', { status: 404 }),
    ),
  ).toEqual({
    ...{ id: 'c', kind: 'cycle', running: false, requests: 16 },
    ...{ started: '2026-11-23T07:00:00.000Z', ended: '2026-11-23T07:02:00.000Z' },
    users: { created: 2, updated: 2, deleted: 1 },
    groups: { created: 1, updated: 1, deleted: 1 },
    ...{ membershipChanges: 5, errors: 3 },
  });
});

test('sums do not depend on the order or the parts in which requests are told', () => {
  const any = fc.record({
    at: fc.integer({ min: start, max: start + 1000 }),
    method: fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE'),
    target: fc.constantFrom('/Users', '/Users/a', '/Groups/b', '/Schemas'),
    status: fc.constantFrom(200, 201, 204, 404, 409, 500),
    probe: fc.boolean(),
    memberChanges: fc.nat(5),
  });
  const list = fc.uniqueArray(any, { minLength: 1, maxLength: 12, selector: ({ at }) => at });
  fc.assert(
    fc.property(list, fc.array(fc.nat()), (requests, swaps) => {
      const cycles = requests.map(cycleOf);
      const inOrder = cycles.reduce(joined);
      const heap = [...cycles];
      for (const swap of swaps) {
        const [taken] = heap.splice(swap % heap.length, 1);
        const other = heap.pop();
        if (taken !== undefined) heap.push(other === undefined ? taken : joined(other, taken));
      }
      expect(heap.reduce(joined)).toEqual(inOrder);
    }),
  );
});

test('a pause of more than five minutes ends a cycle, and so do 1440 minutes (S3-21, XR-25)', () => {
  const cycle = { ...cycleOf(probe), ended: start + 10 * minute };
  const at = (minutes: number) => ({ started: start + minutes * minute, ended: start + minutes * minute });
  expect([15, 15.001, -3].map((minutes) => goesOn(cycle, at(minutes)))).toEqual([true, false, true]);
  const long = { ...cycle, ended: start + 1439 * minute };
  expect([1440, 1440.001].map((minutes) => goesOn(long, at(minutes)))).toEqual([true, false]);
});

test('a probe, a look-up and a write of one user outside a cycle are provision on demand (S3-24)', () => {
  const lookUp = request('GET /Users?filter=y', { at: start + 1000 });
  const write = (more: Partial<CountedRequest> = {}) =>
    request('PATCH /Users/a', { objectId: 'a', at: start + 2000, ...more });
  expect(viewOf(probe, lookUp, write())).toMatchObject({
    kind: 'on_demand',
    objectId: 'a',
    users: { ...none, updated: 1 },
  });
  const kinds = [
    viewOf(lookUp, write()),
    viewOf(probe, lookUp, write(), write({ objectId: 'b', target: '/Users/b' })),
    viewOf(probe, lookUp, write({ at: start + 2 * minute })),
    viewOf(probe, lookUp),
    viewOf(probe, lookUp, write({ status: 400 })),
    viewOf(probe, ...Array<CountedRequest>(7).fill(write())),
    viewOf(probe, ...Array<CountedRequest>(20).fill(lookUp), write()),
  ].map(({ kind }) => kind);
  expect(kinds).toEqual(Array(7).fill('cycle'));
});

test('probes alone are tests of the connection', () => {
  expect(viewOf(probe, { ...probe, at: start + minute }).kind).toBe('connection_test');
});

test('the next cycle is expected 20 to 40 minutes after the last request, and nothing is said once that is over (S3-20)', () => {
  const last = '2026-11-23T07:00:00.000Z';
  const window = { earliest: '2026-11-23T07:20:00.000Z', latest: '2026-11-23T07:40:00.000Z' };
  expect(nextCycle(last, start)).toEqual(window);
  expect(nextCycle(last, start + 40 * minute)).toEqual(window);
  expect(nextCycle(last, start + 40 * minute + 1)).toBeUndefined();
  expect(nextCycle(undefined, start)).toBeUndefined();
});

test('a refused write says when it is likely to come again: after 6, 12 and 24 hours, a passing fault with the next cycle (S3-22, XE-09)', () => {
  const at = '2026-11-23T07:00:00.000Z';
  const retries = (method: string, status: number) => likelyRetries({ at, method, status });
  const later = ['2026-11-23T13:00:00.000Z', '2026-11-23T19:00:00.000Z', '2026-11-24T07:00:00.000Z'];
  expect([retries('POST', 409), retries('PATCH', 400)]).toEqual([later, later]);
  const soon = ['2026-11-23T07:40:00.000Z'];
  expect([retries('PUT', 429), retries('DELETE', 500), retries('POST', 503)]).toEqual([soon, soon, soon]);
  const nothing = [retries('POST', 201), retries('GET', 404), retries('POST', 401)];
  expect(nothing).toEqual([undefined, undefined, undefined]);
});
