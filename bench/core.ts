import { memoryDirectoryStore } from '../shared/storage/memory-directory-store.ts';
import { type Figure, measure, ownCpuTime } from './measure.ts';
import { operations } from './operations.ts';
import { seedStore } from './seed.ts';
import { benchService, random } from './service.ts';
import { type BenchSizes, groupsFor } from './sizes.ts';
import { shown, textTable } from './text-table.ts';

export interface CoreFigure extends Figure {
  readonly name: string;
  readonly users: number;
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
  console.log(`${textTable(['request', 'CPU at most / at least users'], growth(figures))}\n`);
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

/** How cost grows with the directory: 1 is flat. */
function growth(figures: readonly CoreFigure[]): readonly (readonly string[])[] {
  return [...new Set(figures.map(({ name }) => name))].flatMap((name) => {
    const own = figures.filter((figure) => figure.name === name);
    const [first, last] = [own[0], own.at(-1)];
    return first === undefined || last === undefined || own.length < 2
      ? []
      : [[name, (last.cpu / first.cpu).toFixed(2)]];
  });
}

export const megabytes = (bytes: number): string => shown(bytes / 1024 / 1024);
