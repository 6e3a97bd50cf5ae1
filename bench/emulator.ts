import { tableDirectoryStore } from '../shared/storage/table-directory-store.ts';
import { createTables, openTable, type TableConnection } from '../shared/storage/tables.ts';
import { turnsOf } from './core.ts';
import { measure, ownCpuTime } from './measure.ts';
import { operations } from './operations.ts';
import { seedStore } from './seed.ts';
import { benchService, random } from './service.ts';
import { type BenchSizes, groupsFor } from './sizes.ts';
import { shown, textTable } from './text-table.ts';

/** The same requests over the storage emulator, whose range queries cost in proportion to the table: read it beside the round trips. */
export async function printEmulator(connection: TableConnection, sizes: BenchSizes): Promise<void> {
  const rows: string[][] = [];
  for (const users of sizes.emulator) {
    const options = { prefix: `speed${users}x${Date.now().toString(36)}` };
    await createTables(connection, { ...options, names: ['directory'] });
    const store = tableDirectoryStore(openTable(connection, 'directory', options), random);
    const service = benchService(store);
    const world = await seedStore(store, service.directoryId, {
      size: { users, joiners: Math.min(200, sizes.joiners), groups: groupsFor(users) },
      random,
    });
    for (const { name, request } of operations(world)) {
      const { p50, p99, perSecond, cpu } = await measure(
        async (turn) => {
          const { status, text } = await service.send(request(world, turn));
          if (status >= 300) throw new Error(`${name}: ${status} ${text.slice(0, 300)}`);
        },
        { seconds: sizes.seconds, turnsMax: Math.min(200, turnsOf(name, sizes)), cpuTime: ownCpuTime },
      );
      rows.push([name, users.toLocaleString('en'), shown(p50), shown(p99), shown(perSecond), shown(cpu)]);
    }
  }
  console.log('Over the storage emulator: milliseconds per request, CPU of the service alone\n');
  console.log(`${textTable(['request', 'users', 'p50', 'p99', 'requests/s', 'CPU'], rows)}\n`);
}
