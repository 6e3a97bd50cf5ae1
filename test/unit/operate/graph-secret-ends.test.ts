import { afterEach, expect, test } from '@jest/globals';
import { graphSecretOf } from '../../../functions/graph-secret-ends.ts';
import { adminStack, overMemory } from '../../support/admin/stack.ts';
import { certificate } from '../../support/certificate.ts';

const clientId = 'cccccccc-0000-4000-8000-000000000001';
const of = (kind: 'client-secret' | 'certificate', secretSetting: string) =>
  graphSecretOf({ kind, clientId, secretSetting });

const names = ['GRAPH_CLIENT_SECRET_EXPIRES', 'GRAPH_OTHER_EXPIRES', 'GRAPH_CLIENT_CERTIFICATE'];
afterEach(() => {
  for (const name of names) delete process.env[name];
});

test('the end of a secret is what the setting beside it says, with or without a time', () => {
  const setting = 'GRAPH_CLIENT_SECRET';
  expect(of('client-secret', setting)).toEqual({ setting });
  process.env['GRAPH_CLIENT_SECRET_EXPIRES'] = '2027-06-30';
  expect(of('client-secret', setting)).toEqual({ setting, expires: '2027-06-30T00:00:00.000Z' });
  process.env['GRAPH_OTHER_EXPIRES'] = '2027-06-30T12:00:00Z';
  expect(of('client-secret', 'GRAPH_OTHER')).toEqual({
    setting: 'GRAPH_OTHER',
    expires: '2027-06-30T12:00:00.000Z',
  });
  process.env['GRAPH_OTHER_EXPIRES'] = 'soon';
  expect(of('client-secret', 'GRAPH_OTHER')).toEqual({ setting: 'GRAPH_OTHER' });
});

test('the end of a certificate is its own, wherever it stands in the PEM', () => {
  const setting = 'GRAPH_CLIENT_CERTIFICATE';
  const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----';
  const validity = { created: '2026-11-23T09:56:41.000Z', expires: '2028-11-22T09:56:41.000Z' };
  for (const pem of [certificate, `${key}\n${certificate}`, `${certificate}\n${key}`]) {
    process.env[setting] = pem;
    expect(of('certificate', setting)).toEqual({ setting, ...validity });
  }
  for (const none of ['', key, '@Microsoft.KeyVault(SecretUri=x)', '-----BEGIN CERTIFICATE-----\nAA']) {
    process.env[setting] = none;
    expect(of('certificate', setting)).toEqual({ setting });
  }
});

test('the identity of the site has nothing that expires', () => {
  expect(graphSecretOf({ kind: 'managed-identity' })).toBeUndefined();
  expect(graphSecretOf({ kind: 'federated', clientId })).toBeUndefined();
});

test('a nested directory shows how many days its secret has left, and says so in time (issue 4 §3)', async () => {
  let expires: string | undefined;
  const setting = 'GRAPH_CLIENT_SECRET';
  const graph = {
    reader: () => {
      throw new Error('this test reads no Graph');
    },
    ...{ learnsTenant: false, clientId },
    secret: () => ({ setting, ...(expires === undefined ? {} : { expires }) }),
  };
  const { send } = adminStack(overMemory(), { graph });
  const organization = (await send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json.id;
  const directories = `/api/v1/orgs/${organization}/directories`;
  const connection = { tenantId: clientId, credential: { kind: 'client-secret' } };
  const body = { name: 'Nested', kind: 'nested', connection };
  const one = `${directories}/${(await send(`POST ${directories}`, { body })).json.id}`;
  const shown: unknown[] = [];
  for (const end of [undefined, '2027-06-30', '2026-12-01', '2026-11-23', '2026-11-22']) {
    expires = end && `${end}T12:00:00.000Z`;
    const { json } = await send(`GET ${one}`);
    const hints = json['hints'] as readonly { readonly code: string; readonly text: string }[];
    shown.push([
      json['secret'],
      hints.filter(({ code }) => code.startsWith('secret')).map(({ text }) => text),
    ]);
  }
  expect(shown).toEqual([
    [
      { setting },
      [
        'When GRAPH_CLIENT_SECRET expires is not known, so nobody is told before: say it in the setting GRAPH_CLIENT_SECRET_EXPIRES.',
      ],
    ],
    [{ setting, expires: '2027-06-30T12:00:00.000Z', daysLeft: 220 }, []],
    [
      { setting, expires: '2026-12-01T12:00:00.000Z', daysLeft: 9 },
      ['GRAPH_CLIENT_SECRET expires in 9 days.'],
    ],
    [
      { setting, expires: '2026-11-23T12:00:00.000Z', daysLeft: 1 },
      ['GRAPH_CLIENT_SECRET expires in 1 days.'],
    ],
    [
      { setting, expires: '2026-11-22T12:00:00.000Z', daysLeft: 0 },
      ['GRAPH_CLIENT_SECRET expired at 2026-11-22T12:00:00.000Z: put a new one there.'],
    ],
  ]);
});
