import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../../shared/admin/contract/operation.ts';
import { type OperationId, operations } from '../../../shared/admin/contract.ts';
import { type Answered, firstAdminKey, overMemory, withDirectory } from '../../support/admin/stack.ts';

type Caller = 'reader' | 'operator' | 'admin' | 'installation' | 'foreign' | 'scim' | 'nobody';

let stack: Awaited<ReturnType<typeof withDirectory>>;
let keys: Record<Caller, string | undefined>;
let foreign: Answered;
beforeAll(async () => {
  stack = await withDirectory(overMemory());
  const { send, organization, key } = stack;
  const made = async (org: string, role: string) =>
    (await send(`POST /api/v1/orgs/${org}/admin-keys`, { body: { name: role, role } })).json.key;
  foreign = (await send('POST /api/v1/orgs', { body: { name: 'Fabrikam' } })).json;
  keys = {
    reader: await made(organization, 'reader'),
    operator: await made(organization, 'operator'),
    admin: await made(organization, 'admin'),
    foreign: await made(foreign.id, 'admin'),
    installation: firstAdminKey,
    scim: key,
    nobody: undefined,
  };
});

/** A request that is right but for its caller; ids are those of the organization that foreign callers do not see. */
function lineOf(id: OperationId): string {
  const operation: Operation = operations[id];
  const path = operation.path
    .replace('{organizationId}', stack.organization)
    .replace('{directoryId}', stack.directory)
    .replace('{keyId}', `key_${'0'.repeat(32)}`)
    .replace('{runId}', `run_${'0'.repeat(32)}`)
    .replace(/\{(?:user|group)Id\}/, '00000000-0000-4000-8000-000000000000');
  return `${operation.method} ${path}`;
}

const ranks: readonly string[] = ['reader', 'operator', 'admin'];

/** The rules as the issue has them, said another way than the code does. */
function expected(caller: Caller, { reach, role }: Operation): 'allowed' | number {
  switch (caller) {
    case 'scim':
    case 'nobody':
      return 401;
    case 'installation':
      return 'allowed';
    case 'foreign':
      return { organization: 404, installation: 403, any: 'allowed' as const }[reach];
    default:
      return reach === 'installation' || ranks.indexOf(caller) < ranks.indexOf(role) ? 403 : 'allowed';
  }
}

describe.each(Object.keys(operations) as OperationId[])('%s', (id) => {
  // Bodies that are refused by their schema: being asked for a better one is being allowed.
  const body = { wrong: true };
  test.each(['nobody', 'scim', 'foreign', 'reader', 'operator', 'admin', 'installation'] as const)(
    'answers %s by role and organization (T03, T13, T19)',
    async (caller) => {
      const operation: Operation = operations[id];
      // The organization and the directory must outlive the matrix.
      if (id === 'deleteOrganization' && caller === 'installation') return;
      const { status } = await stack.send(lineOf(id), {
        key: keys[caller],
        ...(operation.body === undefined ? {} : { body }),
      });
      const allowed = expected(caller, operation);
      if (allowed === 'allowed') expect([401, 403]).not.toContain(status);
      else expect(status).toBe(allowed);
    },
  );
});

test('a list holds what its caller may read one by one, and nothing else (T19)', async () => {
  const names = async (caller: Caller) =>
    (await stack.send('GET /api/v1/orgs', { key: keys[caller] })).json.items.map(({ name }) => name);
  expect(await names('reader')).toEqual(['Contoso']);
  expect(await names('foreign')).toEqual(['Fabrikam']);
  expect((await names('installation')).toSorted()).toEqual(['Contoso', 'Fabrikam']);
});

test("a directory under another organization's address is not there, whoever asks (T03)", async () => {
  const path = `/api/v1/orgs/${foreign.id}/directories/${stack.directory}`;
  const lines = [
    `GET ${path}`,
    `DELETE ${path}?confirm=Workforce`,
    `POST ${path}:pause`,
    `POST ${path}/scim-key:regenerate`,
    `GET ${path}/scim-keys`,
    `GET ${path}/requests`,
  ];
  for (const caller of ['foreign', 'installation'] as const) {
    const statuses = await Promise.all(
      lines.map(async (line) => (await stack.send(line, { key: keys[caller] })).status),
    );
    expect(statuses).toEqual(lines.map(() => 404));
  }
});

test.each([
  ['x-ms-client-principal', Buffer.from('{"userRoles":["admin"]}').toString('base64')],
  ['x-ms-client-principal-id', 'admin'],
  ['x-functions-key', 'anything'],
  ['cookie', 'AppServiceAuthSession=anything'],
])('the header %s opens nothing (T17)', async (name, value) => {
  expect((await stack.send('GET /api/v1/orgs', { key: undefined, headers: { [name]: value } })).status).toBe(
    401,
  );
});

test.each([
  'https://console.example.evil.com',
  'null',
  'https://rookery.example.evil',
  'https://rookery.example',
])('no answer lets the origin %s read it (T18)', async (origin) => {
  for (const line of ['GET /api/v1/orgs', 'OPTIONS /api/v1/orgs', 'GET /api/openapi.json']) {
    const { headers } = await stack.send(line, { headers: { origin } });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test.each([
  '/api/v1/%6frgs',
  '/api/v1//orgs',
  '/api/v1/./orgs',
  '/api/v1/orgs;x',
  '/api/v1/ORGS',
  '/api/v1/orgs%2f',
  '/api/nothing',
  '/api',
])('%s without a key is 401 and with one 404: no address is reached past the check (T12)', async (path) => {
  expect((await stack.send(`GET ${path}`, { key: undefined })).status).toBe(401);
  expect((await stack.send(`GET ${path}`)).status).toBe(404);
});
