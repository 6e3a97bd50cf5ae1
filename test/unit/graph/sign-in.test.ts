import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { CloudName } from '../../../shared/graph/clouds.ts';
import { GraphFailure } from '../../../shared/graph/graph-failure.ts';
import { graphToken, type TokenSource } from '../../../shared/graph/graph-token.ts';
import type { GraphCredential } from '../../../shared/graph/sign-in.ts';
import { certificate } from '../../support/certificate.ts';
import {
  identityToken,
  issued,
  refusal,
  type SignInAnswer,
  SignInService,
} from '../../support/sign-in-service.ts';

// As Functions has it. The library keeps the first way to managed identities for good.
process.env['IDENTITY_ENDPOINT'] = 'http://127.0.0.1:41056/msi/token';
process.env['IDENTITY_HEADER'] = 'of the site';

const tenantId = '11111111-1111-4111-8111-111111111111';
const service = new SignInService(issued(tenantId));
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const credentials = {
  secret: { kind: 'client-secret', clientId: 'app', clientSecret: 'secret' },
  certificate: { kind: 'certificate', clientId: 'app', certificate: `${privateKey}${certificate}` },
  federated: { kind: 'federated', clientId: 'app', managedIdentityClientId: 'identity' },
} as const satisfies Readonly<Record<string, GraphCredential>>;

function signingIn(
  credential: GraphCredential,
  {
    cloud = 'public',
    ...more
  }: { readonly signInTimeoutMilliseconds?: number; readonly cloud?: CloudName } = {},
) {
  service.answer = issued(tenantId);
  service.identity = identityToken('assertion');
  service.asked.length = 0;
  const signIn = { httpClient: service.httpClient, retryOptions: { maxRetries: 0 } };
  const now = () => Date.parse('2026-11-23T12:00:00Z');
  return graphToken({ credential, cloud, tenantId }, { now, signIn, ...more });
}

async function failureOf(source: TokenSource) {
  const error: unknown = await source().catch((reason: unknown) => reason);
  if (!(error instanceof GraphFailure)) throw new Error(`expected a GraphFailure, got ${String(error)}`);
  const { signIn, retryAfterSeconds } = error.facts;
  return [error.kind, signIn ?? retryAfterSeconds];
}

const html = { 'content-type': 'text/html' };
const network = Object.assign(new Error('getaddrinfo ENOTFOUND login.microsoftonline.com'), {
  name: 'RestError',
  code: 'ENOTFOUND',
});
const asked = { 'retry-after': '7' };
const answers: readonly (readonly [string, SignInAnswer, readonly [string, unknown]])[] = [
  ['500 without a body', { status: 500, body: '' }, ['transient', undefined]],
  ['502 of a proxy', { status: 502, body: '<h1>no</h1>', headers: html }, ['transient', undefined]],
  ['503 with Retry-After', { status: 503, body: '', headers: asked }, ['transient', 7]],
  ['503 in words', refusal('temporarily_unavailable', 90033, 503), ['transient', undefined]],
  ['429 with Retry-After', { status: 429, body: {}, headers: asked }, ['throttled', 7]],
  ['429', refusal('throttled', 90055, 429), ['throttled', undefined]],
  ['a broken network', network, ['transient', undefined]],
  ['a 200 that is none', { status: 200, body: '<html>' }, ['transient', undefined]],
  ['no such app in the tenant', refusal('unauthorized_client', 700016), ['unauthorized', undefined]],
  ['an app turned off', refusal('unauthorized_client', 7000112), ['unauthorized', undefined]],
  ['an app not consented to', refusal('invalid_client', 7000229, 401), ['unauthorized', undefined]],
  ['no consent', refusal('invalid_grant', 65001), ['unauthorized', undefined]],
  ['conditional access', refusal('interaction_required', 53003), ['unauthorized', undefined]],
  ['a tenant that is not there', refusal('invalid_request', 90002), ['unauthorized', undefined]],
  ['a wrong secret', refusal('invalid_client', 7000215, 401), ['unauthorized', 'credential_rejected']],
  ['an expired secret', refusal('invalid_client', 7000222, 401), ['unauthorized', 'credential_rejected']],
  ['an unknown certificate', refusal('invalid_client', 700027, 401), ['unauthorized', 'credential_rejected']],
  ['no trust', refusal('invalid_request', 70021), ['unauthorized', 'credential_rejected']],
];

