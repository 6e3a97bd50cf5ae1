import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CryptoKey, generateKeyPair, type JWTPayload, UnsecuredJWT } from 'jose';
import { type AdminAccessPorts, authenticateAdmin } from '../../../shared/access/admin-access.ts';
import { type AuthorizedDirectory, authorizeScim } from '../../../shared/access/authorize-scim.ts';
import { DirectorySettings, entraAudience } from '../../../shared/access/directory-access.ts';
import { entraTokens } from '../../../shared/access/entra-tokens.ts';
import { DirectoryId, OrganizationId } from '../../../shared/model/ids.ts';
import { type Issuer, sign, startIssuer } from '../../support/admin/issuer.ts';

const tenantId = '5f0a2a2e-6d5b-4f06-9a4e-0d3f1c2b4a59';
const otherTenant = '11111111-2222-4333-8444-555555555555';
const audience = 'api://rookery';
const oid = '0f0f0f0f-0000-4000-8000-0a0a0a0a0a0a';
const at = Date.parse('2026-11-23T07:00:00Z');
const clock = { now: at };
const seconds = at / 1000;

let issuer: Issuer;
let key: CryptoKey;
let foreignKey: CryptoKey;
beforeAll(async () => {
  issuer = await startIssuer();
  key = await issuer.addKey('one');
  foreignKey = (await generateKeyPair('RS256')).privateKey;
});
afterAll(() => issuer.stop());

const adminClaims = (): JWTPayload => ({
  iss: issuer.authority.issuer(tenantId, '2.0'),
  aud: audience,
  tid: tenantId,
  oid,
  ver: '2.0',
  roles: ['Rookery.Operator'],
  nbf: seconds - 10,
  exp: seconds + 600,
});

const scimClaims = (): JWTPayload => ({
  iss: issuer.authority.issuer(tenantId, '1.0'),
  aud: entraAudience,
  tid: tenantId,
  oid,
  ver: '1.0',
  appid: entraAudience,
  nbf: seconds - 10,
  exp: seconds + 600,
});

const outcome = async (asked: Promise<unknown>): Promise<unknown> =>
  await asked.catch((refusal: { code?: string }) => refusal.code ?? refusal);

function asAdmin(token: string, tokens = entraTokens(() => clock.now, issuer.authority)) {
  const never = () => {
    throw new Error('not a key');
  };
  const ports: AdminAccessPorts = {
    adminKeyAccess: never,
    importFirstAdminKey: never,
    entraTokens: tokens,
    settings: { entra: { tenantId, audience } },
    now: () => clock.now,
    keyUsed: never,
  };
  return outcome(authenticateAdmin(`Bearer ${token}`, ports));
}

const directoryId = DirectoryId.parse(`dir_${'1'.repeat(32)}`);
const organizationId = OrganizationId.parse(`org_${'1'.repeat(32)}`);

async function asProvisioning(token: string, entraToken: DirectorySettings['entraToken'] | undefined) {
  const settings = DirectorySettings.parse({ entraToken: entraToken ?? null });
  const refused: DirectoryId[] = [];
  const answer = await outcome(
    authorizeScim(directoryId, `Bearer ${token}`, {
      directoryAccess: async () => ({
        directoryId,
        organizationId,
        state: 'active',
        settings,
        keys: [],
        nesting: false,
      }),
      entraTokens: entraTokens(() => clock.now, issuer.authority),
      now: () => clock.now,
      keyUsed: () => undefined,
      callRefused: (directory) => refused.push(directory),
    }),
  );
  return {
    answer: typeof answer === 'string' ? answer : (answer as AuthorizedDirectory).directoryId,
    refused,
  };
}

test.each([
  ['as the admin application gets it', (claims: JWTPayload) => claims, 'operator'],
  ['of an app alone', (claims: JWTPayload) => ({ ...claims, idtyp: 'app' }), 'operator'],
  [
    'with several roles',
    (claims: JWTPayload) => ({ ...claims, roles: ['Rookery.Reader', 'Rookery.Admin'] }),
    'admin',
  ],
])('a token %s opens the admin API (T16)', async (_, change, role) => {
  const token = await sign(change(adminClaims()), key);
  expect(await asAdmin(token)).toEqual({ actor: `entra:${oid}`, role, scope: 'all' });
});

