import { z } from 'zod';
import { KeyId, OrganizationId } from '../model/ids.ts';
import { unauthenticated } from './authorize-scim.ts';
import { bearerToken, isJwt } from './bearer.ts';
import type { EntraTokens } from './entra-tokens.ts';
import { sameHash, secretHash } from './secret.ts';

/** Each may do what those before it may: look, run things, change them. */
export const AdminRole = z.enum(['reader', 'operator', 'admin']).meta({ id: 'AdminRole' });
export type AdminRole = z.infer<typeof AdminRole>;

/** One organization, or every one and the installation itself. */
export type AdminScope = 'all' | OrganizationId;

export interface AdminCaller {
  /** `key:<id>` or `entra:<object id>`: what the audit names. */
  readonly actor: string;
  readonly role: AdminRole;
  readonly scope: AdminScope;
}

/** An admin key as stored, found by the SHA-256 of the whole key. */
export const AdminKeyAccess = z.object({
  id: KeyId,
  hash: z.string(),
  role: AdminRole,
  scope: z.union([z.literal('all'), OrganizationId]),
  expires: z.iso.datetime().nullable(),
  revoked: z.boolean(),
});
export type AdminKeyAccess = z.infer<typeof AdminKeyAccess>;

export interface AdminAccessPorts {
  /** One point read, never from a cache. Revoked keys are found too, so that none comes back. */
  readonly adminKeyAccess: (hash: string) => Promise<AdminKeyAccess | undefined>;
  /** Makes the key of the setting a stored key, so that it can be listed, replaced and revoked. */
  readonly importFirstAdminKey: (hash: string, at: number) => Promise<AdminKeyAccess>;
  readonly entraTokens: EntraTokens;
  readonly settings: AdminAccessSettings;
  readonly now: () => number;
  readonly keyUsed: (key: AdminKeyAccess, at: number) => void;
}

export interface AdminAccessSettings {
  /** SHA-256 of the first admin key, lower-case hexadecimal. */
  readonly firstAdminKeyHash?: string;
  /** Whose access tokens open the admin API; none do when absent. */
  readonly entra?: { readonly tenantId: string; readonly audience: string };
}

/** A setting holds a key or its SHA-256; either way only the hash goes on. */
export const hashOfSetting = (value: string): string =>
  /^[0-9a-f]{64}$/i.test(value) ? value.toLowerCase() : secretHash(value);

/** Who calls the admin API. Refusal `unauthenticated`, alike for whatever is wrong; `x-ms-client-principal` means nothing here (T17). */
export async function authenticateAdmin(
  authorization: string | undefined,
  ports: AdminAccessPorts,
): Promise<AdminCaller> {
  const token = bearerToken(authorization);
  if (token === undefined) throw unauthenticated();
  return isJwt(token) ? await entraCaller(token, ports) : await keyCaller(token, ports);
}

async function keyCaller(token: string, ports: AdminAccessPorts): Promise<AdminCaller> {
  // A SCIM key never works here, and the other way round.
  if (token.startsWith('rk_scim_') || token.length < keyCharactersMin) throw unauthenticated();
  const hash = secretHash(token);
  const key = (await ports.adminKeyAccess(hash)) ?? (await firstKey(hash, ports));
  const at = ports.now();
  if (key === undefined || !sameHash(key.hash, hash) || key.revoked) throw unauthenticated();
  if (key.expires !== null && Date.parse(key.expires) <= at) {
    throw unauthenticated(`The admin key ${key.id} expired at ${key.expires}.`);
  }
  ports.keyUsed(key, at);
  return { actor: `key:${key.id}`, role: key.role, scope: key.scope };
}

async function firstKey(hash: string, ports: AdminAccessPorts): Promise<AdminKeyAccess | undefined> {
  const expected = ports.settings.firstAdminKeyHash;
  if (expected === undefined || !sameHash(hash, expected)) return undefined;
  return await ports.importFirstAdminKey(hash, ports.now());
}

/** Only the object id and the roles count: names and addresses in a token can be chosen by their owner (T16). */
async function entraCaller(token: string, ports: AdminAccessPorts): Promise<AdminCaller> {
  const expected = ports.settings.entra;
  if (expected === undefined) throw unauthenticated();
  const claims = EntraClaims.safeParse(
    await ports.entraTokens.verified(token, { ...expected, tokenVersion: '2.0' }),
  );
  if (!claims.success) throw unauthenticated();
  const role = highestRole(claims.data.roles);
  if (role === undefined) throw unauthenticated();
  return { actor: `entra:${claims.data.oid}`, role, scope: 'all' };
}

const highestRole = (roles: readonly string[]): AdminRole | undefined =>
  (['admin', 'operator', 'reader'] as const).find((role) => roles.includes(appRoles[role]));

/** Values of the app roles that the application registration defines. */
const appRoles: Readonly<Record<AdminRole, string>> = {
  reader: 'Rookery.Reader',
  operator: 'Rookery.Operator',
  admin: 'Rookery.Admin',
};

const EntraClaims = z.object({ oid: z.guid(), roles: z.array(z.string()).max(200) });

/** A key from a setting has the form its owner gave it; a short one could be guessed. */
const keyCharactersMin = 32;

const ranks: Readonly<Record<AdminRole, number>> = { reader: 0, operator: 1, admin: 2 };

export const hasRole = (caller: AdminCaller, needed: AdminRole): boolean =>
  ranks[caller.role] >= ranks[needed];

export const hasScope = (caller: AdminCaller, scope: AdminScope): boolean =>
  caller.scope === 'all' || caller.scope === scope;
