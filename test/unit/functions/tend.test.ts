import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { type Tended, tend } from '../../../functions/tend.ts';
import { DirectorySettings } from '../../../shared/access/directory-access.ts';
import { bootstrapOrganization } from '../../../shared/admin/bootstrap.ts';
import { NestedDirectorySettings } from '../../../shared/admin/nested-record.ts';
import type { DirectoryRecord } from '../../../shared/admin/registry.ts';
import { type DirectoryId, UserId } from '../../../shared/model/ids.ts';
import { newDirectoryId } from '../../../shared/model/new-ids.ts';
import { registryOver } from '../../../shared/storage/registry.ts';
import { memoryRows } from '../../../shared/storage/registry-memory-rows.ts';
import { newSyncState } from '../../../shared/sync/sync-state.ts';
import { memoryNestedStore } from '../../support/sync/memory-nested-store.ts';

const now = Date.parse('2026-11-23T07:00:00.000Z');
const random = { now: () => now, randomBytes };
const at = new Date(now).toISOString();
const audit = (act: 'directory.created' | 'directory.deleted', subject: string) => ({
  id: `${act}-${subject}`,
  at,
  actor: 'system',
  act,
  subject,
  facts: {},
});

test('each directory’s interrupted work is completed and its old requests go; a deleted one goes as a whole, page by page', async () => {
  const registry = registryOver(memoryRows());
  const organization = await bootstrapOrganization('Local', { registry, random });
  const [living, deleted] = await Promise.all(
    ['Living', 'Deleted'].map(async (name) => {
      const record: DirectoryRecord = {
        id: newDirectoryId(random),
        organizationId: organization.id,
        kind: 'scim',
        name,
        state: 'active',
        version: 1,
        created: at,
        lastModified: at,
        settings: DirectorySettings.parse({ requestLogDays: 7 }),
        keys: [],
      };
      await registry.createDirectory(record, audit('directory.created', record.id));
      return record;
    }),
  );
  if (!living || !deleted) throw new Error('two were made');
  await registry.replaceDirectory(
    deleted,
    { ...deleted, version: 2, state: 'deleted' },
    audit('directory.deleted', deleted.id),
  );

  const done: string[] = [];
  const days = (milliseconds: number) => (now - milliseconds) / 86_400_000;
  let pages = 2;
  const tended = {
    registry,
    now: () => now,
    directories: {
      completeInterrupted: async (id: DirectoryId, olderThan: number) => {
        done.push(`complete ${id} ${(now - olderThan) / 1000} s`);
        return 3;
      },
      outbox: async (id: DirectoryId, { limit }: { limit: number }) => {
        done.push(`outbox ${id} ${limit}`);
        return [{ key: 'k', at: new Date(now - 90_000).toISOString() }];
      },
      deleteDirectory: async (id: DirectoryId) => {
        done.push(`erase ${id}`);
        pages -= 1;
        return pages === 0;
      },
    },
    requestLog: {
      removeRequests: async (id: DirectoryId, before: number) => {
        done.push(`requests ${id} ${days(before)} days`);
        return true;
      },
      removeTraffic: async (id: DirectoryId) => {
        done.push(`traffic ${id}`);
      },
    },
    nested: { consents: { removeLapsed: async () => done.push('lapsed consents') } },
    idempotency: {
      removeLapsed: async () => {
        done.push('lapsed keys');
        return 0;
      },
    },
  } as unknown as Tended;

  expect(await tend(tended)).toEqual({ completed: 3, outboxSeconds: 90 });
  expect(done).toEqual([
    `complete ${living.id} 60 s`,
    `requests ${living.id} 7 days`,
    `outbox ${living.id} 1`,
    `erase ${deleted.id}`,
    `erase ${deleted.id}`,
    `requests ${deleted.id} 0 days`,
    `traffic ${deleted.id}`,
    'lapsed keys',
    'lapsed consents',
  ]);
  expect(await registry.deletedDirectories(organization.id)).toEqual([]);
});

test('of a nested directory the timer removes what nobody can restore', async () => {
  const registry = registryOver(memoryRows());
  const organization = await bootstrapOrganization('Local', { registry, random });
  const record: DirectoryRecord = {
    ...{ id: newDirectoryId(random), organizationId: organization.id, kind: 'nested', name: 'Nested' },
    ...{ state: 'active', version: 1, created: at, lastModified: at, settingsVersion: 1 },
    connection: { cloud: 'public', credential: { kind: 'managed-identity' } },
    settings: NestedDirectorySettings.parse({}),
  };
  await registry.createDirectory(record, audit('directory.created', record.id));
  const store = memoryNestedStore();
  const fence = await store.acquire(record.id, { holder: 'test', now, seconds: 1 });
  if (fence === undefined) throw new Error('a new directory has no lease');
  const id = UserId.parse('00000001-0000-4000-8000-000000000000');
  const dead = { id, version: 1, created: at, lastModified: at, life: 'soft-deleted' } as const;
  const user = {
    ...{ ...dead, lifeSince: '2026-10-01T00:00:00.000Z', standing: { counts: false, inScope: false } },
    ...{ fields: {}, attributes: {} },
  };
  await store.commit(record.id, fence, [
    { kind: 'user', user },
    { kind: 'state', state: { ...newSyncState, lastCompletedAt: at } },
  ]);
  await store.release(record.id, fence);
  await tend({
    ...{ registry, now: () => now },
    idempotency: { removeLapsed: async () => 0 },
    nested: {
      ...{ store, holder: () => 'timer', history: { removeRuns: async () => true } },
      consents: { removeLapsed: async () => undefined },
    },
  } as unknown as Tended);
  expect(await store.users(record.id, [id])).toEqual([]);
});
