import { beforeEach, expect, test } from '@jest/globals';
import { Refusal } from '../../../shared/model/refusal.ts';
import { overMemory, withDirectory } from '../../support/admin/stack.ts';

let stack: Awaited<ReturnType<typeof withDirectory>>;
beforeEach(async () => {
  stack = await withDirectory(overMemory());
});

const day = 86_400_000;

/** 'open', or why not. */
async function tried(key: string, directory = stack.directory): Promise<string> {
  try {
    await stack.scim(directory, `Bearer ${key}`);
    return 'open';
  } catch (refusal) {
    if (refusal instanceof Refusal) return `${refusal.code}: ${refusal.message}`;
    throw refusal;
  }
}

const closed = 'unauthenticated: The bearer token is missing or not valid here.';

const regenerated = async (body: object = {}): Promise<string> =>
  (await stack.send(`POST ${stack.one}/scim-key:regenerate`, { body })).json.key;

/** Differs in its last character alone. */
const otherThan = (key: string) => `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;

test('a new directory answers its URL and a key that opens it; later reads show only what may be shown (S0-20, S0-24)', async () => {
  const { created, directory, key } = stack;
  expect(created).toEqual({
    id: directory,
    organizationId: stack.organization,
    kind: 'scim',
    provider: 'other',
    name: 'Workforce',
    state: 'configured',
    created: '2026-11-23T07:00:00.000Z',
    lastModified: '2026-11-23T07:00:00.000Z',
    settings: {
      unknownMembers: 'ignore',
      groupPatchAnswer: 'no-content',
      usersMax: 1_000_000,
      groupsMax: 100_000,
      requestLogDays: 30,
      expectedMax: null,
      largeRemovalMembers: 20,
      largeRemovalPercent: 50,
      entraApplication: null,
      entraToken: null,
    },
    scim: { baseUrl: `https://rookery.example/scim/v2/${directory}`, key },
    keys: [
      {
        id: created.keys[0]?.id,
        prefix: key.slice(0, 16),
        created: '2026-11-23T07:00:00.000Z',
        expires: '2027-11-23T07:00:00.000Z',
        daysLeft: 365,
        working: true,
      },
    ],
    traffic: { refusedCalls: 0 },
    counts: { users: 0, groups: 0 },
    hints: [
      {
        code: 'waiting_for_first_request',
        text: 'Waiting for first request: set provisioning to Automatic in Entra.',
      },
    ],
  });
  expect(await tried(key)).toBe('open');
  expect(JSON.stringify((await stack.send(`GET ${stack.one}`)).json)).not.toContain(key);
});

test('a regenerated key opens at once and the one before no longer does (S0-21, S0-22)', async () => {
  const second = await regenerated();
  expect([await tried(stack.key), await tried(second)]).toEqual([closed, 'open']);
  const { json } = await stack.send(`GET /api/v1/orgs/${stack.organization}/audit`);
  expect(json.items.map(({ act, subject }) => [act, subject])).toEqual([
    ['organization.created', stack.organization],
    ['directory.created', stack.directory],
    ['directory.token.rotated', stack.directory],
  ]);
});

test('with an overlap both keys open until it ends, then the old one says why not', async () => {
  const second = await regenerated({ overlapMinutes: 60 });
  const third = await regenerated({ overlapMinutes: 30 });
  expect([await tried(stack.key), await tried(second), await tried(third)]).toEqual(['open', 'open', 'open']);
  stack.clock.now += 30 * 60_000;
  const replaced = (key: string) =>
    `unauthenticated: The SCIM key ${key.slice(0, 16)}… was replaced by another one. Use the new key.`;
  expect([await tried(stack.key), await tried(second), await tried(third)]).toEqual([
    replaced(stack.key),
    replaced(second),
    'open',
  ]);
});

test('an overlap never makes a key live longer than it would have', async () => {
  const short = await regenerated({ expiresInDays: 1 });
  stack.clock.now += day - 60_000;
  await regenerated({ overlapMinutes: 1440 });
  expect(await tried(short)).toBe('open');
  stack.clock.now += 60_000;
  expect(await tried(short)).toMatch(/expired at/);
});

test('a key expires to the millisecond, and only its holder is told (XA-28)', async () => {
  stack.clock.now += 365 * day - 1;
  expect(await tried(stack.key)).toBe('open');
  stack.clock.now += 1;
  const prefix = stack.key.slice(0, 16);
  expect(await tried(stack.key)).toBe(
    `unauthenticated: The SCIM key ${prefix}… expired at 2027-11-23T07:00:00.000Z. Regenerate it.`,
  );
  expect(await tried(otherThan(stack.key))).toBe(closed);
  const { json } = await stack.send(`GET ${stack.one}`);
  expect(json.hints.map(({ code }) => code)).toEqual([
    'waiting_for_first_request',
    'key_expired',
    'calls_refused',
  ]);
});

