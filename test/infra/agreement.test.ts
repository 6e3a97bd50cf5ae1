import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readSettings, SettingsSchema } from '../../functions/settings.ts';
import { clouds } from '../../shared/graph/clouds.ts';
import { infra, listOf, template } from './templates.ts';

// Templates and code are written apart and deployed together.

const root = join(infra, '..');
const triggers = globSync('functions/*.ts', { cwd: root }).map((path) =>
  readFileSync(join(root, path), 'utf8'),
);

test('the site has the settings that the app reads, and no other of its own', async () => {
  const { text } = await template('modules/site.bicep');
  const own = /var ownSettings = \[([\s\S]*?)\n\]/.exec(text)?.[1] ?? '';
  const given = [...own.matchAll(/name: '(\w+)'/g)].map(([, name = '']) => name);
  // A connection string is for the embedded stack; in Azure there is no key to put into one.
  const read = Object.keys(SettingsSchema.shape).filter((name) => name !== 'DirectoryStorage');
  expect(given.toSorted()).toEqual(read.toSorted());
});

test('a vault reference that the platform could not resolve is no admin key: its text could be guessed', () => {
  const reference =
    '@Microsoft.KeyVault(SecretUri=https://kv-rook-prod.vault.azure.net/secrets/first-admin-key)';
  const settings = {
    PUBLIC_ORIGIN: 'https://rookery.example',
    DirectoryStorage: 'UseDevelopmentStorage=true',
  };
  expect(() => readSettings({ ...settings, FIRST_ADMIN_KEY: reference })).toThrow(
    'Wrong app settings: FIRST_ADMIN_KEY is a vault reference that was not resolved.',
  );
});

test('every connection of a trigger has its address and identity among the settings of the site', async () => {
  const { text } = await template('modules/site.bicep');
  const connections = triggers.flatMap((trigger) =>
    [...trigger.matchAll(/connection: '(\w+)'/g)].map(([, name = '']) => name),
  );
  for (const name of new Set(['AzureWebJobsStorage', ...connections])) {
    for (const part of ['credential', 'clientId', 'queueServiceUri']) {
      expect(text).toContain(`'${name}__${part}'`);
    }
  }
});

test('every queue that a function reads is created, with its poison queue', async () => {
  const created = listOf(await template('modules/data-storage.bicep'), 'queueNames');
  const read = triggers.flatMap((trigger) =>
    [...trigger.matchAll(/queueName: '([\w-]+)'/g)].map(([, name = '']) => name),
  );
  const needed = read.flatMap((name) => (name.endsWith('-poison') ? [name] : [name, `${name}-poison`]));
  expect(needed.filter((name) => !created.includes(name))).toEqual([]);
});

test('the alert on missing functions expects as many as the app registers', async () => {
  const { text } = await template('modules/alerts.bicep');
  const registered = triggers.flatMap(
    (trigger) => trigger.match(/^\s*app\.(http|timer|storageQueue)\(/gm) ?? [],
  );
  expect(/param functionCountExpected int = (\d+)/.exec(text)?.[1]).toBe(String(registered.length));
});

test('what an alert searches for is written by the code', async () => {
  const { text } = await template('modules/alerts.bicep');
  const searched = [...text.matchAll(/\.event\) == "([\w-]+)"/g)].map(([, event = '']) => event);
  expect(searched.length).toBeGreaterThan(7);
  const written = triggers.join('\n');
  const unwritten = searched.filter(
    (event) => !written.includes(`event: '${event}'`) && !written.includes(`logLine('${event}'`),
  );
  expect(unwritten).toEqual([]);
  // The one line that the host itself writes.
  expect(text).toContain('functions loaded$');
});

test('every metric is written by the code and told in the runbook', () => {
  const written = triggers.join('\n');
  const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
  const named = [...written.matchAll(/metrics\.(?:gauge|count)\('([\w.-]+)'/g)].map(([, name = '']) => name);
  // Issue 4 §3: storage operations, outbox lag, queue age, run age, Graph units, safeguards held, days left of keys.
  expect(named).toEqual(
    expect.arrayContaining([
      'outbox.oldest.seconds',
      'queue.age.seconds',
      'runs.age.seconds',
      'graph.units',
      'runs.held',
      'keys.days-left',
    ]),
  );
  const told = [...named, 'storage.point-read', 'storage.transaction', 'p50', 'p99'];
  expect(told.filter((name) => !runbook.includes(`\`${name}\``))).toEqual([]);
});

test('each alert has its page in the runbook, and each page of an alert its alert', async () => {
  const { text } = await template('modules/alerts.bicep');
  const alerts = [
    ...[...text.matchAll(/^ {4}name: '([\w-]+)'$/gm)].map(([, name = '']) => name),
    ...[...text.matchAll(/docs\/runbook\.md#([\w-]+)'/g)].map(([, name = '']) => name),
  ];
  const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8');
  const [, pages = ''] = runbook.split(/<!-- (?:alerts|no alert) -->/);
  expect([...pages.matchAll(/^## ([\w-]+)$/gm)].map(([, name]) => name).toSorted()).toEqual(
    [...new Set(alerts)].toSorted(),
  );
});

test('the app of other tenants trusts the managed identity for the audience that the app asks for, in each cloud', async () => {
  const { text } = await template('graph.bicep');
  const named = Object.fromEntries(
    [...text.matchAll(/^ {2}(Azure\w+): '(api:[^']+)'$/gm)].map(([, cloud = '', audience]) => [
      cloud,
      audience,
    ]),
  );
  expect(named).toEqual({
    AzureCloud: clouds.public.tokenExchange,
    AzureUSGovernment: clouds['us-government'].tokenExchange,
    AzureChinaCloud: clouds.china.tokenExchange,
  });
  expect(clouds['us-government-dod'].tokenExchange).toBe(clouds['us-government'].tokenExchange);
  expect(text).toContain('var tokenExchangeAudience = tokenExchangeAudiences[environment().name]');
  expect(text).toContain(`'${clouds.china.authority}/'`);
});
