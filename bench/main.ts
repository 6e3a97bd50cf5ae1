// npm run bench [-- --full | --tiny] [--write-baseline]: every figure, and an exit code other than 0 when a budget is exceeded.
import { parseArgs } from 'node:util';
import { startAzurite } from '../tools/embedded/azurite.ts';
import { baselineFaults, writeBaseline } from './baseline.ts';
import { printCore } from './core.ts';
import { printEmulator } from './emulator.ts';
import { printGoals } from './goals.ts';
import { printPeers } from './http.ts';
import { printNesting } from './nesting-report.ts';
import { printRoundTrips } from './round-trip-report.ts';
import type { RoundTrips } from './round-trips.ts';
import { sizesOf } from './sizes.ts';
import { printSync } from './sync/sync.bench.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    'write-baseline': { type: 'boolean', default: false },
  },
});
const sizes = sizesOf(values);

console.log(`Rookery bench, Node ${process.versions.node}, ${process.platform} ${process.arch}\n`);
const { roundTrips, core } = await overEmulator();
const http = await printPeers(sizes);
printNesting(values.tiny);
const overCalls = await printSync(values.tiny ? 'tiny' : values.full ? 'full' : 'usual');
printGoals({ roundTrips, core, http });

const faults = [...baselineFaults(roundTrips), ...overCalls];
if (faults.length > 0) {
  console.error(`Over budget:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  process.exitCode = 1;
} else {
  console.log('Every budget of storage round trips and of Graph calls is kept.');
}

/** What needs the storage emulator, and the core before anything else runs beside it. */
async function overEmulator() {
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
