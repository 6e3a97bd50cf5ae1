// The whole service on this machine, for the bench: Functions host, key check, request log and storage emulator.

import { DirectoryId } from '../../shared/model/ids.ts';
import { tableDirectoryStore } from '../../shared/storage/table-directory-store.ts';
import { openTable } from '../../shared/storage/tables.ts';
import { startEmbeddedStack } from '../../tools/embedded/stack.ts';
import { seedStore, type WorldSize } from '../seed.ts';
import { random } from '../service.ts';

const { size }: { size: WorldSize } = JSON.parse(process.argv[2] ?? '{}');
const stack = await startEmbeddedStack({ port: 0, persistence: { kind: 'memory' } });
const answer = await fetch(`${stack.origin}/api/v1/orgs/${stack.organizationId}/directories`, {
  method: 'POST',
  headers: { authorization: `Bearer ${stack.adminKey}`, 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'Bench', kind: 'scim' }),
});
if (answer.status !== 201) throw new Error(`no directory: ${answer.status} ${await answer.text()}`);
const { id, scim } = (await answer.json()) as { id: string; scim: { key: string } };
const directory = DirectoryId.parse(id);
const table = openTable({ kind: 'connection-string', value: stack.connectionString }, 'directory');
const world = await seedStore(tableDirectoryStore(table, random), directory, { size, random });

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpu: (user + system) / 1000, bytes: process.memoryUsage().rss });
});
process.on('disconnect', () => {
  stack.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
process.send?.({ origin: stack.origin, basePath: `/scim/v2/${directory}`, key: scim.key, world });
