import type { TokenCredential } from '@azure/identity';
import { scopeOf } from './clouds.ts';
import { GraphFailure } from './graph-failure.ts';
import { type HeardAnswer, type SignInWire, type SigningIn, tokenCredential } from './sign-in.ts';
import { signInFailure } from './sign-in-failure.ts';

/** A bearer token; with the claims of a challenge, one that meets them. Throws `GraphFailure`. */
export type TokenSource = (claims?: string) => Promise<string>;

export interface SignInSurroundings {
  readonly now: () => number;
  readonly signIn?: SignInWire | undefined;
  /** 100 s unless told. */
  readonly signInTimeoutMilliseconds?: number | undefined;
}

/** A token source of one tenant for `graphClient`; refuses tokens of another tenant (S2-09). */
export function graphToken(of: SigningIn, surroundings: SignInSurroundings): TokenSource {
  let last: HeardAnswer | undefined;
  let credential: TokenCredential | undefined;
  const heard = (answer: HeardAnswer | undefined) => {
    last = answer;
  };

  async function issued(claims: string | undefined): Promise<string> {
    last = undefined;
    try {
      credential ??= tokenCredential(of, surroundings.signIn ?? {}, heard);
      const options = { tenantId: of.tenantId, ...(claims === undefined ? {} : { claims }) };
      const asking = credential.getToken(scopeOf(of.cloud), options);
      const token = await inTime(asking, surroundings.signInTimeoutMilliseconds ?? timeoutMilliseconds);
      if (token === null) throw new GraphFailure('unauthorized', 'no token was issued');
      return token.token;
    } catch (error) {
      // After an outage the library's credential answers by itself for a minute, whatever the service would say.
      credential = undefined;
      throw signInFailure(error, last, surroundings.now());
    }
  }

  const ofTenant = async (claims: string | undefined) => inTenant(await issued(claims), of.tenantId);
  let asking: Promise<string> | undefined;
  return (claims) => {
    if (claims !== undefined) return ofTenant(claims);
    asking ??= ofTenant(undefined).finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

const timeoutMilliseconds = 100_000;

async function inTime<T>(asking: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const failure = new GraphFailure('transient', 'the sign-in service did not answer in time');
    timer = setTimeout(() => reject(failure), milliseconds);
  });
  return await Promise.race([asking, late]).finally(() => clearTimeout(timer));
}

function inTenant(token: string, tenantId: string): string {
  if (tenantOf(token) === tenantId.toLowerCase()) return token;
  const message = 'the token was issued by another tenant than the one that was confirmed';
  throw new GraphFailure('unauthorized', message, { signIn: 'wrong_tenant' });
}

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
