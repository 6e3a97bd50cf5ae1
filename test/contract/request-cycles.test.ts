import { beforeAll, describe, expect, test } from '@jest/globals';
import type { DirectoryId } from '../../shared/model/ids.ts';
import { newDirectoryId } from '../../shared/model/new-ids.ts';
import type { ScimExchange } from '../../shared/scim/exchange.ts';
import { memoryRows } from '../../shared/storage/registry-memory-rows.ts';
import type { Rows } from '../../shared/storage/registry-rows.ts';
import { requestLogOver } from '../../shared/storage/request-log.ts';
import { requestRecorder } from '../../shared/storage/request-log-recorder.ts';
import type { TableName } from '../../shared/storage/tables.ts';
import { overEmulator, overMemory, withDirectory } from '../support/admin/stack.ts';
import { realRandomness } from '../support/directory-objects.ts';

const start = Date.parse('2026-11-23T06:00:00Z');
const minute = 60_000;
const none = { created: 0, updated: 0, deleted: 0 };
const exchange = (directory: string, more: Partial<ScimExchange> = {}): ScimExchange => ({
  directoryId: directory as DirectoryId,
  ...{
    at: start,
    durationMilliseconds: 4,
    method: 'GET',
    target: '/Users?filter=x',
    status: 200,
    probe: false,
  },
  ...more,
});

describe.each([
  ['memory', async () => overMemory()],
  ['emulator', async () => await overEmulator('requestcycles')],
] as const)('cycles over %s', (_, open) => {
  let rows: (table: TableName) => Rows;
  beforeAll(async () => {
    rows = await open();
  });

  test('are told apart by pauses and listed with counts, newest first; the request that begins one says so (S3-19, S3-21)', async () => {
    const { send, one, directory, recorder, clock, failures } = await withDirectory(rows);
    const said = (minutes: number, more: Partial<ScimExchange> = {}) =>
      recorder.record(exchange(directory, { at: start + minutes * minute, ...more }));
    said(0, { probe: true });
    said(1, { method: 'POST', target: '/Users', status: 201, objectId: 'a' });
    said(4, { method: 'POST', target: '/Groups', status: 409, error: 'uniqueness: taken' });
    said(8, { method: 'PATCH', target: '/Groups/g', status: 204, objectId: 'g', memberChanges: 3 });
    // The next flush finds the cycle and goes on with it.
    await recorder.flush();
    said(12, { method: 'DELETE', target: '/Users/a', status: 204, objectId: 'a' });
    await recorder.flush();
    said(40, { probe: true });
    said(40.1);
    said(40.2, { method: 'PATCH', target: '/Users/b', objectId: 'b' });
    said(58, { probe: true });
    const { json } = await send(`GET ${one}/cycles`);
    const ids = json.items.map(({ id }) => id);
    expect(json.items).toEqual([
      {
        ...{
          id: ids[0],
          kind: 'connection_test',
          running: true,
          requests: 1,
          errors: 0,
          membershipChanges: 0,
        },
        ...{
          started: '2026-11-23T06:58:00.000Z',
          ended: '2026-11-23T06:58:00.000Z',
          users: none,
          groups: none,
        },
      },
      {
        ...{ id: ids[1], kind: 'on_demand', objectId: 'b', running: false, requests: 3, errors: 0 },
        ...{ started: '2026-11-23T06:40:00.000Z', ended: '2026-11-23T06:40:12.000Z', membershipChanges: 0 },
        ...{ users: { ...none, updated: 1 }, groups: none },
      },
      {
        ...{ id: ids[2], kind: 'cycle', running: false, requests: 5, errors: 1, membershipChanges: 3 },
        ...{ started: '2026-11-23T06:00:00.000Z', ended: '2026-11-23T06:12:00.000Z' },
        ...{ users: { ...none, created: 1, deleted: 1 }, groups: { ...none, updated: 1 } },
      },
    ]);
    expect(new Set(ids).size).toBe(3);
    const { items } = (await send(`GET ${one}/requests`)).json;
    const starts = items.filter(({ cycleStart }) => cycleStart === true).map(({ at }) => at);
    expect(starts).toEqual([
      '2026-11-23T06:58:00.000Z',
      '2026-11-23T06:40:00.000Z',
      '2026-11-23T06:00:00.000Z',
    ]);
    clock.now += 4 * minute;
    const first = (await send(`GET ${one}/cycles?limit=1`)).json;
    const second = (await send(`GET ${one}/cycles?limit=2&cursor=${first.nextCursor}`)).json;
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect([first.items[0]?.['running'], failures]).toEqual([false, []]);
  });

  test('instances that flush at once lose no request and count each once', async () => {
    const { send, one, directory, tables } = await withDirectory(rows);
    const failures: unknown[] = [];
    const failed = (error: unknown) => void failures.push(error);
    const recorders = [1, 2, 3, 4].map(() => requestRecorder({ ...tables, random: realRandomness, failed }));
    for (let round = 0; round < 5; round++) {
      for (const recorder of recorders) {
        for (let count = 0; count < 4; count++) {
          recorder.record(exchange(directory, { at: start + round * 1000 + count }));
        }
      }
      await Promise.all(recorders.map((recorder) => recorder.flush()));
    }
    const { json } = await send(`GET ${one}/cycles`);
    const logged = (await send(`GET ${one}/requests?limit=200`)).json.items;
    const counted = json.items.reduce((sum, { requests }) => sum + Number(requests), 0);
    expect([counted, logged.length, failures]).toEqual([80, 80, []]);
  });

  test('cycles go with their requests when their time is over', async () => {
    const { ports, directory, recorder } = await withDirectory(rows);
    for (const minutes of [0, 20, 40]) recorder.record(exchange(directory, { at: start + minutes * minute }));
    await recorder.flush();
    const id = directory as DirectoryId;
    while (!(await ports.requestLog.removeRequests(id, start + 20 * minute)));
    const left = await ports.requestLog.cycles(id, { limit: 10 });
    expect(left.items.map(({ cycle }) => (cycle.started - start) / minute)).toEqual([40, 20]);
    while (!(await ports.requestLog.removeRequests(id, start + 60 * minute)));
    expect(await ports.requestLog.cycles(id, { limit: 10 })).toEqual({ items: [] });
  });
});

