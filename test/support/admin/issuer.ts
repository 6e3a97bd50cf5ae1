import { createServer } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { EntraAuthority } from '../../../shared/access/entra-tokens.ts';

/** A token issuer on loopback that publishes its keys as Entra does. */
export async function startIssuer() {
  const published: JWK[] = [];
  const state = { asked: 0, down: false };
  const server = createServer((_request, response) => {
    state.asked++;
    response.statusCode = state.down ? 503 : 200;
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;

  async function addKey(kid: string): Promise<CryptoKey> {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    published.push({ ...(await exportJWK(publicKey)), kid, use: 'sig' });
    return privateKey;
  }

  const authority: EntraAuthority = {
    issuer: (tenant, version) =>
      version === '1.0' ? `${origin}/sts/${tenant}/` : `${origin}/${tenant}/v2.0`,
    keysUrl: () => `${origin}/keys`,
  };

  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };

  return { authority, addKey, state, stop, published };
}

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;

export const sign = (
  claims: JWTPayload,
  key: CryptoKey | Uint8Array,
  header: { alg?: string; kid?: string } = {},
) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one', ...header }).sign(key);
