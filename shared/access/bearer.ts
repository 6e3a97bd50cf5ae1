/** The bearer token of an Authorization header, RFC 6750 §2.1; undefined when there is none of sane form and length. */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > headerCharactersMax) return undefined;
  return /^bearer +([\w.~+/-]+=*)$/i.exec(authorization.trim())?.[1];
}

/** Three base64url parts, RFC 7519 §3. */
export const isJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);

/** Entra's tokens with many roles stay under it. */
const headerCharactersMax = 16 * 1024;
