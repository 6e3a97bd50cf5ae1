import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { smokeClient } from '../../tools/smoke/client.ts';
import { checkFunctions } from '../../tools/smoke/function-list.ts';
import { smoke } from '../../tools/smoke/smoke.ts';

test('the smoke test of a deployment passes on the embedded stack, takes every step and leaves nothing', async () => {
  const service = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../tools/serve.ts'), '--memory', '--port', '0'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  try {
    const [line] = await once(createInterface({ input: service.stdout }), 'line');
    const { origin, organizationId, adminKey } = JSON.parse(line);
    const { exchanges, faults } = await smoke({
      origin,
      adminKey,
      organizationId: undefined,
      tell: () => {},
    });
    expect(faults).toEqual([]);
    expect(exchanges.map(({ step, status }) => `${step} ${status}`)).toEqual([
      'health/live 200',
      'health/ready 200',
      'list organizations 200',
      'create directory 201',
      'wrong SCIM key 401',
      'ServiceProviderConfig 200',
      'connection test 200',
      'create user 201',
      'create user 201',
      'create group 201',
      'add members 204',
      'disable user 200',
      'read group 200',
      'delete 204',
      'delete 204',
      'delete 204',
      'list users 200',
      'delete directory 204',
      'key of a deleted directory 401',
    ]);
    const directories = await fetch(`${origin}/api/v1/orgs/${organizationId}/directories`, {
      headers: { authorization: `Bearer ${adminKey}` },
    });
    expect(await directories.json()).toMatchObject({ items: [] });
  } finally {
    service.kill('SIGTERM');
    await once(service, 'exit');
  }
}, 60_000);

test('the host is asked with its key which functions it has; one that is missing is a fault', async () => {
  const keys: unknown[] = [];
  const server = createServer((request, response) => {
    keys.push(request.headers['x-functions-key']);
    response.end(JSON.stringify([{ name: 'scim' }, { name: 'health' }]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const complete = smokeClient();
    await checkFunctions(complete, origin, { key: 'master', functions: ['health', 'scim'] });
    const incomplete = smokeClient();
    await checkFunctions(incomplete, origin, { key: 'master', functions: ['health', 'fsck', 'notices'] });
    expect([keys, complete.faults, incomplete.faults]).toEqual([
      ['master', 'master'],
      [],
      ['the host does not have these functions: fsck, notices'],
    ]);
  } finally {
    server.close();
  }
});

test('a service that does not answer is a fault and not an exception', async () => {
  const { faults } = await smoke({
    origin: 'http://127.0.0.1:9',
    adminKey: 'none',
    organizationId: undefined,
    tell: () => {},
  });
  expect(faults).toEqual([expect.stringMatching(/^the service did not answer: /)]);
});
