import {
  AuthenticationRequiredError,
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  type ClientSecretCredentialOptions,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import { type CloudName, clouds, scopeOf } from './clouds.ts';
import { GraphFailure } from './graph-failure.ts';

/** How this deployment proves to a tenant who it is. Secrets arrive resolved, as Key Vault references of the site. */
export type GraphCredential =
  /** The site's own identity: works in the home tenant only. */
  | { readonly kind: 'managed-identity'; readonly clientId: string }
  | { readonly kind: 'client-secret'; readonly clientId: string; readonly clientSecret: string }
  /** PEM with private key and certificate. */
  | { readonly kind: 'certificate'; readonly clientId: string; readonly certificate: string }
  /** A multi-tenant app that trusts the site's identity: no secret anywhere. */
  | { readonly kind: 'federated'; readonly clientId: string; readonly managedIdentityClientId: string };

/** How the sign-in service is reached, where that is not as the library does by itself. */
export type SignIn = Pick<ClientSecretCredentialOptions, 'httpClient'>;

/** A token source of one tenant for `graphClient`; refuses tokens of another tenant (S2-09) and throws `GraphFailure`. */
export function graphToken(of: TokenOf, signIn: SignIn = {}): (claims?: string) => Promise<string> {
  return tokenFrom(tokenCredential(of, signIn), of);
}

interface TokenOf {
  readonly credential: GraphCredential;
  readonly cloud: CloudName;
  readonly tenantId: string;
}

/** As `graphToken`, over a credential made elsewhere. */
export function tokenFrom(
  credential: TokenCredential,
  of: { readonly cloud: CloudName; readonly tenantId: string },
): (claims?: string) => Promise<string> {
  return async (claims) => {
    const options = { tenantId: of.tenantId, ...(claims === undefined ? {} : { claims }) };
    const issued = await credential.getToken(scopeOf(of.cloud), options).catch(refused);
    if (issued === null) throw new GraphFailure('unauthorized', 'no token was issued');
    if (tenantOf(issued.token) !== of.tenantId.toLowerCase()) {
      throw new GraphFailure(
        'unauthorized',
        'the token was issued by another tenant than the one that was confirmed',
        { signIn: 'wrong_tenant' },
      );
    }
    return issued.token;
  };
}

function tokenCredential(of: TokenOf, signIn: SignIn): TokenCredential {
  const options = { ...signIn, authorityHost: clouds[of.cloud].authority };
  const { credential, tenantId } = of;
  switch (credential.kind) {
    case 'managed-identity':
      return new ManagedIdentityCredential({ ...signIn, clientId: credential.clientId });
    case 'client-secret':
      return new ClientSecretCredential(tenantId, credential.clientId, credential.clientSecret, options);
    case 'certificate':
      return new ClientCertificateCredential(
        tenantId,
        credential.clientId,
        { certificate: credential.certificate },
        options,
      );
    case 'federated': {
      const identity = new ManagedIdentityCredential({
        ...signIn,
        clientId: credential.managedIdentityClientId,
      });
      const assertion = async () => (await identity.getToken(tokenExchangeScope)).token;
      return new ClientAssertionCredential(tenantId, credential.clientId, assertion, options);
    }
  }
}

const tokenExchangeScope = 'api://AzureADTokenExchange/.default';

/** The sign-in service's refusals end a run; its outages are tried again. */
function refused(cause: unknown): never {
  const status = statusOf(cause);
  const final =
    cause instanceof AuthenticationRequiredError || (status >= 400 && status < 500 && status !== 429);
  throw new GraphFailure(final ? 'unauthorized' : 'transient', 'the sign-in service issued no token', {
    status,
    cause,
  });
}

const statusOf = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 0;

/** The `tid` claim. The signature is Graph's to check: this only guards against reading the wrong tenant. */
function tenantOf(token: string): string | undefined {
  const claims = claimsOf(token);
  return claims !== undefined && 'tid' in claims && typeof claims.tid === 'string'
    ? claims.tid.toLowerCase()
    : undefined;
}

/** App roles of a token; undefined when it cannot be read, as those of a local Graph. */
export function rolesOf(token: string): ReadonlySet<string> | undefined {
  const claims = claimsOf(token);
  const roles = claims !== undefined && 'roles' in claims ? claims.roles : undefined;
  if (!Array.isArray(roles)) return undefined;
  return new Set(roles.filter((role): role is string => typeof role === 'string'));
}

function claimsOf(token: string): object | undefined {
  try {
    const payload = token.split('.')[1] ?? '';
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof claims === 'object' && claims !== null ? claims : undefined;
  } catch {
    return undefined;
  }
}
