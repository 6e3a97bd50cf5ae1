import { expect, test } from '@jest/globals';
import { GraphFailure } from '../../../shared/graph/graph-failure.ts';
import { graphToken } from '../../../shared/graph/graph-token.ts';
import { identityToken, type SignInAnswer, SignInService, tokenOf } from '../../support/sign-in-service.ts';

const tenantId = '11111111-1111-4111-8111-111111111111';
// The library keeps the first way to managed identities for good, so that this one has a file of its own.
const service = new SignInService(new Error('nobody signs in here'));
const answers: readonly (readonly [string, SignInAnswer, readonly [string, unknown]])[] = [
  ['500', { status: 500, body: '' }, ['transient', undefined]],
  ['410 while it is set up', { status: 410, body: '' }, ['transient', undefined]],
  ['429', { status: 429, body: '' }, ['throttled', undefined]],
  [
    'an identity that is not of this machine',
    { status: 400, body: { error: 'invalid_request', error_description: 'Identity not found' } },
    ['unauthorized', 'credential_rejected'],
  ],
];

test.each(answers)(
  'the endpoint of a virtual machine that answers %s is told by its cause',
  async (name, answer, expected) => {
    const signIn = { httpClient: service.httpClient, retryOptions: { maxRetries: 0 } };
    const credential = { kind: 'managed-identity' as const, clientId: name };
    const source = graphToken({ credential, cloud: 'public', tenantId }, { now: Date.now, signIn });
    service.identity = answer;
    const error: unknown = await source().catch((reason: unknown) => reason);
    if (!(error instanceof GraphFailure)) throw error;
    expect([error.kind, error.facts.signIn]).toEqual(expected);
    service.identity = identityToken(tokenOf({ tid: tenantId }));
    await expect(source()).resolves.toMatch(/^h\./);
    expect(service.asked.every(({ url }) => url.startsWith('http://169.254.169.254/'))).toBe(true);
  },
);