/** Rows of a process whose n-th write fails: not carried out, or carried out and its answer lost; once, or for good. */
function failing(
  rows: Rows,
  at: number,
  how: { readonly applied: boolean; readonly forGood: boolean },
): Rows {
  let writes = 0;
  return {
    ...rows,
    async transact(transaction) {
      const isHit = ++writes === at || (how.forGood && writes > at);
      if (!isHit) return await rows.transact(transaction);
      if (how.applied && writes === at) await rows.transact(transaction);
      throw new Error('died');
    },
  };
}

test('wherever a process dies in a flush, each cycle counts exactly the requests that are logged (XR-25)', async () => {
  for (const applied of [false, true]) {
    for (let at = 1; at <= 6; at++) {
      const tables = { requests: memoryRows(), registry: memoryRows() };
      const directory = newDirectoryId(realRandomness);
      const dying = { ...tables, requests: failing(tables.requests, at, { applied, forGood: true }) };
      const first = requestRecorder({ ...dying, random: realRandomness, failed: () => undefined });
      const record = (of: typeof first, minutes: number) =>
        of.record(
          exchange(directory, {
            at: start + minutes * minute,
            method: 'POST',
            status: 201,
            target: '/Users',
          }),
        );
      for (const minutes of [0, 1, 2, 20, 21, 40]) {
        record(first, minutes);
        await first.flush();
      }
      const second = requestRecorder({ ...tables, random: realRandomness, failed: () => undefined });
      for (const minutes of [41, 60]) record(second, minutes);
      const log = requestLogOver(tables, second);
      const logged = (await log.requests(directory, { filter: {}, limit: 100 })).items.map((it) =>
        Date.parse(it.at),
      );
      const { items } = await log.cycles(directory, { limit: 100 });
      const within = items.map(
        ({ cycle }) => logged.filter((time) => time >= cycle.started && time <= cycle.ended).length,
      );
      expect(items.map(({ cycle }) => cycle.users.created)).toEqual(within);
      expect(within.reduce((sum, count) => sum + count, 0)).toBe(logged.length);
    }
  }
});

test('a traffic change whose answer was lost is not added again', async () => {
  const tables = { requests: memoryRows(), registry: memoryRows() };
  const directory = newDirectoryId(realRandomness);
  let isLost = true;
  const registry: Rows = {
    ...tables.registry,
    async transact(transaction) {
      const outcome = await tables.registry.transact(transaction);
      const [change] = transaction.changes;
      if (!isLost || change === undefined) return outcome;
      isLost = false;
      // As the table says to a repeated send after its own success.
      return { kind: 'refused', why: 'changed', change };
    },
  };
  const failures: unknown[] = [];
  const failed = (error: unknown) => void failures.push(error);
  const recorder = requestRecorder({ ...tables, registry, random: realRandomness, failed });
  recorder.callRefused(directory, start);
  await recorder.flush();
  recorder.callRefused(directory, start + 1);
  const traffic = await requestLogOver(tables, recorder).traffic(directory);
  expect([traffic.refusedCalls, failures]).toEqual([2, []]);
});
