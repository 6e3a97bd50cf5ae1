import { storageMeter } from '../shared/storage/storage-meter.ts';
import { tableDirectoryStore } from '../shared/storage/table-directory-store.ts';
import { createTables, openTable, type TableConnection } from '../shared/storage/tables.ts';
import { budgets, type RoundTripBudget } from './budgets.ts';
import { seedStore, type World } from './seed.ts';
import { type BenchService, benchService, random } from './service.ts';
import { waveCounter } from './waves.ts';

/** What one request costs in storage, beyond the key check. */
export interface RoundTrips {
  readonly name: string;
  /** Round trips one after another. */
  readonly waves: number;
  /** Requests to storage, side by side or not; what the bill counts. */
  readonly requests: number;
  /** By kind: `1 point-read, 1 transaction`. */
  readonly kinds: string;
  readonly budget: number;
}

/** Sends every request of the budget table to a directory on the emulator and counts. */
export async function measureRoundTrips(connection: TableConnection): Promise<readonly RoundTrips[]> {
  const [meter, waves] = [storageMeter(), waveCounter()];
  const options = { meter, policies: [waves.policy], prefix: `bench${Date.now().toString(36)}` };
  await createTables(connection, { ...options, names: ['directory'] });
  const store = tableDirectoryStore(openTable(connection, 'directory', options), random);
  const service = benchService(store);
  const world = await seedStore(store, service.directoryId, {
    size: { users: 300, joiners: 300, groups: [100, 300, 3] },
    random,
  });
  await warmUp(service, world);
  const measured: RoundTrips[] = [];
  for (const budget of budgets(world)) {
    await settled(service, budget);
    meter.reset();
    waves.reset();
    const { status, text } = await service.send(budget.request);
    if (status !== budget.status) throw new Error(`${budget.name}: ${status} ${text.slice(0, 300)}`);
    const counts = Object.entries(meter.counts());
    measured.push({
      name: budget.name,
      waves: waves.count(),
      requests: meter.total(),
      kinds: counts.map(([kind, count]) => `${count} ${kind}`).join(', '),
      budget: budget.waves,
    });
  }
  return measured;
}

/** A process that has served a request before knows counters that it may use. */
async function warmUp(service: BenchService, world: World): Promise<void> {
  const [user] = world.userIds;
  const warm = [
    { method: 'POST', path: '/Users', body: { userName: 'warm-up' } },
    { method: 'POST', path: '/Groups', body: { displayName: 'Warm-up' } },
    { method: 'GET', path: `/Users/${user}` },
    { method: 'GET', path: '/Users', query: { count: '1' } },
    { method: 'GET', path: '/Groups', query: { count: '1', excludedAttributes: 'members' } },
  ] as const;
  for (const request of warm) await service.send(request);
}

/** Sends what a request needs to have happened before, uncounted. */
async function settled(service: BenchService, { before }: RoundTripBudget): Promise<void> {
  for (const request of before ?? []) {
    const { status, text } = await service.send(request);
    if (status >= 300) throw new Error(`${request.method} ${request.path}: ${status} ${text.slice(0, 300)}`);
  }
}
