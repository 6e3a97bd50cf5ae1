import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  type ClientSecretCredentialOptions,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import { type CloudName, clouds } from './clouds.ts';
import { GraphFailure } from './graph-failure.ts';

/** How this deployment proves to a tenant who it is. Secrets arrive resolved, as Key Vault references of the site. */
export type GraphCredential =
  /** The site's own identity: works in the home tenant only. */
  | { readonly kind: 'managed-identity'; readonly clientId: string }
  | { readonly kind: 'client-secret'; readonly clientId: string; readonly clientSecret: string }
  /** PEM with private key and certificate. */
  | { readonly kind: 'certificate'; readonly clientId: string; readonly certificate: string }
  /** A multi-tenant app that trusts the site's identity: no secret anywhere. */
  | { readonly kind: 'federated'; readonly clientId: string; readonly managedIdentityClientId: string }
  /** Nothing to sign in with: the setting that says it is not there. */
  | { readonly kind: 'missing'; readonly setting: string };

/** Who signs in, and to which tenant. */
export interface SigningIn {
  readonly credential: GraphCredential;
  readonly cloud: CloudName;
  readonly tenantId: string;
}

/** How the sign-in service is reached, where that is not as the library does by itself. */
export type SignInWire = Pick<ClientSecretCredentialOptions, 'httpClient' | 'retryOptions'>;

/** What the library may forget of an answer. */
export interface HeardAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
}

/**
 * A credential of the library. It is asked once for each try, because the calls of Graph try again by themselves;
 * only the endpoint of managed identities, which has habits of its own, keeps the library's tries.
 */
export function tokenCredential(
  { credential, cloud, tenantId }: SigningIn,
  wire: SignInWire,
  heard: (answer: HeardAnswer | undefined) => void,
): TokenCredential {
  const options = {
    ...{ retryOptions: { maxRetries: 0 }, ...wire, authorityHost: clouds[cloud].authority },
    additionalPolicies: [{ policy: listening(heard), position: 'perRetry' as const }],
  };
  switch (credential.kind) {
    case 'missing':
      return missing(credential.setting);
    case 'managed-identity':
      return new ManagedIdentityCredential({ ...wire, clientId: credential.clientId });
    case 'client-secret':
      return new ClientSecretCredential(tenantId, credential.clientId, credential.clientSecret, options);
    case 'certificate': {
      const certificate = readable(credential.certificate);
      return new ClientCertificateCredential(tenantId, credential.clientId, { certificate }, options);
    }
    case 'federated': {
      const identity = new ManagedIdentityCredential({
        ...{ ...wire, clientId: credential.managedIdentityClientId },
      });
      const exchanged = `${clouds[cloud].tokenExchange}/.default`;
      const assertion = async () => (await identity.getToken(exchanged)).token;
      return new ClientAssertionCredential(tenantId, credential.clientId, assertion, options);
    }
  }
}

function missing(setting: string): never {
  const message = `the installation cannot sign in to the tenant: it has no setting ${setting}`;
  throw new GraphFailure('unauthorized', message, { signIn: 'credential_missing' });
}

type Policy = NonNullable<ClientSecretCredentialOptions['additionalPolicies']>[number]['policy'];

/** The library keeps the number of a refusal, and forgets how long the service asked to be left alone and, of some, the status. */
const listening = (heard: (answer: HeardAnswer | undefined) => void): Policy => ({
  name: 'retryAfterPolicy',
  sendRequest: async (request, next) => {
    heard(undefined);
    const answer = await next(request);
    heard({ status: answer.status, retryAfter: answer.headers.get('retry-after') ?? null });
    return answer;
  },
});

/** What is no PEM fails in the library with an error like any other: it is looked at here, where it can be told apart. */
function readable(pem: string): string {
  try {
    createPrivateKey(pem);
    new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE-----')));
    return pem;
  } catch (cause) {
    const message =
      'the certificate of the app cannot be read: a PEM with private key and certificate is needed';
    throw new GraphFailure('unauthorized', message, { signIn: 'credential_rejected', cause });
  }
}
