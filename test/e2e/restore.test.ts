import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { DirectoryId, RunId } from '../../shared/model/ids.ts';
import { tableNestedStore } from '../../shared/storage/table-nested-store.ts';
import { openTable, tableNames } from '../../shared/storage/tables.ts';
import { startAzurite } from '../../tools/embedded/azurite.ts';
import { foundCompany } from '../../tools/simulated-tenant/company.ts';
import {
  type SimulatedGraph,
  startSimulatedGraph,
} from '../../tools/simulated-tenant/graph/simulated-graph.ts';
import { newProvisioningClient } from '../../tools/simulated-tenant/provisioning/provisioning-client.ts';
import { chainTenant, group, user, userProperties } from '../support/chain-tenant.ts';
import { confirmedNested, membersById, nestedRuns } from '../support/nested-runs.ts';
import { adminClient, answerOf, directoriesOf, type Served, scimClient, serveIn } from '../support/served.ts';

let folder = '';
let served: Served | undefined;
let graph: SimulatedGraph;
afterAll(async () => {
  await served?.end();
  await graph?.stop();
  await rm(folder, { recursive: true, force: true });
});

const tenant = foundCompany('restored', {
  users: 200,
  assignedUsers: 100,
  assignedGroups: 50,
  otherGroups: 20,
});

const nestedTenant = chainTenant();

test('export, restore into an empty account, check: every entity is back, and neither Entra sending everything again nor the next run changes anything (reliability §6)', async () => {
  folder = await mkdtemp(join(tmpdir(), 'rookery-restore-'));
  const [before, after, exports] = ['before', 'after', 'exports'].map((name) => join(folder, name));
  if (!before || !after || !exports) throw new Error('three folders');

  graph = await startSimulatedGraph(nestedTenant);
  const serveOver = (data: string) =>
    serveIn({ LOCAL_GRAPH_URL: graph.url, LOCAL_GRAPH_TOKEN: graph.token }, '--port', '0', '--data', data);
  served = await serveOver(before);
  const scim = await scimClient(served, 'Restored');
  const counts = await provisioned(scim, (client) => client.initialCycle());
  expect([counts.failed, counts.created > 140]).toEqual([0, true]);
  const nested = await confirmedNested(adminClient(served), directoriesOf(served), 'Nested');
  const first = await nestedRuns(adminClient(served), nested).run();
  expect([first.status, first.plan.counts.membershipsAdded]).toEqual(['done', pairs(graph.oracle()).size]);
  await served.end();

  const source = await startAzurite({ kind: 'directory', path: join(before, 'storage') });
  const nestedId = DirectoryId.parse(nested.split('/').at(-1));
  await leaveInMidRun(source.connectionString, nestedId);
  expect(await tool('export', ['--to', exports], source.connectionString)).toMatchObject({ code: 0 });
  const exported = await entitiesOf(source.connectionString);
  await source.stop();

  await mkdir(after);
  const target = await startAzurite({ kind: 'directory', path: join(after, 'storage') });
  const restored = await tool('restore', ['--from', exports], target.connectionString);
  expect(restored).toMatchObject({ code: 0, output: expect.stringContaining('revoked AFTER that export') });
  const arrived = await entitiesOf(target.connectionString);
  expect(arrived.map(readable)).toEqual(exported.flatMap((entity) => asRestored(entity, nestedId)));
  const again = await tool('restore', ['--from', exports], target.connectionString);
  expect(again).toMatchObject({
    code: 2,
    output: expect.stringContaining('is not empty; nothing was written'),
  });
  const checked = await tool('fsck', [], target.connectionString);
  expect(checked).toMatchObject({ code: 0, output: expect.stringContaining('All of it fits together.') });
  await target.stop();

  await copyFile(join(before, 'rookery.json'), join(after, 'rookery.json'));
  served = await serveOver(after);
  const moved = { ...scim, baseUrl: `${served.origin}/scim/v2/${scim.directoryId}` };
  expect(await provisioned(moved, (client) => client.restart(true))).toMatchObject({
    ...{ created: 0, updated: 0, disabled: 0, deleted: 0, failed: 0, membersRemoved: 0 },
    ...{ connected: counts.created },
  });
  const nestedAgain = await nestedRuns(adminClient(served), nested).run();
  expect(nestedAgain).toMatchObject({
    ...{ status: 'done', progress: { users: { baseline: true }, groups: { baseline: true } } },
    plan: { counts: Object.fromEntries(Object.keys(first.plan.counts).map((name) => [name, 0])) },
  });
  await served.end();

  const used = await startAzurite({ kind: 'directory', path: join(after, 'storage') });
  const keysThen = new Set(arrived.map(({ rowKey }) => rowKey));
  const now = told(await entitiesOf(used.connectionString));
  expect(now.filter(({ rowKey }) => keysThen.has(rowKey))).toEqual(told(arrived));
  // Whoever was told of more than the export knows derives everything anew.
  const since = now.filter(({ rowKey }) => !keysThen.has(rowKey));
  expect(since.map(({ rowKey }) => rowKey)).toEqual([
    expect.stringMatching(/^o\|run_[0-9a-f]{32}!everything$/),
  ]);
  await used.stop();

  served = await serveOver(after);
  await expectChangedRound(nestedRuns(adminClient(served), nested));
  await served.end();

  const revoking = await startAzurite({ kind: 'directory', path: join(after, 'storage') });
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
  served = await serveOver(after);
  const refused = [
    await fetch(`${served.origin}/scim/v2/${scim.directoryId}/Users`, {
      headers: { authorization: `Bearer ${scim.key}` },
    }),
    await fetch(`${served.origin}/api/v1/orgs`, { headers: { authorization: `Bearer ${served.adminKey}` } }),
  ];
  expect((await Promise.all(refused.map(answerOf))).map(({ status }) => status)).toEqual([401, 401]);
}, 240_000);

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

