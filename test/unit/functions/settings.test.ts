import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readSettings, SettingsSchema } from '../../../functions/settings.ts';

const storage = {
  DirectoryStorage__tableServiceUri: 'https://example.table.core.windows.net/',
  DirectoryStorage__queueServiceUri: 'https://example.queue.core.windows.net/',
  DirectoryStorage__blobServiceUri: 'https://example.blob.core.windows.net/',
};
const deployed = {
  ...storage,
  PUBLIC_ORIGIN: 'https://rookery.example/',
};

test('a deployment names the storage by address; empty settings count as absent', () => {
  expect(
    readSettings({ ...deployed, FIRST_ADMIN_KEY: '', ADMIN_TENANT_ID: '', ADMIN_AUDIENCE: '', OTHER: 'x' }),
  ).toEqual({
    ...storage,
    PUBLIC_ORIGIN: 'https://rookery.example',
    LOG_LEVEL: 'information',
    EXPORT_SCHEDULE: '0 0 2 * * *',
    GRAPH_CLOUD: 'public',
    GRAPH_CREDENTIAL: 'managed-identity',
  });
});

test.each([
  [{}, 'PUBLIC_ORIGIN is missing'],
  [
    { PUBLIC_ORIGIN: 'https://rookery.example' },
    'DirectoryStorage__tableServiceUri is missing, and so is DirectoryStorage',
  ],
  [
    { ...deployed, PUBLIC_ORIGIN: 'https://rookery.example/path' },
    'PUBLIC_ORIGIN holds more than scheme, host and port',
  ],
  [{ ...deployed, DirectoryStorage__queueServiceUri: '' }, 'DirectoryStorage__queueServiceUri is missing'],
  [{ ...deployed, DirectoryStorage__blobServiceUri: '' }, 'DirectoryStorage__blobServiceUri is missing'],
  [{ ...deployed, EXPORT_SCHEDULE: '0 0 24 * * *' }, 'EXPORT_SCHEDULE has a field out of its range'],
  [
    { ...deployed, OTEL_EXPORTER_OTLP_HEADERS: 'no pair' },
    'OTEL_EXPORTER_OTLP_HEADERS is no list of name=value',
  ],
  [
    { ...deployed, OTEL_EXPORTER_OTLP_HEADERS: 'a=%E0%A4%A' },
    'OTEL_EXPORTER_OTLP_HEADERS is no list of name=value',
  ],
  [{ ...deployed, PUBLIC_ORIGIN: 'ftp://rookery.example' }, 'PUBLIC_ORIGIN is not right'],
  [{ ...deployed, FIRST_ADMIN_KEY: 'short-secret' }, 'FIRST_ADMIN_KEY is not right'],
  [{ ...deployed, ADMIN_TENANT_ID: '0f8fad5b-d9cb-469f-a165-70867728950e' }, 'ADMIN_AUDIENCE is missing'],
  [{ ...deployed, ADMIN_AUDIENCE: 'api' }, 'ADMIN_TENANT_ID is missing'],
  [{ ...deployed, LOG_LEVEL: 'loud' }, 'LOG_LEVEL is not right'],
  [{ ...deployed, GRAPH_CLIENT_SECRET_EXPIRES: 'next year' }, 'GRAPH_CLIENT_SECRET_EXPIRES is not right'],
  [{ ...deployed, EXPORT_SCHEDULE: '0 2 * * *' }, 'EXPORT_SCHEDULE is not right'],
])('a wrong setting ends the start and is named, its value is not: %j', (environment, sentence) => {
  const read = () => readSettings(environment);
  expect(read).toThrow(sentence);
  expect(read).not.toThrow('short-secret');
});

test.each([
  { EXPORT_SCHEDULE: '0 */30 2-4 1,15 * MON-FRI' },
  { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b, x-tenant=1' },
  // A vault that cannot be reached costs telemetry, and not the service.
  { OTEL_EXPORTER_OTLP_HEADERS: '@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/x)' },
])('is right: %j', (settings) => {
  expect(readSettings({ ...deployed, ...settings })).toMatchObject(settings);
});

test('every setting says what it is for, and the deployment’s template sets no other', () => {
  const described = Object.entries(SettingsSchema.shape).filter(
    ([, schema]) => (schema.meta()?.description ?? '').length > 20,
  );
  const known = described.map(([name]) => name);
  expect(known).toEqual(Object.keys(SettingsSchema.shape));
  const template = readFileSync(join(import.meta.dirname, '../../../infra/modules/site.bicep'), 'utf8');
  const own = /var ownSettings = \[([^\]]*)\]/.exec(template)?.[1] ?? '';
  const names = [...own.matchAll(/name: '([^']+)'/g)].map(([, name = '']) => name);
  // The first is read by the identity library, the second by the host.
  const others = ['AZURE_CLIENT_ID', 'DirectoryStorage__credential'];
  expect(names.filter((name) => !known.includes(name) && !others.includes(name))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(['PUBLIC_ORIGIN', 'FIRST_ADMIN_KEY']));
});
