import { expect, test } from '@jest/globals';
import { DirectoryAccess } from '../../../shared/access/directory-access.ts';
import type { OrganizationId } from '../../../shared/model/ids.ts';
import { registryOver } from '../../../shared/storage/registry.ts';
import { nameKey } from '../../../shared/storage/registry-keys.ts';
import type { Rows } from '../../../shared/storage/registry-rows.ts';
import { adminStack, overMemory, type Sending, withDirectory } from '../../support/admin/stack.ts';

class Died extends Error {}

/** Rows of a process that dies at its n-th write: just before it, or with its answer lost. */
function dying(
  rows: Rows,
  death: { readonly at: number; readonly applied: boolean },
): Rows & { writes: number } {
  const mortal = {
    ...rows,
    writes: 0,
    async transact(transaction: Parameters<Rows['transact']>[0]) {
      mortal.writes++;
      if (mortal.writes > death.at) throw new Died();
      if (mortal.writes === death.at && !death.applied) throw new Died();
      const outcome = await rows.transact(transaction);
      if (mortal.writes === death.at) throw new Died();
      return outcome;
    },
  };
  return mortal;
}

type Stack = Awaited<ReturnType<typeof withDirectory>>;

const requests: Readonly<Record<string, (stack: Stack) => { line: string; sending?: Sending }>> = {
  'creating a directory': ({ directories }) => ({
    line: `POST ${directories}`,
    sending: { body: { name: 'New', kind: 'scim' } },
  }),
  'renaming a directory': ({ one }) => ({
    line: `PATCH ${one}`,
    sending: { body: { name: 'Renamed', settings: { usersMax: 7 } }, headers: { 'if-match': '"1"' } },
  }),
  'regenerating a key': ({ one }) => ({ line: `POST ${one}/scim-key:regenerate` }),
  'pausing a directory': ({ one }) => ({ line: `POST ${one}:pause` }),
  'deleting a directory': ({ one }) => ({ line: `DELETE ${one}?confirm=Workforce` }),
  'creating an admin key': ({ organization }) => ({
    line: `POST /api/v1/orgs/${organization}/admin-keys`,
    sending: { body: { name: 'k', role: 'reader' } },
  }),
  'creating an organization': () => ({ line: 'POST /api/v1/orgs', sending: { body: { name: 'Another' } } }),
};

const deaths = [1, 2, 3, 4].flatMap((at) => [
  { at, applied: false },
  { at, applied: true },
]);

test.each(Object.keys(requests))('%s leaves nothing half done, wherever the process dies', async (name) => {
  for (const death of deaths) {
    const tables = overMemory();
    const stack = await withDirectory(tables);
    const mortal = dying(tables('registry'), death);
    const doomed = adminStack((table) => (table === 'registry' ? mortal : tables(table)));
    doomed.clock.now += 5000;
    const request = requests[name]?.(stack) ?? { line: 'GET /api/v1/orgs' };
    await doomed.send(request.line, request.sending).catch((error: unknown) => {
      if (!(error instanceof Died)) throw error;
    });
    await checkInvariants(stack, tables('registry'));
  }
});

async function checkInvariants(
  { organization, scim, key, directory, send }: Stack,
  rows: Rows,
): Promise<void> {
  const registry = registryOver(rows);
  const id = organization as OrganizationId;
  await registry.completeInterrupted(id);
  await registry.completeInterrupted('all');
  expect(await registry.completeInterrupted(id)).toBe(0);

  const { items } = await registry.directories(id, { limit: 100 });
  // Each name is held by the directory that bears it, and no other is held.
  const names = await rows.range(organization, { from: 'n|', to: 'n}', limit: 100 });
  expect(names.map(({ rowKey, row }) => [rowKey, row['directoryId']]).sort()).toEqual(
    items.map((record) => [nameKey(record.name), record.id]).sort(),
  );
  // What the key check reads is what the organization says.
  const gone = await registry.deletedDirectories(id);
  const pushed = [...items, ...gone].filter((record) => record.kind === 'scim');
  for (const record of pushed) {
    const access = DirectoryAccess.parse(await registry.directoryAccess(record.id));
    expect(access).toEqual({
      ...{ directoryId: record.id, organizationId: id, state: record.state, settings: record.settings },
      keys: record.state === 'deleted' ? [] : record.keys,
    });
  }
  // No key without its audit entry, and the chain holds.
  const audit = await registry.audit(id, { after: 0, limit: 100 });
  const audited = new Set(audit.flatMap(({ facts, subject }) => [facts['key'], subject]));
  const adminKeys = await registry.adminKeys(id, { limit: 100 });
  const keys = [
    ...items.flatMap((record) => (record.kind === 'scim' ? record.keys : [])),
    ...adminKeys.items,
  ].map((stored) => stored.id);
  expect(keys.filter((keyId) => !audited.has(keyId))).toEqual([]);
  expect((await send(`GET /api/v1/orgs/${organization}/audit:verify`)).json['intact']).toBe(true);

  const opens = await scim(directory, `Bearer ${key}`).then(
    () => true,
    () => false,
  );
  const record = items.find((item) => item.id === directory);
  const isOpen = record?.kind === 'scim' && record.state === 'active';
  expect(opens).toBe(isOpen && record.keys.some(({ prefix }) => key.startsWith(prefix)));
  const listed = await registry.organizations({ limit: 100 });
  expect(listed.items.map((found) => found.id)).toContain(organization);
}

test('a writer that is held up brings back no key of a directory that was deleted and forgotten meanwhile', async () => {
  const tables = overMemory();
  const stack = await withDirectory(tables);
  const mortal = dying(tables('registry'), { at: 1, applied: true });
  const doomed = adminStack((table) => (table === 'registry' ? mortal : tables(table)));
  await doomed
    .send(`POST ${stack.directories}`, { body: { name: 'Late', kind: 'scim' } })
    .catch(() => undefined);
  const { items } = await stack.registry.directories(stack.organization as OrganizationId, { limit: 10 });
  const late = items.find(({ name }) => name === 'Late');
  expect(late && (await stack.registry.directoryAccess(late.id))).toBeUndefined();
  expect((await stack.send(`DELETE ${stack.directories}/${late?.id}?confirm=Late`)).status).toBe(204);
  expect(late && (await stack.registry.directoryAccess(late.id))).toMatchObject({
    state: 'deleted',
    keys: [],
  });
});
