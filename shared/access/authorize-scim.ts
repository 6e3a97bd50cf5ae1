import { DirectoryId } from '../model/ids.ts';
import { Refusal } from '../model/refusal.ts';
import { bearerToken, isJwt } from './bearer.ts';
import {
  type DirectoryAccess,
  type DirectorySettings,
  deadFrom,
  type StoredKey,
} from './directory-access.ts';
import type { EntraTokens } from './entra-tokens.ts';
import { isSecret, sameHash, secretHash } from './secret.ts';

export interface ScimAccessPorts {
  /** One point read, never from a cache: a revoked key is dead at once, on every instance. */
  readonly directoryAccess: (id: DirectoryId) => Promise<DirectoryAccess | undefined>;
  readonly entraTokens: EntraTokens;
  readonly now: () => number;
  /** Told of a key that opened its directory, and of a refused call to a directory that is there; neither waits on storage. */
  readonly keyUsed: (directory: DirectoryId, key: StoredKey['id'], at: number) => void;
  readonly callRefused: (directory: DirectoryId, at: number) => void;
  /** Told of a call to a directory that was deleted or never was: Entra lets the cycle that is running end (XE-17). */
  readonly callToNone?: () => void;
}

export interface AuthorizedDirectory {
  readonly directoryId: DirectoryId;
  readonly organizationId: DirectoryAccess['organizationId'];
  readonly settings: DirectorySettings & { readonly nesting: boolean };
}

/**
 * Who calls /scim/v2/{directoryId}. A wrong key, a foreign key, a deleted directory and one that never was get the same answer (T15).
 * Refusal `unauthenticated`; with a telling detail when the key itself is right but expired (XA-28). `paused` when the key is good
 * and the directory rests.
 */
export async function authorizeScim(
  directoryId: string,
  authorization: string | undefined,
  ports: ScimAccessPorts,
): Promise<AuthorizedDirectory> {
  const id = DirectoryId.safeParse(directoryId);
  const token = bearerToken(authorization);
  if (!id.success || token === undefined) {
    if (id.success) await countRefused(id.data, ports);
    throw unauthenticated();
  }
  const access = await ports.directoryAccess(id.data);
  if (access === undefined || access.state === 'deleted') {
    ports.callToNone?.();
    throw unauthenticated();
  }
  await checkToken(token, access, ports);
  if (access.state === 'paused') {
    throw new Refusal('paused', 'This directory is paused by its administrator. Resume it to receive again.');
  }
  const { directoryId: ofAccess, organizationId, settings, nesting } = access;
  return { directoryId: ofAccess, organizationId, settings: { ...settings, nesting } };
}

/** The answer to everyone who may not know more. */
export const unauthenticated = (detail = 'The bearer token is missing or not valid here.'): Refusal =>
  new Refusal('unauthenticated', detail, { headers: { 'www-authenticate': 'Bearer realm="rookery"' } });

async function checkToken(token: string, access: DirectoryAccess, ports: ScimAccessPorts): Promise<void> {
  try {
    if (isJwt(token)) return await checkEntraToken(token, access, ports);
    checkKey(token, access, ports);
  } catch (refused) {
    if (refused instanceof Refusal && refused.code === 'unauthenticated') {
      ports.callRefused(access.directoryId, ports.now());
    }
    throw refused;
  }
}

function checkKey(token: string, access: DirectoryAccess, ports: ScimAccessPorts): void {
  if (!isSecret('scim', token)) throw unauthenticated();
  const hash = secretHash(token);
  // Each is compared, so that the time taken does not tell which one matched.
  const found = access.keys.filter((key) => sameHash(key.hash, hash))[0];
  if (found === undefined) throw unauthenticated();
  const at = ports.now();
  if (Date.parse(found.expires) <= at) {
    throw unauthenticated(`The SCIM key ${found.prefix}… expired at ${found.expires}. Regenerate it.`);
  }
  if (deadFrom(found) <= at) {
    throw unauthenticated(`The SCIM key ${found.prefix}… was replaced by another one. Use the new key.`);
  }
  ports.keyUsed(access.directoryId, found.id, at);
}

/** Entra's own token, sent when the secret token is left blank: pinned tenant, audience and, where set, client (XE-22). */
async function checkEntraToken(
  token: string,
  access: DirectoryAccess,
  ports: ScimAccessPorts,
): Promise<void> {
  const expected = access.settings.entraToken;
  if (expected === null) throw unauthenticated();
  const claims = await ports.entraTokens.verified(token, { ...expected, tokenVersion: '1.0' });
  const appId = claims?.['appid'] ?? claims?.['azp'];
  const delegated = claims !== undefined && 'scp' in claims;
  const otherClient = expected.appId !== undefined && appId !== expected.appId;
  if (claims === undefined || delegated || otherClient) throw unauthenticated();
}

/** A call without a usable token is counted where there is a directory to show it on. */
async function countRefused(id: DirectoryId, ports: ScimAccessPorts): Promise<void> {
  const access = await ports.directoryAccess(id);
  if (access !== undefined && access.state !== 'deleted') ports.callRefused(id, ports.now());
}
