import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  newProvisioningClient,
  type ProvisioningClient,
  type ProvisioningSettings,
} from '../../../tools/simulated-tenant/provisioning/provisioning-client.ts';
import type { Tenant } from '../../../tools/simulated-tenant/tenant.ts';
import { groupOf, newTenant, userOf } from '../../unit/simulated-tenant/small-tenant.ts';
import { type ScimService, startScimService } from './scim-service.ts';

let service: ScimService;
let tenant: Tenant;
const clients: ProvisioningClient[] = [];

beforeEach(async () => {
  service = await startScimService();
  tenant = newTenant();
  for (const id of ['ann', 'bob', 'cy']) tenant.addUser(id, userOf(id, { jobTitle: 'Tester' }));
  tenant.addUser('dee', userOf('dee', { accountEnabled: false }));
  tenant.addGroup('team', groupOf('R&D "core"'));
  for (const id of ['ann', 'bob', 'cy', 'dee', 'team']) tenant.assign(id, { id: `a ${id}`, appRoleId: 'r' });
  for (const id of ['ann', 'bob', 'dee']) tenant.addMember('team', id);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await service.stop();
});

function connect(settings: Partial<ProvisioningSettings> = {}): ProvisioningClient {
  const { tenantUrl, secretToken } = service;
  const client = newProvisioningClient(tenant, { tenantUrl, secretToken, parallel: 1, ...settings });
  clients.push(client);
  return client;
}

/** What arrived since the last call: method and target with ids and names told in words. */
function heard(client: ProvisioningClient): string[] {
  const names = new Map([...client.connections].map(([name, id]) => [id, name]));
  return service.received.splice(0).map(({ method, target, body }) => {
    const decoded = decodeURIComponent(target.replaceAll('+', ' ')).replace(
      /^[/]scim[/]v2[/]dir_[0-9a-f]+/,
      '',
    );
    const said = body === '' ? '' : ` ${JSON.stringify(JSON.parse(body).Operations ?? 'resource')}`;
    return `${method} ${decoded}${said}`.replace(
      /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
      (id) => names.get(id) ?? 'guid',
    );
  });
}

test('the initial cycle asks, creates users, then groups without members, then one member at a time (entra-client §3.1)', async () => {
  const client = connect();
  await client.testConnection();
  await client.initialCycle();
  expect(heard(client)).toEqual([
    'GET /Users?filter=userName eq "guid"',
    'GET /Users?filter=userName eq "ann@small.example"',
    'POST /Users "resource"',
    'GET /Users?filter=userName eq "bob@small.example"',
    'POST /Users "resource"',
    'GET /Users?filter=userName eq "cy@small.example"',
    'POST /Users "resource"',
    'GET /Groups?excludedAttributes=members&filter=displayName eq "R&D "core""',
    'POST /Groups "resource"',
    'PATCH /Groups/team [{"op":"Add","path":"members","value":[{"$ref":null,"value":"ann"}]}]',
    'PATCH /Groups/team [{"op":"Add","path":"members","value":[{"$ref":null,"value":"bob"}]}]',
  ]);
  await client.incrementalCycle();
  expect(heard(client)).toEqual([]);
});

test('a user lives as entra-client §7 says: one PATCH for all that changed, disabled once, restored under the same id, deleted', async () => {
  const client = connect();
  await client.initialCycle();
  heard(client);
  tenant.changeUser('ann', { displayName: 'Ann', jobTitle: 'Lead', managerId: 'bob' });
  tenant.delete('cy');
  await client.incrementalCycle();
  expect(heard(client)).toEqual([
    'GET /Users/ann',
    'PATCH /Users/ann [{"op":"Replace","path":"displayName","value":"Ann"},{"op":"Replace","path":"title","value":"Lead"},' +
      '{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"bob"}]',
    'GET /Users/cy',
    'PATCH /Users/cy [{"op":"Replace","path":"active","value":"False"}]',
  ]);
  tenant.restore('cy');
  tenant.changeUser('cy', { jobTitle: 'Back' });
  await client.incrementalCycle();
  expect(heard(client)).toEqual([
    'GET /Users/cy',
    'PATCH /Users/cy [{"op":"Replace","path":"active","value":"True"},{"op":"Replace","path":"title","value":"Back"}]',
  ]);
  tenant.purge('bob');
  const bob = client.connections.get('bob');
  await client.incrementalCycle();
  expect(heard(client)).toEqual([
    'DELETE /Users/guid',
    'GET /Users/ann',
    expect.stringMatching(/"op":"Replace".*manager","value":""/),
  ]);
  expect([bob === undefined, client.connections.has('bob')]).toEqual([false, false]);
});

test('a user that was unassigned before is disabled and never deleted (entra-client §7)', async () => {
  const client = connect();
  await client.initialCycle();
  heard(client);
  tenant.unassign('cy');
  await client.incrementalCycle();
  expect(heard(client)).toEqual([
    'GET /Users/cy',
    'PATCH /Users/cy [{"op":"Replace","path":"active","value":"False"}]',
  ]);
  tenant.purge('cy');
  await client.incrementalCycle();
  expect(heard(client)).toEqual([]);
});

test('a group is renamed by its id, loses members by value list and is deleted without a soft step (entra-client §7)', async () => {
  const client = connect();
  await client.initialCycle();
  heard(client);
  tenant.changeGroup('team', { displayName: 'Core' });
  tenant.removeMember('team', 'ann');
  await client.incrementalCycle();
  expect(heard(client)).toEqual([
    'GET /Groups/team?excludedAttributes=members',
    'PATCH /Groups/team [{"op":"Replace","path":"displayName","value":"Core"}]',
    'PATCH /Groups/team [{"op":"Remove","path":"members","value":[{"$ref":null,"value":"ann"}]}]',
  ]);
  tenant.delete('team');
  await client.incrementalCycle();
  expect(heard(client)).toEqual(['DELETE /Groups/guid']);
});

test('a cached id that is gone is matched again and created anew (entra-client §3.3)', async () => {
  const client = connect();
  await client.initialCycle();
  await fetch(`${service.tenantUrl}Users/${client.connections.get('cy')}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${service.secretToken}` },
  });
  heard(client);
  tenant.changeUser('cy', { jobTitle: 'Again' });
  const counts = await client.incrementalCycle();
  expect(heard(client)).toEqual([
    'GET /Users/guid',
    'GET /Users?filter=userName eq "cy@small.example"',
    'POST /Users "resource"',
  ]);
  expect(counts).toMatchObject({ created: 1, failed: 0 });
});

