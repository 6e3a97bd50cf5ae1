import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { DirectoryId, GroupId, RunId, UserId } from '../../shared/model/ids.ts';
import { packGuids } from '../../shared/nesting/guid.ts';
import { tableNestedStore } from '../../shared/storage/table-nested-store.ts';
import { openTable, tableNames } from '../../shared/storage/tables.ts';
import { newSyncState } from '../../shared/sync/run-records.ts';
import { startAzurite } from '../../tools/embedded/azurite.ts';
import { foundCompany } from '../../tools/simulated-tenant/company.ts';
import { newProvisioningClient } from '../../tools/simulated-tenant/provisioning/provisioning-client.ts';
import { answerOf, type Served, scimClient, serve } from '../support/served.ts';

let folder = '';
let served: Served | undefined;
afterAll(async () => {
  await served?.end();
  await rm(folder, { recursive: true, force: true });
});

const tenant = foundCompany('restored', {
  users: 200,
  assignedUsers: 100,
  assignedGroups: 50,
  otherGroups: 20,
});

test('export, restore into an empty account, check: every entity is back, and Entra sending everything again changes nothing (reliability §6)', async () => {
  folder = await mkdtemp(join(tmpdir(), 'rookery-restore-'));
  const [before, after, exports] = ['before', 'after', 'exports'].map((name) => join(folder, name));
  if (!before || !after || !exports) throw new Error('three folders');

  served = await serve('--port', '0', '--data', before);
  const scim = await scimClient(served, 'Restored');
  const counts = await provisioned(scim, (client) => client.initialCycle());
  expect([counts.failed, counts.created > 140]).toEqual([0, true]);
  await served.end();

  const source = await startAzurite({ kind: 'directory', path: join(before, 'storage') });
  await syncNested(source.connectionString);
  expect(await tool('export', ['--to', exports], source.connectionString)).toMatchObject({ code: 0 });
  const exported = await entitiesOf(source.connectionString);
  await source.stop();

  await mkdir(after);
  const target = await startAzurite({ kind: 'directory', path: join(after, 'storage') });
  const restored = await tool('restore', ['--from', exports], target.connectionString);
  expect(restored).toMatchObject({ code: 0, output: expect.stringContaining('revoked AFTER that export') });
  const arrived = await entitiesOf(target.connectionString);
  expect(arrived).toEqual(exported.map(asRestored).filter((it) => it !== undefined));
  const again = await tool('restore', ['--from', exports], target.connectionString);
  expect(again).toMatchObject({
    code: 2,
    output: expect.stringContaining('is not empty; nothing was written'),
  });
  const checked = await tool('fsck', [], target.connectionString);
  expect(checked).toMatchObject({ code: 0, output: expect.stringContaining('All of it fits together.') });
  await target.stop();

  await copyFile(join(before, 'rookery.json'), join(after, 'rookery.json'));
  served = await serve('--port', '0', '--data', after);
  const moved = { ...scim, baseUrl: `${served.origin}/scim/v2/${scim.directoryId}` };
  expect(await provisioned(moved, (client) => client.restart(true))).toMatchObject({
    ...{ created: 0, updated: 0, disabled: 0, deleted: 0, failed: 0, membersRemoved: 0 },
    ...{ connected: counts.created },
  });
  await served.end();

  const revoking = await startAzurite({ kind: 'directory', path: join(after, 'storage') });
  const inDirectory = (entities: readonly Entity[]) => entities.filter(({ table }) => table === 'directory');
  expect(inDirectory(await entitiesOf(revoking.connectionString))).toEqual(inDirectory(arrived));
  const revoked = await tool(
    'restore',
    ['--from', exports, '--resume', '--revoke-keys'],
    revoking.connectionString,
  );
  expect(revoked).toMatchObject({
    code: 0,
    output: expect.stringContaining('All SCIM keys and admin keys are revoked'),
  });
  await revoking.stop();
  served = await serve('--port', '0', '--data', after);
  const refused = [
    await fetch(`${served.origin}/scim/v2/${scim.directoryId}/Users`, {
      headers: { authorization: `Bearer ${scim.key}` },
    }),
    await fetch(`${served.origin}/api/v1/orgs`, { headers: { authorization: `Bearer ${served.adminKey}` } }),
  ];
  expect((await Promise.all(refused.map(answerOf))).map(({ status }) => status)).toEqual([401, 401]);
}, 120_000);

