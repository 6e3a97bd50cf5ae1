import { errors, type JWTPayload, jwtVerify } from 'jose';
import { SigningKeys } from './signing-keys.ts';

/** Tokens that Microsoft Entra issued for one tenant and one audience. */
export interface EntraTokens {
  /**
   * The claims of a token whose signature, issuer, tenant, audience and times are right; undefined for any other token.
   * Refusal `busy` when the tenant's signing keys cannot be read and none are known.
   */
  verified(token: string, expected: ExpectedToken): Promise<JWTPayload | undefined>;
}

export interface ExpectedToken {
  readonly tenantId: string;
  readonly audience: string;
  /** 1.0 is what provisioning sends, 2.0 what an admin's application asks for. */
  readonly tokenVersion: '1.0' | '2.0';
}

/** Where tokens come from: the public cloud, or a local issuer in tests. */
export interface EntraAuthority {
  readonly issuer: (tenantId: string, version: ExpectedToken['tokenVersion']) => string;
  readonly keysUrl: (tenantId: string, version: ExpectedToken['tokenVersion']) => string;
}

export const publicCloud: EntraAuthority = {
  issuer: (tenantId, version) =>
    version === '1.0'
      ? `https://sts.windows.net/${tenantId}/`
      : `https://login.microsoftonline.com/${tenantId}/v2.0`,
  keysUrl: (tenantId, version) =>
    `https://login.microsoftonline.com/${tenantId}/discovery/${version === '1.0' ? '' : 'v2.0/'}keys`,
};

/** `now` in milliseconds since 1970. */
export function entraTokens(now: () => number, authority: EntraAuthority = publicCloud): EntraTokens {
  const keysByUrl = new Map<string, SigningKeys>();
  return {
    async verified(token, expected) {
      const tenantId = expected.tenantId.toLowerCase();
      const url = authority.keysUrl(tenantId, expected.tokenVersion);
      const keys = keysByUrl.get(url) ?? new SigningKeys(url, now);
      keysByUrl.set(url, keys);
      try {
        const { payload } = await jwtVerify(token, (header) => keys.keyOf(header), {
          issuer: authority.issuer(tenantId, expected.tokenVersion),
          audience: expected.audience,
          // What Entra signs with; leaves no room for `none` or a public key taken for a shared secret.
          algorithms: ['RS256'],
          requiredClaims: ['exp', 'nbf', 'iss', 'aud'],
          clockTolerance: clockToleranceSeconds,
          currentDate: new Date(now()),
        });
        // jose looks at neither of these; the tenant decides whose data it is (T16).
        return payload['tid'] === tenantId && payload['ver'] === expected.tokenVersion ? payload : undefined;
      } catch (refused) {
        if (refused instanceof errors.JOSEError || refused instanceof TypeError) return undefined;
        throw refused;
      }
    },
  };
}

const clockToleranceSeconds = 60;