test.each(
  (['secret', 'certificate', 'federated'] as const).flatMap((kind) =>
    answers.map(([name, answer, expected]) => [kind, name, answer, expected] as const),
  ),
)('signing in by %s and meeting %s is told by its cause', async (kind, _name, answer, expected) => {
  const source = signingIn(credentials[kind]);
  service.answer = answer;
  expect(await failureOf(source)).toEqual(expected);
  // The second try asks the service again, and not the library's memory of the first.
  service.asked.length = 0;
  expect(await failureOf(source)).toEqual(expected);
  expect(service.asked.filter(({ url }) => url.startsWith('https://login.'))).toHaveLength(1);
  service.answer = issued(tenantId);
  await expect(source()).resolves.toMatch(/^h\./);
});

const identityAnswers: readonly (readonly [string, SignInAnswer, readonly [string, unknown]])[] = [
  ['500', { status: 500, body: '' }, ['transient', undefined]],
  ['503', { status: 503, body: { statusCode: 503, message: 'busy' } }, ['transient', undefined]],
  ['404', { status: 404, body: { statusCode: 404, message: 'not yet' } }, ['transient', undefined]],
  ['429', { status: 429, body: { error: 'throttled' } }, ['throttled', undefined]],
  ['a refused connection', network, ['transient', undefined]],
  [
    'an identity that is not of this site',
    {
      status: 400,
      body: { statusCode: 400, message: 'No User Assigned or Delegated Managed Identity found' },
    },
    ['unauthorized', 'credential_rejected'],
  ],
];

test.each(identityAnswers)(
  'an endpoint of managed identities that answers %s is told by its cause, also as the first half of a federated sign-in',
  async (name, answer, expected) => {
    const managedIdentityClientId = `identity of ${name}`;
    for (const credential of [
      { kind: 'managed-identity' as const, clientId: managedIdentityClientId },
      { ...credentials.federated, managedIdentityClientId },
    ]) {
      const source = signingIn(credential);
      service.identity = answer;
      expect(await failureOf(source)).toEqual(expected);
      service.identity = identityToken(issuedToken);
      await expect(source()).resolves.toMatch(/^h\./);
    }
  },
);

const issuedToken = `h.${Buffer.from(JSON.stringify({ tid: tenantId })).toString('base64url')}.s`;

test.each([
  ['nothing of a PEM', 'nonsense'],
  ['a certificate without its key', certificate],
  ['a key without its certificate', privateKey],
])('%s for a certificate is a rejected credential, and nobody is asked', async (_name, pem) => {
  const source = signingIn({ ...credentials.certificate, certificate: pem });
  expect(await failureOf(source)).toEqual(['unauthorized', 'credential_rejected']);
  expect(service.asked).toEqual([]);
});

test('a sign-in service that does not answer is an outage', async () => {
  const source = signingIn(credentials.secret, { signInTimeoutMilliseconds: 20 });
  const { sendRequest } = service.httpClient;
  service.httpClient.sendRequest = () => new Promise(() => undefined);
  expect(await failureOf(source)).toEqual(['transient', undefined]);
  service.httpClient.sendRequest = sendRequest;
  await expect(source()).resolves.toMatch(/^h\./);
});

test('reads side by side share one sign-in', async () => {
  const source = signingIn(credentials.secret);
  const tokens = await Promise.all([source(), source(), source()]);
  expect(new Set(tokens).size).toBe(1);
  expect(service.asked).toHaveLength(1);
});

test('what the service said to an earlier try is nothing that a later one met', async () => {
  const source = signingIn({ ...credentials.federated, managedIdentityClientId: 'a later one' });
  service.answer = { status: 400, body: '', headers: asked };
  expect(await failureOf(source)).toEqual(['unauthorized', 7]);
  service.identity = network;
  expect(await failureOf(source)).toEqual(['transient', undefined]);
});

test.each([
  ['public', 'api://AzureADTokenExchange'],
  ['us-government', 'api://AzureADTokenExchangeUSGov'],
  ['us-government-dod', 'api://AzureADTokenExchangeUSGov'],
  ['china', 'api://AzureADTokenExchangeChina'],
] as const)(
  'in the cloud %s the identity of the site is exchanged for the audience %s',
  async (cloud, audience) => {
    const source = signingIn({ ...credentials.federated, managedIdentityClientId: cloud }, { cloud });
    await source();
    const resources = service.asked.map(({ url }) => new URL(url).searchParams.get('resource'));
    expect(resources.filter((resource) => resource !== null && resource !== audience)).toEqual([]);
    expect(resources).toContain(audience);
  },
);