test('a key that is about to expire is announced 30 days before (XA-29, XA-30)', async () => {
  stack.clock.now += 335 * day - 1;
  const codes = async () => (await stack.send(`GET ${stack.one}`)).json.hints.map(({ code }) => code);
  expect(await codes()).not.toContain('key_expires_soon');
  stack.clock.now += 1;
  expect(await codes()).toContain('key_expires_soon');
});

test('a revoked key is dead at once and no longer listed', async () => {
  const id = stack.created.keys[0]?.id;
  expect((await stack.send(`DELETE ${stack.one}/scim-keys/${id}`)).status).toBe(204);
  expect(await tried(stack.key)).toBe(closed);
  const { json } = await stack.send(`GET ${stack.one}/scim-keys`);
  expect(json.items).toEqual([]);
  expect((await stack.send(`DELETE ${stack.one}/scim-keys/${id}`)).status).toBe(404);
});

test('a paused directory tells whoever has its key, and nobody else; resumed it receives', async () => {
  expect((await stack.send(`POST ${stack.one}:pause`)).json.state).toBe('paused');
  expect(await tried(stack.key)).toMatch(/^paused: /);
  expect(await tried(otherThan(stack.key))).toBe(closed);
  expect((await stack.send(`POST ${stack.one}:resume`)).json.state).toBe('configured');
  expect(await tried(stack.key)).toBe('open');
});

test("another directory's key, an admin key and no key get the answer of a directory that is not there (T15)", async () => {
  const other = (await stack.send(`POST ${stack.directories}`, { body: { name: 'Other', kind: 'scim' } }))
    .json;
  const never = `dir_${'f'.repeat(32)}`;
  expect([
    await tried(other.scim.key),
    await tried('first-admin-key-of-the-tests-0123456789'),
    await tried(stack.key, never),
    await tried(stack.key, 'nonsense'),
    await tried(stack.key, stack.directory.toUpperCase()),
    await tried(''),
  ]).toEqual(Array(6).fill(closed));
});

test('calls that are refused are counted where the admin sees them (S3-11)', async () => {
  await tried('wrong');
  await tried('');
  const { json } = await stack.send(`GET ${stack.one}`);
  expect(json['traffic']).toEqual({ refusedCalls: 2, lastRefusedAt: '2026-11-23T07:00:00.000Z' });
});

test('a key shows when it was used last, to the minute', async () => {
  await tried(stack.key);
  stack.clock.now += 59_000;
  await tried(stack.key);
  const lastUsed = async () => (await stack.send(`GET ${stack.one}`)).json.keys[0]?.['lastUsed'];
  expect(await lastUsed()).toBe('2026-11-23T07:00:00.000Z');
  stack.clock.now += 1000;
  await tried(stack.key);
  expect(await lastUsed()).toBe('2026-11-23T07:01:00.000Z');
});

test('the first admin key is listed, can be replaced, and stays dead once revoked', async () => {
  const made = await stack.send('POST /api/v1/admin-keys', { body: { name: 'second', role: 'admin' } });
  const key = made.json.key;
  const { items } = (await stack.send('GET /api/v1/admin-keys', { key })).json;
  expect(items.map(({ name, scope, role }) => [name, scope, role]).sort()).toEqual([
    ['first admin key', 'all', 'admin'],
    ['second', 'all', 'admin'],
  ]);
  const first = items.find(({ name }) => name === 'first admin key')?.id;
  expect((await stack.send(`DELETE /api/v1/admin-keys/${first}`, { key })).status).toBe(204);
  expect((await stack.send('GET /api/v1/orgs')).status).toBe(401);
  expect((await stack.send('GET /api/v1/orgs')).status).toBe(401);
  expect((await stack.send('GET /api/v1/audit:verify', { key })).json).toEqual({ intact: true, entries: 3 });
});

test('an admin key opens its organization until it expires', async () => {
  const made = await stack.send(`POST /api/v1/orgs/${stack.organization}/admin-keys`, {
    body: { name: 'script', role: 'reader', expiresInDays: 1 },
  });
  expect(made.status).toBe(201);
  const read = async () => (await stack.send(`GET ${stack.one}`, { key: made.json.key })).status;
  expect(await read()).toBe(200);
  stack.clock.now += day;
  expect(await read()).toBe(401);
});
