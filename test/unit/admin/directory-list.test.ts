import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Rows } from '../../../shared/storage/registry-rows.ts';
import { type AdminStack, adminStack, overMemory } from '../../support/admin/stack.ts';

// A list of directories shows all of them, also when one does not answer: its state is unknown then, which is not empty.

let stack: AdminStack;
let registryRows: Rows;
let organization: string;
let directories: string;
let ids: string[];
/** Partitions that do not answer, and those that take long. */
let silent: Set<string>;
let slow: Set<string>;

beforeEach(async () => {
  const tables = overMemory();
  registryRows = tables('registry');
  silent = new Set();
  slow = new Set();
  const answering = <T>(partition: string, read: () => Promise<T>): Promise<T> => {
    if (slow.has(partition)) return new Promise(() => undefined);
    return silent.has(partition) ? Promise.reject(new Error('503 ServerBusy')) : read();
  };
  const over = (rows: Rows): Rows => ({
    row: (partition, key) => answering(partition, () => rows.row(partition, key)),
    range: (partition, keys) => answering(partition, () => rows.range(partition, keys)),
    transact: (some) => answering(some.partitionKey, () => rows.transact(some)),
  });
  stack = adminStack((table) => over(tables(table)));
  organization = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json.id;
  directories = `/api/v1/orgs/${organization}/directories`;
  ids = [];
  for (const name of ['A', 'B', 'C']) {
    stack.clock.now += 1000;
    ids.push((await stack.send(`POST ${directories}`, { body: { name, kind: 'scim' } })).json.id);
  }
});

afterEach(() => {
  jest.useRealTimers();
});

const listed = async (query = '') => await stack.send(`GET ${directories}${query}`);
const shown = ({ json }: Awaited<ReturnType<typeof listed>>) =>
  json.items.map(({ id, name, state, kind }) => [ids.indexOf(id), name, state, kind]);
const known = (index: number) => [index, ['A', 'B', 'C'][index], 'configured', 'scim'];
const whole = [known(0), known(1), known(2)];

test('a directory that does not answer is listed with what is known of it, and the others as they are', async () => {
  expect([shown(await listed()), (await listed()).failures]).toEqual([whole, undefined]);
  silent.add(ids[1] ?? '');
  const answer = await listed();
  expect(answer.status).toBe(200);
  expect(shown(answer)).toEqual([known(0), [1, 'B', 'unknown', 'scim'], known(2)]);
  expect(answer.json.items[1]).toEqual({
    ...{ id: ids[1], organizationId: organization, state: 'unknown', kind: 'scim', name: 'B' },
    ...{ created: expect.any(String), lastModified: expect.any(String) },
  });
  const at = { organizationId: organization, directoryId: ids[1] };
  expect(answer.failures).toEqual([{ at, error: new Error('503 ServerBusy') }]);
});

test('one that takes too long is not waited for', async () => {
  slow.add(ids[2] ?? '');
  jest.useFakeTimers();
  const answer = listed();
  await jest.advanceTimersByTimeAsync(5000);
  expect(shown(await answer)).toEqual([known(0), known(1), [2, 'C', 'unknown', 'scim']]);
});

test('one whose record cannot be read is listed by its id, on the page where it belongs', async () => {
  const rowKey = `d|${ids[1]}`;
  const changes = [{ action: 'upsert', rowKey, row: { schema: 1, version: 1, json: '{}' } }] as const;
  await registryRows.transact({ partitionKey: organization, proof: rowKey, changes });
  const answer = await listed();
  expect(shown(answer)).toEqual([known(0), [1, undefined, 'unknown', undefined], known(2)]);
  expect(answer.json.items[1]).toEqual({ id: ids[1], organizationId: organization, state: 'unknown' });
  expect(answer.failures).toEqual([{ at: expect.anything(), error: expect.anything() }]);
  const pages: unknown[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page = await listed(`?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
    pages.push(shown(page));
    cursor = page.json.nextCursor;
  }
  expect(pages).toEqual([[known(0)], [[1, undefined, 'unknown', undefined]], [known(2)]]);
});

test('one that does not answer is among those whose keys run out, as keys are known', async () => {
  silent.add(ids[1] ?? '');
  expect(shown(await listed('?expiring=365'))).toEqual([known(0), [1, 'B', 'unknown', 'scim'], known(2)]);
});

test('an organization that does not answer is an outage, and one that is not there has no list', async () => {
  silent.add(organization);
  await expect(listed()).rejects.toThrow('503 ServerBusy');
  silent.clear();
  expect((await stack.send(`GET /api/v1/orgs/org_${'0'.repeat(32)}/directories`)).status).toBe(404);
});