test('a conflict goes into escrow and is tried again with the next cycle (entra-client §8.1)', async () => {
  const client = connect();
  service.intercept(({ method, body }) => method === 'POST' && body.includes('bob@'), {
    status: 409,
    times: 1,
  });
  const first = await client.initialCycle();
  expect([first.failed, [...client.failures.keys()]]).toEqual([1, ['bob']]);
  const second = await client.incrementalCycle();
  expect([second.created, second.failed, client.failures.size]).toEqual([1, 0, 0]);
});

test('429 and 503 are tried again after Retry-After (entra-client §8.4)', async () => {
  const client = connect();
  service.intercept(({ method }) => method === 'POST', {
    status: 429,
    headers: { 'retry-after': '1' },
    times: 1,
  });
  service.intercept(({ method }) => method === 'PATCH', { status: 503, times: 1 });
  const started = performance.now();
  const counts = await client.initialCycle();
  expect(performance.now() - started).toBeGreaterThanOrEqual(1000);
  expect([counts.failed, client.traffic.retries, client.failures.size]).toEqual([0, 2, 0]);
});

test('a restart that forgets its connections matches everything and writes nothing (entra-client §3.4)', async () => {
  const client = connect({ membersPerPatch: () => 20 });
  await client.initialCycle();
  heard(client);
  const counts = await client.restart(true);
  expect(heard(client).filter((line) => !line.startsWith('GET'))).toEqual([]);
  expect(counts).toMatchObject({
    created: 0,
    connected: 4,
    unchanged: 4,
    updated: 0,
    membersConfirmed: 2,
    failed: 0,
  });
});

test('on demand an object is matched by query and changed in the default dialect, whatever the flag (entra-client §3.5)', async () => {
  const client = connect({ tenantUrl: `${service.tenantUrl}?aadOptscim062020` });
  await client.initialCycle();
  const flag = 'aadOptscim062020';
  expect(heard(client).slice(-1)).toEqual([
    `PATCH /Groups/team?${flag} [{"op":"add","path":"members","value":[{"value":"bob"}]}]`,
  ]);
  tenant.changeUser('ann', { jobTitle: 'Lead' });
  await client.provisionUserOnDemand('ann');
  await client.provisionGroupOnDemand('team', ['ann', 'bob']);
  expect(heard(client)).toEqual([
    `GET /Users?${flag}&filter=userName eq "guid"`,
    `GET /Users?${flag}&filter=userName eq "ann@small.example"`,
    `PATCH /Users/ann?${flag} [{"op":"Replace","path":"title","value":"Lead"}]`,
    `GET /Groups?${flag}&excludedAttributes=members&filter=displayName eq "guid"`,
    `GET /Groups?${flag}&excludedAttributes=members&filter=displayName eq "R&D "core""`,
    `PATCH /Groups/team?${flag} [{"op":"Add","path":"members","value":[{"$ref":null,"value":"ann"},{"$ref":null,"value":"bob"}]}]`,
  ]);
});

test('requests carry a media type with a character set and no User-Agent (entra-client §2.5)', async () => {
  const client = connect();
  await client.initialCycle();
  const posted = service.received.find(({ method }) => method === 'POST');
  expect(posted?.headers['content-type']).toBe('application/scim+json; charset=utf-8');
  expect(service.received.filter(({ headers }) => 'user-agent' in headers || 'accept' in headers)).toEqual(
    [],
  );
  expect(service.received.find(({ target }) => target.includes('R%26D'))?.target).toMatch(
    /Groups[?]excludedAttributes=members&filter=displayName\+eq\+%22R%26D\+%22core%22%22$/,
  );
});
