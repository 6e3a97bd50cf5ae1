import { memoryDirectoryStore } from '../shared/storage/memory-directory-store.ts';
import { growthHead, growthRows, type SizedFigure } from './growth.ts';
import { measure, ownCpuTime } from './measure.ts';
import { operations } from './operations.ts';
import { seedStore } from './seed.ts';
import { benchService, random } from './service.ts';
import { type BenchSizes, groupsFor } from './sizes.ts';
import { shown, textTable } from './text-table.ts';

export interface CoreFigure extends SizedFigure {
  readonly goal: number | undefined;
}

/** The protocol core in this process over the in-memory store. */
export async function printCore(sizes: BenchSizes): Promise<readonly CoreFigure[]> {
  const figures: CoreFigure[] = [];
  for (const users of sizes.core) figures.push(...(await measureCore(users, sizes)));
  console.log('Protocol core over the in-memory store, in process: milliseconds per request\n');
  const rows = figures.map(({ name, users, p50, p99, perSecond, cpu, goal }) => [
    name,
    users.toLocaleString('en'),
    shown(p50),
    shown(p99),
    shown(perSecond),
    shown(cpu),
    goal === undefined ? '' : shown(goal),
    goal === undefined ? '' : cpu <= goal ? 'kept' : 'missed',
  ]);
  const header = ['request', 'users', 'p50', 'p99', 'requests/s', 'CPU', 'goal', ''];
  console.log(`${textTable(header, rows)}\n`);
  console.log(`${textTable(growthHead, growthRows(figures))}\n`);
  const { rss, heapUsed } = process.memoryUsage();
  console.log(`Memory: ${megabytes(rss)} MB resident, ${megabytes(heapUsed)} MB heap\n`);
  return figures;
}

async function measureCore(users: number, sizes: BenchSizes): Promise<readonly CoreFigure[]> {
  const store = memoryDirectoryStore(random);
  const service = benchService(store);
  const world = await seedStore(store, service.directoryId, {
    size: { users, joiners: sizes.joiners, groups: groupsFor(users) },
    random,
  });
  const figures: CoreFigure[] = [];
  for (const { name, request, cpuGoal } of operations(world)) {
    const figure = await measure(
      async (turn) => {
        const { status, text } = await service.send(request(world, turn));
        if (status >= 300) throw new Error(`${name}: ${status} ${text.slice(0, 300)}`);
      },
      { seconds: sizes.seconds, turnsMax: turnsOf(name, sizes), cpuTime: ownCpuTime },
    );
    figures.push({ ...figure, name, users, goal: cpuGoal });
  }
  return figures;
}

/** Each joiner joins a group once; everything else can be asked for ever. */
export const turnsOf = (name: string, { joiners }: BenchSizes): number =>
  name.startsWith('add a member') ? joiners : Number.POSITIVE_INFINITY;

export const megabytes = (bytes: number): string => shown(bytes / 1024 / 1024);
