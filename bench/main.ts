// npm run bench [-- --full | --tiny] [--write-baseline]: every figure, and an exit code other than 0 when a budget is exceeded.
// npm run bench -- --initial-cycle [--users 50000]: a large company arrives over SCIM, and nothing else is measured.
import { parseArgs } from 'node:util';
import { startAzurite } from '../tools/embedded/azurite.ts';
import { baselineFaults, writeBaseline } from './baseline.ts';
import { printCore } from './core.ts';
import { printEmulator } from './emulator.ts';
import { printGoals } from './goals.ts';
import { printPeers } from './http.ts';
import { printInitialCycle } from './initial-cycle.ts';
import { printNesting } from './nesting-report.ts';
import { printRoundTrips } from './round-trip-report.ts';
import type { RoundTrips } from './round-trips.ts';
import { type BenchSizes, sizesOf } from './sizes.ts';
import { printSync } from './sync/sync.bench.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    'write-baseline': { type: 'boolean', default: false },
    'initial-cycle': { type: 'boolean', default: false },
    users: { type: 'string', default: '50000' },
  },
});

console.log(`Rookery bench, Node ${process.versions.node}, ${process.platform} ${process.arch}\n`);
const faults = values['initial-cycle'] ? await printInitialCycle(usersOf(values.users)) : await everyFigure();
if (faults.length > 0) {
  console.error(`Over budget:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  process.exitCode = 1;
}

async function everyFigure(): Promise<readonly string[]> {
  const sizes = sizesOf(values);
  const { roundTrips, core } = await overEmulator(sizes);
  const http = await printPeers(sizes);
  printNesting(values.tiny);
  const overCalls = await printSync(values.tiny ? 'tiny' : values.full ? 'full' : 'usual');
  printGoals({ roundTrips, core, http });
  const over = [...baselineFaults(roundTrips), ...overCalls];
  if (over.length === 0) console.log('Every budget of storage round trips and of Graph calls is kept.');
  return over;
}

function usersOf(text: string): number {
  const users = Number(text);
  if (!Number.isInteger(users) || users < 40)
    throw new Error(`--users takes a number from 40 on, not "${text}".`);
  return users;
}

/** What needs the storage emulator, and the core before anything else runs beside it. */
async function overEmulator(sizes: BenchSizes) {
  const azurite = await startAzurite({ kind: 'memory' });
  try {
    const connection = { kind: 'connection-string', value: azurite.connectionString } as const;
    const measured: readonly RoundTrips[] = await printRoundTrips(connection);
    if (values['write-baseline']) writeBaseline(measured);
    const figures = await printCore(sizes);
    await printEmulator(connection, sizes);
    return { roundTrips: measured, core: figures };
  } finally {
    await azurite.stop();
  }
}
