import { beforeAll, describe, expect, test } from '@jest/globals';
import type { DirectoryId } from '../../shared/model/ids.ts';
import type { ScimExchange } from '../../shared/scim/exchange.ts';
import type { Rows } from '../../shared/storage/registry-rows.ts';
import type { TableName } from '../../shared/storage/tables.ts';
import { overEmulator, overMemory, withDirectory } from '../support/admin/stack.ts';

const exchange = (directory: string, more: Partial<ScimExchange> = {}): ScimExchange => ({
  directoryId: directory as DirectoryId,
  at: Date.parse('2026-11-23T07:00:00Z'),
  durationMilliseconds: 4.5,
  method: 'GET',
  target: '/Users?filter=x',
  status: 200,
  probe: false,
  ...more,
});

describe.each([
  ['memory', async () => overMemory()],
  ['emulator', async () => await overEmulator('requestlog')],
] as const)('the request log over %s', (_, open) => {
  let rows: (table: TableName) => Rows;
  beforeAll(async () => {
    rows = await open();
  });

  test('shows what was received and answered, newest first, bodies to admins only', async () => {
    const { send, one, directory, organization, recorder, failures } = await withDirectory(rows);
    recorder.record(exchange(directory, { at: Date.parse('2026-11-23T07:00:00Z'), probe: true }));
    recorder.record(
      exchange(directory, {
        at: Date.parse('2026-11-23T07:00:01Z'),
        ...{
          method: 'POST',
          target: '/Users',
          status: 409,
          objectId: 'u1',
          error: 'uniqueness: taken',
          note: 'n',
        },
        body: '{"userName":"a"}',
      }),
    );
    const { json } = await send(`GET ${one}/requests`);
    expect(json.items).toEqual([
      {
        id: json.items[0]?.id,
        at: '2026-11-23T07:00:01.000Z',
        durationMilliseconds: 4.5,
        ...{
          method: 'POST',
          target: '/Users',
          status: 409,
          objectId: 'u1',
          error: 'uniqueness: taken',
          note: 'n',
        },
        body: '{"userName":"a"}',
        bodyCut: false,
        probe: false,
        likelyRetries: ['2026-11-23T13:00:01.000Z', '2026-11-23T19:00:01.000Z', '2026-11-24T07:00:01.000Z'],
      },
      {
        id: json.items[1]?.id,
        at: '2026-11-23T07:00:00.000Z',
        durationMilliseconds: 4.5,
        ...{ method: 'GET', target: '/Users?filter=x', status: 200, bodyCut: false, probe: true },
        cycleStart: true,
      },
    ]);
    const draft = { body: { name: 'r', role: 'reader' } };
    const key = (await send(`POST /api/v1/orgs/${organization}/admin-keys`, draft)).json.key;
    const shown = (await send(`GET ${one}/requests`, { key })).json.items;
    expect(shown).toEqual(json.items.map(({ body: _, ...rest }) => rest));
    expect(failures).toEqual([]);
  });

  test('keeps first and last request and the last probe beside the directory (S3-08, S3-10)', async () => {
    const { send, one, directory, recorder } = await withDirectory(rows);
    const times = ['07:00:05', '07:00:01', '07:00:09'].map((time) => Date.parse(`2026-11-23T${time}Z`));
    for (const at of times) recorder.record(exchange(directory, { at, probe: at !== times[2] }));
    const { json } = await send(`GET ${one}`);
    expect([json.state, json['traffic'], json.hints]).toEqual([
      'receiving',
      {
        refusedCalls: 0,
        firstRequestAt: '2026-11-23T07:00:01.000Z',
        lastRequestAt: '2026-11-23T07:00:09.000Z',
        receivingSince: '2026-11-23T07:00:09.000Z',
        lastReceivedAt: '2026-11-23T07:00:09.000Z',
        lastProbe: { at: '2026-11-23T07:00:01.000Z', status: 200 },
      },
      [],
    ]);
  });

  test('a directory that is connected for an hour and empty says that nobody is assigned (S3-14)', async () => {
    const { send, one, directory, recorder, clock } = await withDirectory(rows);
    recorder.record(exchange(directory));
    clock.now += 60 * 60_000 + 1;
    expect((await send(`GET ${one}`)).json.hints.map(({ code }) => code)).toEqual(['no_objects_assigned']);
  });

  test('finds by status class, method, object and time, and pages through all of it', async () => {
    const { send, one, directory, recorder } = await withDirectory(rows);
    const at = (index: number) => Date.parse('2026-11-23T07:00:00Z') + index * 1000;
    for (let index = 0; index < 60; index++) {
      recorder.record(
        exchange(directory, {
          at: at(index),
          status: index % 3 === 0 ? 404 : 200,
          method: index % 2 === 0 ? 'GET' : 'PATCH',
          objectId: `u${index % 5}`,
        }),
      );
    }
    const found = async (query: string) =>
      (await send(`GET ${one}/requests?limit=200&${query}`)).json.items.length;
    expect(await found('')).toBe(60);
    expect(await found('statusClass=4xx')).toBe(20);
    expect(await found('method=PATCH')).toBe(30);
    expect(await found('objectId=u3')).toBe(12);
    expect(await found('since=2026-11-23T07:00:50Z')).toBe(10);
    expect(await found('statusClass=4xx&method=PATCH&objectId=u3')).toBe(2);
    const seen: unknown[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const { json } = await send(`GET ${one}/requests?limit=25${cursor && `&cursor=${cursor}`}`);
      seen.push(...json.items.map((item) => item['at']));
      cursor = json.nextCursor;
    }
    expect(seen).toEqual(Array.from({ length: 60 }, (_, index) => new Date(at(59 - index)).toISOString()));
  });

  test('what is older than its retention is removed, the rest stays', async () => {
    const { ports, directory, recorder } = await withDirectory(rows);
    const log = ports.requestLog;
    for (let index = 0; index < 150; index++) recorder.record(exchange(directory, { at: 1000 + index }));
    await recorder.flush();
    while (!(await log.removeRequests(directory as DirectoryId, 1100)));
    const left = await log.requests(directory as DirectoryId, { filter: {}, limit: 200 });
    expect(left.items.map(({ at }) => Date.parse(at) >= 1100)).toEqual(Array(50).fill(true));
  });

  test('bodies of a megabyte, fifty at once, are kept in part and lose no entry', async () => {
    const { send, one, directory, recorder, failures } = await withDirectory(rows);
    const body = '漢'.repeat(1_000_000);
    for (let index = 0; index < 50; index++) recorder.record(exchange(directory, { at: index, body }));
    const { json } = await send(`GET ${one}/requests?limit=200`);
    expect(failures).toEqual([]);
    expect(json.items).toHaveLength(50);
    expect([String(json.items[0]?.['body']).length, json.items[0]?.['bodyCut']]).toEqual([60_000, true]);
  });

  test('a refused caller leaves no entry', async () => {
    const { send, one, directory, recorder } = await withDirectory(rows);
    recorder.record(exchange(directory, { status: 401 }));
    expect((await send(`GET ${one}/requests`)).json.items).toEqual([]);
  });
});
