import { InvocationContext } from '@azure/functions';
import { beforeEach, expect, test } from '@jest/globals';
import { maintain } from '../../../functions/maintain.ts';
import { metrics } from '../../../functions/metrics.ts';
import { noteUnread } from '../../../functions/note-unread.ts';
import { tellFailures } from '../../../functions/tell-failures.ts';
import type { Tended } from '../../../functions/tend.ts';
import { eachDirectory } from '../../../shared/admin/apart.ts';
import { startDueRuns } from '../../../shared/admin/due-runs.ts';
import { tellExpiring } from '../../../shared/admin/expiry-notices.ts';
import { DirectoryId, OrganizationId } from '../../../shared/model/ids.ts';
import { accessKey } from '../../../shared/storage/registry-keys.ts';
import type { Rows } from '../../../shared/storage/registry-rows.ts';
import { type AdminStack, adminStack, overMemory } from '../../support/admin/stack.ts';
import { FakeTenant } from '../../support/sync/fake-tenant.ts';

// Of three organizations with a nested directory each, the one that comes first does not answer.

const clientId = 'cccccccc-0000-4000-8000-000000000001';

let stack: AdminStack;
let registryRows: Rows;
/** Partitions of the registry that do not answer. */
let silent: Set<string>;
let places: { readonly organizationId: OrganizationId; readonly directoryId: DirectoryId }[];
let lines: Record<string, unknown>[];
let context: InvocationContext;

beforeEach(async () => {
  const tables = overMemory();
  registryRows = tables('registry');
  silent = new Set();
  const answering = <T>(partition: string, read: () => Promise<T>) =>
    silent.has(partition) ? Promise.reject(new Error('503 ServerBusy')) : read();
  const rows: Rows = {
    row: (partition, key) => answering(partition, () => registryRows.row(partition, key)),
    range: (partition, keys) => answering(partition, () => registryRows.range(partition, keys)),
    transact: (some) => answering(some.partitionKey, () => registryRows.transact(some)),
  };
  const tenant = new FakeTenant(() => 0.5);
  stack = adminStack((table) => (table === 'registry' ? rows : tables(table)), {
    graph: { reader: () => tenant.graph(), learnsTenant: true, clientId },
  });
  places = [];
  for (const name of ['A', 'B', 'C']) {
    const { id } = (await stack.send('POST /api/v1/orgs', { body: { name } })).json;
    const made = await stack.send(`POST /api/v1/orgs/${id}/directories`, {
      body: { name: 'N', kind: 'nested', acknowledgeLimitations: true },
    });
    const one = `/api/v1/orgs/${id}/directories/${made.json.id}`;
    const { hash } = (await stack.send(`GET ${one}/preview`)).json;
    await stack.send(`POST ${one}:confirm`, { body: { hash } });
    places.push({ organizationId: OrganizationId.parse(id), directoryId: DirectoryId.parse(made.json.id) });
    stack.clock.now += 1000;
  }
  lines = [];
  const invocationId = 'call';
  context = new InvocationContext({
    ...{ functionName: 'timer', invocationId },
    logHandler: (_, line) => lines.push(JSON.parse(String(line))),
  });
});

/** What is left of the stack when nothing of the first directory answers. */
function withoutFirst() {
  const { store } = stack.nested;
  const refusing = {
    ...store,
    state: async (id: DirectoryId) => {
      if (id === places[0]?.directoryId) throw new Error('503 ServerBusy');
      return await store.state(id);
    },
  };
  return { ...stack.nested, store: refusing };
}

const due = async (nested = withoutFirst()) =>
  await startDueRuns({ registry: stack.registry, nested, random: stack.random });

const firstFails = { at: expect.anything(), error: new Error('503 ServerBusy') };

test('a directory whose rows do not answer stops the run of no other (issue 4 §3)', async () => {
  stack.clock.now += 3_600_000;
  const failure = { at: places[0], error: new Error('503 ServerBusy') };
  expect(await due()).toEqual({ started: 2, woken: 0, failures: [failure] });
  stack.clock.now += 3 * 60_000;
  expect(await due()).toEqual({ started: 0, woken: 2, failures: [failure] });
});

test.each(['its organization does not answer', 'its record does not parse'])(
  'a directory stops the run of no other when %s',
  async (why) => {
    const [first = { organizationId: '', directoryId: '' }] = places;
    const record = { action: 'upsert', rowKey: `d|${first.directoryId}`, row: { schema: 1, json: '{}' } };
    if (why === 'its record does not parse')
      await registryRows.transact({
        ...{ partitionKey: first.organizationId, proof: record.rowKey },
        changes: [record as never],
      });
    else silent.add(first.organizationId);
    stack.clock.now += 3_600_000;
    expect(await due(stack.nested)).toEqual({
      ...{ started: 2, woken: 0 },
      failures: [{ at: places[0], error: expect.anything() }],
    });
  },
);

const tended = (more: object = {}): Tended =>
  ({
    ...{ registry: stack.registry, now: stack.random.now, nested: withoutFirst() },
    requestLog: stack.ports.requestLog,
    idempotency: stack.ports.idempotency,
    ...more,
  }) as unknown as Tended;

