import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { DirectoryId } from '../../../shared/model/ids.ts';
import type { Transaction } from '../../../shared/storage/transaction.ts';
import { adminStack, firstAdminKey, overMemory } from '../../support/admin/stack.ts';

const written: string[] = [];
const spies: { mockRestore(): void }[] = [];
beforeEach(() => {
  for (const stream of [process.stdout, process.stderr]) {
    const spy = jest.spyOn(stream, 'write');
    spy.mockImplementation((chunk) => written.push(String(chunk)) > 0);
    spies.push(spy);
  }
});
afterEach(() => {
  for (const spy of spies) spy.mockRestore();
});

test('no key is in any row, log line, audit entry or later answer after all that can be done with keys (T14)', async () => {
  const tables = overMemory();
  const seen: string[] = [];
  const stack = adminStack((name) => {
    const rows = tables(name);
    return {
      ...rows,
      transact: async (transaction: Transaction) => {
        seen.push(JSON.stringify(transaction));
        return await rows.transact(transaction);
      },
    };
  });
  const keys: string[] = [firstAdminKey];
  const answers: string[] = [];
  const send = async (line: string, body?: object, idempotencyKey = '') => {
    const headers: Record<string, string> =
      idempotencyKey === '' ? {} : { 'idempotency-key': idempotencyKey };
    const { json, headers: answered } = await stack.send(line, { body, headers });
    const key = json?.key ?? json?.scim?.key;
    if (key === undefined) answers.push(JSON.stringify([json, answered]));
    else keys.push(key);
    return json;
  };

  const organization = (await send('POST /api/v1/orgs', { name: 'Contoso' })).id;
  const directories = `/api/v1/orgs/${organization}/directories`;
  const draft = { name: 'Workforce', kind: 'scim' };
  const { id } = await send(`POST ${directories}`, draft, 'create');
  await send(`POST ${directories}`, draft, 'create');
  await send(`POST ${directories}/${id}/scim-key:regenerate`, { overlapMinutes: 5 }, 'again');
  await send(`POST ${directories}/${id}/scim-key:regenerate`, { overlapMinutes: 5 }, 'again');
  await send(`POST /api/v1/orgs/${organization}/admin-keys`, { name: 'a', role: 'reader' }, 'admin');
  await send('POST /api/v1/admin-keys', { name: 'b', role: 'admin' });
  for (const key of [...keys]) {
    await stack.scim(id, `Bearer ${key}`).catch((refusal: Error) => answers.push(JSON.stringify(refusal)));
    await stack.send('GET /api/v1/orgs', { key });
    stack.recorder.record({
      ...{ directoryId: id as DirectoryId, at: stack.clock.now, durationMilliseconds: 1, method: 'GET' },
      ...{ target: '/Users', status: 200, probe: false },
    });
  }
  for (const path of ['', `/${id}`, `/${id}/scim-keys`, `/${id}/requests`])
    await send(`GET ${directories}${path}`);
  for (const path of ['admin-keys', 'audit']) {
    await send(`GET /api/v1/${path}`);
    await send(`GET /api/v1/orgs/${organization}/${path}`);
  }
  await stack.recorder.flush();

  expect(keys).toHaveLength(5);
  const sinks = [...seen, ...answers, ...written].join('\n');
  expect(sinks.length).toBeGreaterThan(10_000);
  expect(keys.filter((key) => sinks.includes(key) || sinks.includes(key.slice(16, 60)))).toEqual([]);
  expect(/bearer (?!realm)/i.test(sinks)).toBe(false);
});
