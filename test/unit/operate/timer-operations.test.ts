import { randomBytes } from 'node:crypto';
import { InvocationContext } from '@azure/functions';
import { beforeAll, expect, test } from '@jest/globals';
import { watchRuns } from '../../../functions/run-watch.ts';
import { type Tended, tend } from '../../../functions/tend.ts';
import { DirectorySettings } from '../../../shared/access/directory-access.ts';
import { bootstrapOrganization } from '../../../shared/admin/bootstrap.ts';
import { startDueRuns } from '../../../shared/admin/due-runs.ts';
import { tellExpiring } from '../../../shared/admin/expiry-notices.ts';
import { NestedDirectorySettings } from '../../../shared/admin/nested-record.ts';
import type { DirectoryRecord, NestedDirectoryRecord } from '../../../shared/admin/registry.ts';
import { newDirectoryId, newRunId } from '../../../shared/model/new-ids.ts';
import { consentsOver } from '../../../shared/storage/consents.ts';
import { idempotencyOver } from '../../../shared/storage/idempotency.ts';
import { registryOver } from '../../../shared/storage/registry.ts';
import { expiryNoticesOver } from '../../../shared/storage/registry-notices.ts';
import { tableRows } from '../../../shared/storage/registry-rows.ts';
import { requestLogOver } from '../../../shared/storage/request-log.ts';
import { requestRecorder } from '../../../shared/storage/request-log-recorder.ts';
import { runLogOver } from '../../../shared/storage/run-log.ts';
import { storageMeter } from '../../../shared/storage/storage-meter.ts';
import { tableDirectoryStore } from '../../../shared/storage/table-directory-store.ts';
import { tableNestedStore } from '../../../shared/storage/table-nested-store.ts';
import { createTables, openTable, type TableName } from '../../../shared/storage/tables.ts';
import { newRun } from '../../../shared/sync/new-run.ts';
import { newSyncState } from '../../../shared/sync/sync-state.ts';
import { timerOperations } from '../../../tools/docs/timer-operations.ts';
import { nestedParts } from '../../support/admin/nested-parts.ts';

const connection = {
  kind: 'connection-string' as const,
  value: process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '',
};
const meter = storageMeter();
const now = Date.parse('2026-11-23T07:00:00.000Z');
const random = { now: () => now, randomBytes: (count: number): Uint8Array => randomBytes(count) };
const table = (name: TableName) => openTable(connection, name, { prefix: 'timerops', meter });
const rows = (name: TableName) => tableRows(table(name));
const registry = registryOver(rows('registry'));
const nested = {
  ...nestedParts(rows, random),
  store: tableNestedStore(table('directory')),
  history: runLogOver(rows('runs'), random.now),
  consents: consentsOver(rows('registry')),
};

beforeAll(async () => {
  await createTables(connection, {
    prefix: 'timerops',
    names: ['registry', 'directory', 'runs', 'requests'],
  });
  const organization = await bootstrapOrganization('Local', { registry, random });
  const at = new Date(now).toISOString();
  const common = () => ({
    ...{ id: newDirectoryId(random), organizationId: organization.id, version: 1 },
    ...{ state: 'active' as const, created: at, lastModified: at },
  });
  const records: DirectoryRecord[] = [
    { ...common(), kind: 'scim', name: 'Pushed', settings: DirectorySettings.parse({}), keys: [] },
    {
      ...{ ...common(), kind: 'nested', name: 'Pulled', settingsVersion: 1 },
      ...{ settings: NestedDirectorySettings.parse({}) },
      connection: { cloud: 'public', credential: { kind: 'managed-identity' } },
    },
  ];
  for (const record of records) {
    const audit = { id: record.id, at, actor: 'test', subject: record.id, facts: {} };
    await registry.createDirectory(record, { ...audit, act: 'directory.created' });
    if (record.kind === 'nested') await hasRun(record);
  }
});

/** Its last run is complete, and nothing of it is due. */
async function hasRun({ id: directory, settings }: NestedDirectoryRecord): Promise<void> {
  const { store, history } = nested;
  const fence = await store.acquire(directory, { holder: 'test', now, seconds: 1 });
  if (fence === undefined) throw new Error('a new directory has no lease');
  const finishedAt = new Date(now).toISOString();
  const terms = { settingsVersion: 1, pinnedTenantId: 'tenant', confirmedHash: 'hash' };
  const order = { ...{ id: newRunId(random), directory, settings, ...terms }, startedAt: finishedAt };
  const begun = newRun({ ...order, mode: 'sync', trigger: 'timer' }, newSyncState);
  const run = { ...begun, phase: 'done', status: 'done', finishedAt } as const;
  const lasting = { lastRun: run.id, lastCompletedRun: run.id, lastCompletedAt: finishedAt };
  const tombstones = { dueAt: now + 1, scanAt: now + 1 };
  await store.commit(directory, fence, [
    { kind: 'state', state: { ...newSyncState, ...lasting, tombstones } },
    { kind: 'checkpoint', run },
  ]);
  await store.release(directory, fence);
  await history.saveRun(run);
}

test('each timer costs the round trips that docs/cost.md counts with (issue 4 §3)', async () => {
  const tables = { requests: rows('requests'), registry: rows('registry') };
  const recorder = requestRecorder({ ...tables, random, failed: () => undefined });
  const tended: Tended = {
    registry,
    directories: tableDirectoryStore(table('directory'), random),
    requestLog: requestLogOver(tables, recorder),
    idempotency: idempotencyOver(rows('registry')),
    nested,
    now: random.now,
  };
  const notices = expiryNoticesOver(rows('registry'));
  const counted = async (work: () => Promise<unknown>): Promise<number> => {
    meter.reset();
    await work();
    return meter.total();
  };
  expect({
    maintenance: await counted(async () => {
      await tend(tended);
      await watchRuns(tended, new InvocationContext());
    }),
    'sync-timer': await counted(() => startDueRuns({ registry, nested, random })),
    notices: await counted(async () => {
      const ports = { registry, notices, secret: nested.secret, random, failures: [] };
      for await (const _ of tellExpiring(ports)) throw new Error('nothing ends yet');
    }),
  }).toEqual(timerOperations);
});