test('a directory that does not answer is told of by each timer, which goes on to the others and fails as a whole', async () => {
  const removed: unknown[] = [];
  const nested = {
    ...withoutFirst(),
    history: {
      ...stack.nested.history,
      removeRuns: async (id: DirectoryId) => {
        if (id === places[0]?.directoryId) throw new Error('503 ServerBusy');
        removed.push(id);
        return true;
      },
    },
  };
  stack.clock.now += 3 * 3_600_000;
  metrics.take();
  await expect(maintain(tended({ nested }), context)).rejects.toThrow('timer failed for 2 of those it looks');
  expect(removed).toEqual(places.slice(1).map(({ directoryId }) => directoryId));
  const told = lines.map(({ event, organizationId, directoryId, message }) => [
    ...[event, organizationId, directoryId],
    message,
  ]);
  const [first, ...others] = places;
  const failed = ['directory-failed', first?.organizationId, first?.directoryId, '503 ServerBusy'];
  expect(told).toEqual([
    ...others.map(({ directoryId }) => ['sync-late', undefined, directoryId, undefined]),
    ...[failed, failed],
  ]);
  expect(metrics.take()?.counts).toEqual({ 'directories.failed': 2 });
});

test('what fails for the whole installation silences no alarm', async () => {
  const broken = async () => await Promise.reject(new Error('503 ServerBusy'));
  const registry = { ...stack.registry, organizationIds: broken };
  const idempotency = { removeLapsed: broken };
  stack.clock.now += 3 * 3_600_000;
  const { nested } = stack;
  await expect(maintain(tended({ registry, idempotency, nested }), context)).rejects.toThrow(AggregateError);
  expect(lines.map(({ event, directoryId }) => [event, directoryId])).toEqual([
    ...places.map(({ directoryId }) => ['sync-late', directoryId]),
    ['directory-failed', undefined],
  ]);
});

test('each organization and each directory is tended though another does not answer', async () => {
  silent.add(places[0]?.directoryId ?? '');
  silent.add(places[1]?.organizationId ?? '');
  await expect(maintain(tended({ nested: stack.nested }), context)).rejects.toThrow(AggregateError);
  expect(lines.map(({ event, organizationId, directoryId }) => [event, organizationId, directoryId])).toEqual(
    [
      // The key check's row of the one, and the whole of the other.
      ['directory-failed', places[0]?.organizationId, undefined],
      ['directory-failed', places[1]?.organizationId, undefined],
      ['directory-failed', places[1]?.organizationId, undefined],
      ['directory-failed', places[1]?.organizationId, places[1]?.directoryId],
    ],
  );
});

test('of every other directory is looked after, and of every other key told, when an organization does not answer', async () => {
  const [first] = places;
  silent.add(first?.organizationId ?? '');
  const seen: unknown[] = [];
  const failures = await eachDirectory(stack.registry, async ({ id }) => {
    if (id === places[1]?.directoryId) throw new Error('503 ServerBusy');
    seen.push(id);
  });
  expect(seen).toEqual([places[2]?.directoryId]);
  expect(failures).toEqual([
    { ...firstFails, at: { organizationId: first?.organizationId } },
    { ...firstFails, at: places[1] },
  ]);
  const expires = new Date(stack.clock.now + 86_400_000).toISOString();
  const told: unknown[] = [];
  const ports = {
    ...{ registry: stack.registry, random: stack.random, failures: [] as never[] },
    secret: () => ({ setting: 'GRAPH_SECRET', expires }),
    notices: { tell: async () => true },
  };
  for await (const { keyId } of tellExpiring(ports)) told.push(keyId);
  expect(told).toEqual(['GRAPH_SECRET']);
  expect(ports.failures).toEqual([
    { ...firstFails, at: { organizationId: first?.organizationId } },
    { ...firstFails, at: { organizationId: first?.organizationId } },
  ]);
});

test('the key checks of other directories are brought up to date when the one of a directory cannot be', async () => {
  const [{ organizationId, directoryId: silentId } = { organizationId: '', directoryId: '' }] = places;
  const organization = OrganizationId.parse(organizationId);
  const directories = `/api/v1/orgs/${organization}/directories`;
  const { id } = (await stack.send(`POST ${directories}`, { body: { name: 'S', kind: 'scim' } })).json;
  const other = DirectoryId.parse(id);
  const changes = [{ action: 'delete' as const, rowKey: accessKey }];
  for (const partitionKey of [silentId, other])
    await registryRows.transact({ partitionKey, changes, proof: accessKey });
  silent.add(silentId);
  await expect(stack.registry.completeInterrupted(organization)).rejects.toThrow('1 directories stay behind');
  expect(await stack.registry.directoryAccess(other)).toMatchObject({ directoryId: other, state: 'active' });
});

test('a call in which nothing failed does not fail', () => {
  expect(() => tellFailures(context)).not.toThrow();
  expect(lines).toEqual([]);
});

test('a list that shows a directory without its state leaves a line for each, without secrets', () => {
  noteUnread(context);
  noteUnread(context, [
    { at: { directoryId: DirectoryId.parse(places[0]?.directoryId) }, error: new Error('sig=abc') },
  ]);
  expect(lines).toMatchObject([
    { event: 'directory-unread', directoryId: places[0]?.directoryId, message: 'sig=…' },
  ]);
});
