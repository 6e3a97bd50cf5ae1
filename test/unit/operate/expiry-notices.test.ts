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
import type { GraphSecret } from '../../../shared/admin/graph-secret.ts';
import { type ConnectionCredential, NestedDirectorySettings } from '../../../shared/admin/nested-record.ts';
import type { AdminKeyRecord, DirectoryRecord, OrganizationRecord } from '../../../shared/admin/registry.ts';
import { newDirectoryId, newKeyId, newOrganizationId } from '../../../shared/model/new-ids.ts';
import { registryOver } from '../../../shared/storage/registry.ts';
import { memoryRows } from '../../../shared/storage/registry-memory-rows.ts';
import { expiryNoticesOver } from '../../../shared/storage/registry-notices.ts';

const clientId = 'cccccccc-0000-4000-8000-000000000001';
const day = 86_400_000;
const start = Date.parse('2026-01-01T00:00:00.000Z');
const text = (at: number) => new Date(at).toISOString();

async function installation() {
  const rows = memoryRows();
  const registry = registryOver(rows);
  let now = start;
  const secrets = new Map<string, GraphSecret>();
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
    secrets,
    /** In an organization of its own, which may have one. */
    async nested(secretSetting: string): Promise<void> {
      const other: OrganizationRecord = { ...organization, id: newOrganizationId(random) };
      await registry.createOrganization(other, { ...draft, act: 'organization.created' });
      const credential = { kind: 'client-secret' as const, clientId, secretSetting };
      const record: DirectoryRecord = {
        ...{ id: newDirectoryId(random), organizationId: other.id, kind: 'nested', name: 'Nested' },
        ...{ state: 'active', version: 1, created: text(start), lastModified: text(start) },
        ...{ settings: NestedDirectorySettings.parse({}), settingsVersion: 1 },
        connection: { cloud: 'public', credential },
      };
      await registry.createDirectory(record, { ...draft, act: 'directory.created' });
    },
    async tell(seen?: (daysLeft: number) => void): Promise<ExpiryNotice[]> {
      const told: ExpiryNotice[] = [];
      const secret = (credential: ConnectionCredential) =>
        'secretSetting' in credential ? secrets.get(credential.secretSetting) : undefined;
      const ports = { registry, notices: expiryNoticesOver(rows), random, secret, failures: [] };
      for await (const notice of tellExpiring({ ...ports, ...(seen === undefined ? {} : { seen }) }))
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

test('the secret of several nested directories is told of at each mark once, and anew when another takes its place (issue 4 §3)', async () => {
  const service = await installation();
  await service.nested('GRAPH_CLIENT_SECRET');
  await service.nested('GRAPH_CLIENT_SECRET');
  await service.nested('GRAPH_UNKNOWN');
  const setting = 'GRAPH_CLIENT_SECRET';
  const told: unknown[] = [];
  for (let at = 0; at <= 200; at += 1) {
    service.at(at);
    service.secrets.set(setting, { setting, expires: text(start + (at < 95 ? 100 : 200) * day) });
    for (const { noticeDays: mark, ...notice } of await service.tell()) told.push([at, mark, notice]);
  }
  const notice = (end: number, mark: number) => {
    const expires = text(start + end * day);
    return [
      end - mark,
      mark,
      { kind: 'graph-secret', scope: 'all', keyId: setting, expires, daysLeft: mark },
    ];
  };
  expect(told).toEqual([
    ...[30, 14, 7].map((mark) => notice(100, mark)),
    ...[30, 14, 7, 1].map((mark) => notice(200, mark)),
  ]);
  const entries = await service.registry.audit('all', { after: 0, limit: 100 });
  expect(entries.filter(({ act }) => act === 'graph-secret.expiring').map(({ subject }) => subject)).toEqual(
    Array.from({ length: 7 }, () => setting),
  );
});

test('the days left of all that still works are told of, due or not: what is dead or without an end is not among them', async () => {
  const service = await installation();
  await service.adminKey(90);
  await service.adminKey(null);
  await service.directory([service.key(60), service.key(20)]);
  await service.nested('GRAPH_X');
  service.secrets.set('GRAPH_X', { setting: 'GRAPH_X', expires: text(start + 400 * day) });
  service.at(25);
  const seen: number[] = [];
  await service.tell((daysLeft) => void seen.push(daysLeft));
  expect(seen.sort((one, other) => one - other)).toEqual([35, 65, 375]);
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