type Client = ReturnType<typeof newProvisioningClient>;

async function provisioned<T>(
  { baseUrl, key }: { readonly baseUrl: string; readonly key: string },
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = newProvisioningClient(tenant, {
    tenantUrl: baseUrl,
    secretToken: key,
    membersPerPatch: () => 20,
  });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

const nested = DirectoryId.parse(`dir_${'e'.repeat(32)}`);
const guid = (n: number) => `${n.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
const at = '2026-11-23T06:33:00.000Z';

/** A nested directory as a run leaves it that is in the middle of its second round. */
async function syncNested(connectionString: string): Promise<void> {
  const store = tableNestedStore(
    openTable({ kind: 'connection-string', value: connectionString }, 'directory'),
  );
  const fence = await store.acquire(nested, { holder: 'test', now: Date.now(), seconds: 600 });
  if (fence === undefined) throw new Error('the lease was free');
  const object = {
    version: 1,
    created: at,
    lastModified: at,
    life: 'live',
    lifeSince: '',
    attributes: {},
  } as const;
  const users = [1, 2, 3].map((n) => UserId.parse(guid(n)));
  for (const id of users) {
    const user = { ...object, id, standing: { counts: true, inScope: true }, fields: { displayName: id } };
    await store.commit(nested, fence, [{ kind: 'user', user }]);
  }
  const group = GroupId.parse(guid(9));
  const none = packGuids([]);
  await store.commit(nested, fence, [
    { kind: 'group', group: { ...object, id: group, told: true, held: false, fields: { displayName: 'G' } } },
    { kind: 'members', group, type: 'user', added: packGuids(users), removed: none },
    ...users.map((member) => ({
      kind: 'groups-of' as const,
      member,
      added: packGuids([group]),
      removed: none,
    })),
  ]);
  const run = RunId.parse(`run_${'1'.repeat(32)}`);
  await store.commit(nested, fence, [
    { kind: 'stage', key: { run, stream: 'users', page: 0 }, page: { kind: 'users', items: [] } },
    {
      kind: 'state',
      state: {
        ...newSyncState,
        activeRun: run,
        tokens: { users: 'https://u', groups: 'https://g', select: 's' },
      },
    },
  ]);
}

interface Entity {
  readonly table: string;
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly row: object;
}

async function entitiesOf(connectionString: string): Promise<readonly Entity[]> {
  const entities: Entity[] = [];
  for (const table of tableNames) {
    const client = openTable({ kind: 'connection-string', value: connectionString }, table);
    for await (const entity of client.listEntities({ disableTypeConversion: true })) {
      const { etag: _, timestamp: __, partitionKey = '', rowKey = '', ...row } = entity;
      entities.push({ table, partitionKey, rowKey, row });
    }
  }
  return entities;
}

/** What belonged to the run that was going on is gone: its lease, its staging, and the tokens it would have gone on from. */
function asRestored(entity: Entity): Entity | undefined {
  if (entity.partitionKey !== nested) return entity;
  if (entity.rowKey === 's|lease' || entity.rowKey.startsWith('t|')) return undefined;
  if (entity.rowKey !== 's|state') return entity;
  return { ...entity, row: { ...entity.row, d0: { type: 'String', value: JSON.stringify(newSyncState) } } };
}

async function tool(name: string, options: readonly string[], connectionString: string) {
  const script = join(import.meta.dirname, '..', '..', 'tools', `${name}.ts`);
  const child = spawn(process.execPath, [script, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DirectoryStorage: connectionString },
  });
  const output: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const [code] = await once(child, 'close');
  return { code, output: output.join('') };
}
