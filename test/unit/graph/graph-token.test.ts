import { expect, test } from '@jest/globals';
import {
  adminConsentUrl,
  type CloudName,
  clouds,
  scopeOf,
  serviceUrlOf,
} from '../../../shared/graph/clouds.ts';
import { GraphFailure } from '../../../shared/graph/graph-failure.ts';
import { graphToken } from '../../../shared/graph/graph-token.ts';
import { issued, type SignInAnswer, SignInService, tokenOf } from '../../support/sign-in-service.ts';

const tenantId = '11111111-1111-4111-8111-111111111111';
const credential = { kind: 'client-secret', clientId: 'app', clientSecret: 'secret' } as const;

function signingIn(cloud: CloudName, answer: SignInAnswer) {
  const service = new SignInService(answer);
  const signIn = { httpClient: service.httpClient };
  return { service, token: graphToken({ credential, cloud, tenantId }, { now: Date.now, signIn }) };
}

test('asks the authority of its cloud for the default scope of its cloud, with the claims of a challenge', async () => {
  const { service, token } = signingIn('china', issued(tenantId.toUpperCase()));
  await expect(token('{"a":1}')).resolves.toBe(tokenOf({ tid: tenantId.toUpperCase(), roles: [] }));
  expect(service.asked.map(({ url }) => url.split('?')[0])).toEqual([
    `https://login.partner.microsoftonline.cn/${tenantId}/oauth2/v2.0/token`,
  ]);
  const form = new URLSearchParams(service.asked[0]?.body);
  expect([form.get('scope'), form.get('client_secret')]).toEqual([
    'https://microsoftgraph.chinacloudapi.cn/.default',
    'secret',
  ]);
  expect(JSON.parse(form.get('claims') ?? '')).toMatchObject({ a: 1 });
});

const tokenBody = (access_token: string) => ({ token_type: 'Bearer', expires_in: 3599, access_token });

test.each([
  ['another tenant', tokenOf({ tid: '22222222-2222-4222-8222-222222222222' })],
  ['no tenant', tokenOf({})],
  ['something that is no JWT', 'opaque'],
])('a token of %s is refused (S2-09)', async (_name, access) => {
  const { token } = signingIn('public', { status: 200, body: tokenBody(access) });
  const error: unknown = await token().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(GraphFailure);
  expect(error).toMatchObject({ kind: 'unauthorized', facts: { signIn: 'wrong_tenant' } });
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
