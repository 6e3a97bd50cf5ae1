import { expect, test } from '@jest/globals';
import { adminConsentUrl, clouds, scopeOf, serviceUrlOf } from '../../../shared/graph/clouds.ts';
import { GraphFailure } from '../../../shared/graph/graph-failure.ts';
import { tokenFrom } from '../../../shared/graph/graph-token.ts';

const tenantId = '11111111-1111-4111-8111-111111111111';
const tokenOf = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

const failureOf = async (call: Promise<unknown>) => {
  const error: unknown = await call.catch((reason: unknown) => reason);
  return error instanceof GraphFailure ? { kind: error.kind, signIn: error.facts.signIn } : error;
};

const issuing = (token: string) => ({ getToken: () => Promise.resolve({ token, expiresOnTimestamp: 0 }) });
const failing = (statusCode: number) => ({
  getToken: () => Promise.reject(Object.assign(new Error('no'), { statusCode })),
});

test('asks for the default scope of its cloud and tenant, with the claims of a challenge', async () => {
  const asked: unknown[] = [];
  const token = tokenFrom(
    {
      getToken: (scope, options) => {
        asked.push([scope, options]);
        return Promise.resolve({ token: tokenOf({ tid: tenantId.toUpperCase() }), expiresOnTimestamp: 0 });
      },
    },
    { cloud: 'china', tenantId },
  );
  await expect(token('{"a":1}')).resolves.toBe(tokenOf({ tid: tenantId.toUpperCase() }));
  expect(asked).toEqual([
    ['https://microsoftgraph.chinacloudapi.cn/.default', { tenantId, claims: '{"a":1}' }],
  ]);
});

test.each([
  ['another tenant', tokenOf({ tid: '22222222-2222-4222-8222-222222222222' })],
  ['no tenant', tokenOf({})],
  ['something that is no JWT', 'opaque'],
])('a token of %s is refused (S2-09)', async (_name, token) => {
  const source = tokenFrom(issuing(token), { cloud: 'public', tenantId });
  expect(await failureOf(source())).toEqual({ kind: 'unauthorized', signIn: 'wrong_tenant' });
});

test.each([
  [400, 'unauthorized'],
  [401, 'unauthorized'],
  [429, 'transient'],
  [503, 'transient'],
  [0, 'transient'],
])('a sign-in answer %d is %s', async (status, kind) => {
  const source = tokenFrom(failing(status), { cloud: 'public', tenantId });
  expect(await failureOf(source())).toEqual({ kind, signIn: undefined });
});

test('authority, scope and service of each cloud belong together (graph.md §1.8)', () => {
  expect(
    (['public', 'us-government', 'us-government-dod', 'china'] as const).map((cloud) => [
      clouds[cloud].authority,
      scopeOf(cloud),
      serviceUrlOf(cloud),
    ]),
  ).toEqual([
    [
      'https://login.microsoftonline.com',
      'https://graph.microsoft.com/.default',
      'https://graph.microsoft.com/v1.0',
    ],
    [
      'https://login.microsoftonline.us',
      'https://graph.microsoft.us/.default',
      'https://graph.microsoft.us/v1.0',
    ],
    [
      'https://login.microsoftonline.us',
      'https://dod-graph.microsoft.us/.default',
      'https://dod-graph.microsoft.us/v1.0',
    ],
    [
      'https://login.partner.microsoftonline.cn',
      'https://microsoftgraph.chinacloudapi.cn/.default',
      'https://microsoftgraph.chinacloudapi.cn/v1.0',
    ],
  ]);
});

test('the consent page carries client, redirect, state and scope', () => {
  const url = new URL(
    adminConsentUrl({
      cloud: 'public',
      tenantId,
      clientId: 'app',
      redirectUri: 'https://r.example/back?x=1',
      state: 's&t',
    }),
  );
  expect([url.origin + url.pathname, Object.fromEntries(url.searchParams)]).toEqual([
    `https://login.microsoftonline.com/${tenantId}/v2.0/adminconsent`,
    {
      client_id: 'app',
      redirect_uri: 'https://r.example/back?x=1',
      state: 's&t',
      scope: 'https://graph.microsoft.com/.default',
    },
  ]);
});
