import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DirectorySettings, type StoredKey } from '../../../shared/access/directory-access.ts';
import { bootstrapOrganization } from '../../../shared/admin/bootstrap.ts';
import {
  type ExpiryNotice,
  noticeDays,
  passedMark,
  tellExpiring,
} from '../../../shared/admin/expiry-notices.ts';
import type { AdminKeyRecord, DirectoryRecord } from '../../../shared/admin/registry.ts';
import { newDirectoryId, newKeyId } from '../../../shared/model/new-ids.ts';
import { registryOver } from '../../../shared/storage/registry.ts';
import { memoryRows } from '../../../shared/storage/registry-memory-rows.ts';
import { expiryNoticesOver } from '../../../shared/storage/registry-notices.ts';

const day = 86_400_000;
const start = Date.parse('2026-01-01T00:00:00.000Z');
const text = (at: number) => new Date(at).toISOString();

async function installation() {
  const rows = memoryRows();
  const registry = registryOver(rows);
  let now = start;
  const random = { now: () => now, randomBytes: (count: number): Uint8Array => randomBytes(count) };
  const organization = await bootstrapOrganization('Local', { registry, random });
  const draft = { id: 'draft', at: text(start), actor: 'test', subject: 'x', facts: {} } as const;
  const key = (days: number, more: Partial<StoredKey> = {}): StoredKey => ({
    ...{ id: newKeyId(random), prefix: 'rk_scim_AAAAAAAA', hash: 'hash', created: text(start) },
    expires: text(start + days * day),
    ...more,
  });
  return {
    registry,
    organization,
    key,
    at: (days: number) => {
      now = start + days * day;
    },
    async directory(keys: readonly StoredKey[]): Promise<DirectoryRecord> {
      const record: DirectoryRecord = {
        ...{
          id: newDirectoryId(random),
          organizationId: organization.id,
          kind: 'scim',
          name: `D${random.now()}`,
        },
        ...{ state: 'active', version: 1, created: text(start), lastModified: text(start) },
        ...{ settings: DirectorySettings.parse({}), keys: [...keys] },
      };
      await registry.createDirectory(record, { ...draft, act: 'directory.created' });
      return record;
    },
    async adminKey(days: number | null): Promise<AdminKeyRecord> {
      const record: AdminKeyRecord = {
        ...{ id: newKeyId(random), hash: 'h', name: 'ci', role: 'reader', scope: 'all', version: 1 },
        ...{ created: text(start), expires: days === null ? null : text(start + days * day), revoked: false },
      };
      await registry.createAdminKey(record, { ...draft, act: 'admin-key.created' });
      return record;
    },
    async tell(): Promise<ExpiryNotice[]> {
      const told: ExpiryNotice[] = [];
      for await (const notice of tellExpiring({ registry, notices: expiryNoticesOver(rows), random }))
        told.push(notice);
      return told;
    },
  };
}

test('a SCIM key is told of at 30, 14, 7 and 1 days, once each, however often it is looked at (XA-30)', async () => {
  const service = await installation();
  const key = service.key(365);
  const { id: directoryId, organizationId: scope } = await service.directory([key]);
  const told: unknown[] = [];
  for (let hour = 0; hour <= 366 * 24; hour += 6) {
    service.at(hour / 24);
    for (const notice of await service.tell()) told.push([hour / 24, notice]);
  }
  const notice = { kind: 'scim-key', scope, directoryId, keyId: key.id, expires: key.expires };
  expect(told).toEqual(
    noticeDays.map((days) => [365 - days, { ...notice, noticeDays: days, daysLeft: days }]),
  );
  const entries = await service.registry.audit(scope, { after: 0, limit: 100 });
  expect(
    entries
      .filter(({ act }) => act === 'directory.token.expiring')
      .map(({ subject, facts }) => [subject, facts]),
  ).toEqual(
    noticeDays.map((days) => [directoryId, { key: key.id, daysLeft: String(days), expires: key.expires }]),
  );
});

test('two instances that look at the same time tell once; after an outage of weeks only the least mark is told', async () => {
  const service = await installation();
  await service.directory([service.key(365)]);
  service.at(360);
  const told = await Promise.all([service.tell(), service.tell(), service.tell()]);
  expect(told.flat().map(({ noticeDays: mark, daysLeft }) => [mark, daysLeft])).toEqual([[7, 5]]);
});

test('admin keys are told of as well; keys without an end, with a successor, or dead, are not', async () => {
  const service = await installation();
  const [ending] = [await service.adminKey(90), await service.adminKey(null)];
  await service.directory([service.key(60, { replacedFrom: text(start + 80 * day) }), service.key(20)]);
  service.at(61);
  expect(await service.tell()).toEqual([
    {
      kind: 'admin-key',
      scope: 'all',
      keyId: ending.id,
      expires: ending.expires,
      noticeDays: 30,
      daysLeft: 29,
    },
  ]);
  service.at(90);
  expect(await service.tell()).toEqual([]);
});

test('a mark is passed by keys that live longer than it, from its day to their end, and the least one counts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 400 * 24 }), (life, hours) => {
      const now = start + (hours * day) / 24;
      const left = life - hours / 24;
      const passed = [...noticeDays].reverse().find((mark) => left > 0 && life > mark && left <= mark);
      const key = { created: text(start), expires: text(start + life * day) };
      expect(passedMark(key, now)).toBe(passed);
    }),
  );
});