const wrongClaims: Readonly<Record<string, (claims: JWTPayload) => JWTPayload>> = {
  'another tenant as issuer': (claims) => ({ ...claims, iss: issuer.authority.issuer(otherTenant, '2.0') }),
  'the version 1 issuer': (claims) => ({ ...claims, iss: issuer.authority.issuer(tenantId, '1.0') }),
  'the common issuer': (claims) => ({ ...claims, iss: issuer.authority.issuer('common', '2.0') }),
  'the issuer in capitals': (claims) => ({ ...claims, iss: String(claims.iss).toUpperCase() }),
  'no issuer': ({ iss: _, ...claims }) => claims,
  'another tid than its issuer': (claims) => ({ ...claims, tid: otherTenant }),
  'no tid': ({ tid: _, ...claims }) => claims,
  'the audience of another application of the tenant': (claims) => ({ ...claims, aud: 'api://payroll' }),
  'the audience of Graph': (claims) => ({ ...claims, aud: '00000003-0000-0000-c000-000000000000' }),
  'no audience': ({ aud: _, ...claims }) => claims,
  'an end in the past': (claims) => ({ ...claims, exp: seconds - 120 }),
  'no end': ({ exp: _, ...claims }) => claims,
  'a beginning in the future': (claims) => ({ ...claims, nbf: seconds + 300 }),
  'no beginning': ({ nbf: _, ...claims }) => claims,
  'an end that is text': (claims) => ({ ...claims, exp: 'never' as unknown as number }),
  'no roles': ({ roles: _, ...claims }) => claims,
  'roles as one text': (claims) => ({ ...claims, roles: 'Rookery.Admin' }),
  'roles of others': (claims) => ({
    ...claims,
    roles: ['Payroll.Admin', 'rookery.admin', 'Rookery.Administrator'],
  }),
  'a delegated scope for a role': ({ roles: _, ...claims }) => ({ ...claims, scp: 'Rookery.Admin' }),
  'a name of an admin and no role': ({ roles: _, ...claims }) => ({ ...claims, upn: 'admin@contoso.com' }),
  'no object id': ({ oid: _, ...claims }) => claims,
  'version 1.0': (claims) => ({ ...claims, ver: '1.0' }),
};

test.each(Object.keys(wrongClaims))('a token with %s opens nothing (T16)', async (name) => {
  const change = wrongClaims[name] ?? ((claims: JWTPayload) => claims);
  expect(await asAdmin(await sign(change(adminClaims()), key))).toBe('unauthenticated');
});

test('a token that is not signed by the issuer opens nothing, whatever its header says (T16)', async () => {
  const claims = adminClaims();
  const good = await sign(claims, key);
  const [header, , signature] = good.split('.');
  const raised = Buffer.from(JSON.stringify({ ...claims, roles: ['Rookery.Admin'] })).toString('base64url');
  const publicKey = new TextEncoder().encode(JSON.stringify(issuer.published[0]).padEnd(32));
  const tokens = {
    'by another key': await sign(claims, foreignKey),
    'by none': new UnsecuredJWT(claims).encode(),
    'by the public key as a secret': await sign(claims, publicKey, { alg: 'HS256' }),
    'by a key id that is not published': await sign(claims, key, { kid: 'two' }),
    'for other claims': `${header}.${raised}.${signature}`,
    'cut short': good.slice(0, -10),
    'with a path as key id': await sign(claims, foreignKey, { kid: '../../keys' }),
  };
  const answers = await Promise.all(
    Object.entries(tokens).map(async ([name, token]) => [name, await asAdmin(token)]),
  );
  expect(Object.fromEntries(answers)).toEqual(
    Object.fromEntries(Object.keys(tokens).map((name) => [name, 'unauthenticated'])),
  );
});

test('a new signing key is found at once; made-up key ids ask the issuer once in five minutes (T16)', async () => {
  const tokens = entraTokens(() => clock.now, issuer.authority);
  expect(await asAdmin(await sign(adminClaims(), key), tokens)).toMatchObject({ role: 'operator' });
  const before = issuer.state.asked;
  clock.now = at + 301_000;
  const rotated = await issuer.addKey('rotated');
  const fresh = { ...adminClaims(), exp: seconds + 3600 };
  expect(await asAdmin(await sign(fresh, rotated, { kid: 'rotated' }), tokens)).toMatchObject({
    role: 'operator',
  });
  expect(issuer.state.asked).toBe(before + 1);
  for (let count = 0; count < 20; count++)
    await asAdmin(await sign(fresh, foreignKey, { kid: `x${count}` }), tokens);
  expect(issuer.state.asked).toBe(before + 1);
  clock.now = at;
});

test('known keys work while the issuer is down; without any the caller is told to come back (T16)', async () => {
  const tokens = entraTokens(() => clock.now, issuer.authority);
  const token = await sign({ ...adminClaims(), exp: seconds + 200_000 }, key);
  expect(await asAdmin(token, tokens)).toMatchObject({ role: 'operator' });
  issuer.state.down = true;
  clock.now = at + 25 * 3_600_000;
  expect(await asAdmin(token, tokens)).toMatchObject({ role: 'operator' });
  expect(await asAdmin(token)).toBe('busy');
  issuer.state.down = false;
  clock.now = at;
});

test('the token that Entra sends for a blank secret opens a directory that expects it, and no other (XE-22)', async () => {
  const token = await sign(scimClaims(), key);
  const expected = { tenantId, audience: entraAudience };
  expect(await asProvisioning(token, expected)).toEqual({ answer: directoryId, refused: [] });
  const refused = { answer: 'unauthenticated', refused: [directoryId] };
  expect(await asProvisioning(token, undefined)).toEqual(refused);
  expect(await asProvisioning(token, { tenantId: otherTenant, audience: entraAudience })).toEqual(refused);
  expect(await asProvisioning(token, { tenantId, audience: 'another' })).toEqual(refused);
  expect(await asProvisioning(token, { ...expected, appId: otherTenant })).toEqual(refused);
  expect(await asProvisioning(token, { ...expected, appId: entraAudience })).toMatchObject({ refused: [] });
  const delegated = await sign({ ...scimClaims(), scp: 'user_impersonation' }, key);
  expect(await asProvisioning(delegated, expected)).toEqual(refused);
  const version2 = await sign({ ...adminClaims(), aud: entraAudience }, key);
  expect(await asProvisioning(version2, expected)).toEqual(refused);
});