/** As if a run had been in the middle of its second round when the export was made. */
async function leaveInMidRun(connectionString: string, directory: DirectoryId): Promise<void> {
  const store = tableNestedStore(
    openTable({ kind: 'connection-string', value: connectionString }, 'directory'),
  );
  const fence = await store.acquire(directory, { holder: 'test', now: Date.now(), seconds: 600 });
  if (fence === undefined) throw new Error('the lease was free');
  const run = RunId.parse(`run_${'f'.repeat(32)}`);
  const state = await store.state(directory);
  await store.commit(directory, fence, [
    { kind: 'stage', key: { run, stream: 'users', page: 0 }, page: { kind: 'users', items: [] } },
    { kind: 'state', state: { ...state, activeRun: run } },
  ]);
}

/** A round after the restore reads what changed, and its diff is that of the tenant. */
async function expectChangedRound({ run, effectiveMembers }: ReturnType<typeof nestedRuns>) {
  const before = pairs(graph.oracle());
  nestedTenant.addUser(user(70), userProperties(70));
  nestedTenant.addMember(group(2), user(70));
  nestedTenant.restore(user(7));
  nestedTenant.removeMember(group(4), user(20));
  const { plan, progress } = await run();
  const after = pairs(graph.oracle());
  expect(progress.users.baseline).toBe(false);
  expect(await effectiveMembers(graph.oracle().keys())).toEqual(membersById(graph.oracle()));
  expect(plan.counts).toMatchObject({
    ...{ membershipsAdded: after.difference(before).size, membershipsRemoved: before.difference(after).size },
    ...{ usersCreated: 2, directAdded: 1, directRemoved: 1, usersRemoved: 0 },
  });
}

const pairs = (members: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> =>
  new Set([...members].flatMap(([of, users]) => [...users].map((it) => `${of} ${it}`)));

interface Entity {
  readonly table: string;
  readonly partitionKey: string;
  readonly rowKey: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever is stored
  readonly row: Readonly<Record<string, any>>;
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

/** Rows of directories that say something of users and groups, or tell of them: not those of runs. */
const told = (entities: readonly Entity[]) =>
  entities.filter(({ table, rowKey }) => table === 'directory' && !rowKey.startsWith('s|'));

/** What belonged to the run that was going on is gone: its lease, its staging, and the tokens it would have gone on from. */
function asRestored(entity: Entity, nested: DirectoryId): readonly Entity[] {
  if (entity.partitionKey !== nested) return [entity];
  if (entity.rowKey === 's|lease' || entity.rowKey.startsWith('t|')) return [];
  if (entity.rowKey !== 's|state') return [entity];
  const { activeRun: _, tokens: __, ...state } = readable(entity).row['state'];
  return [{ ...entity, row: { state: { ...state, unsettled: 'restored' } } }];
}

/** The state of a nested directory as what it says. */
function readable(entity: Entity): Entity {
  if (entity.rowKey !== 's|state') return entity;
  return { ...entity, row: { state: JSON.parse(entity.row['d0'].value) } };
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
