// npm run bench [-- --full | --tiny] [--write-baseline]: every figure, and an exit code other than 0 when a budget is exceeded.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startAzurite } from '../tools/embedded/azurite.ts';
import { baselineFaults, writeBaseline } from './baseline.ts';
import { printCore } from './core.ts';
import { printEmulator } from './emulator.ts';
import { printPeers } from './http.ts';
import { printRoundTrips } from './round-trip-report.ts';
import { sizesOf } from './sizes.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    'write-baseline': { type: 'boolean', default: false },
  },
});
const sizes = sizesOf(values);
const faults: string[] = [];

console.log(`Rookery bench, Node ${process.versions.node}, ${process.platform} ${process.arch}\n`);
const azurite = await startAzurite({ kind: 'memory' });
try {
  const connection = { kind: 'connection-string', value: azurite.connectionString } as const;
  const roundTrips = await printRoundTrips(connection);
  if (values['write-baseline']) writeBaseline(roundTrips);
  faults.push(...baselineFaults(roundTrips));
  faults.push(...(await printCore(sizes)));
  await printEmulator(connection, sizes);
} finally {
  await azurite.stop();
}
await printPeers(sizes);
const nesting = join(import.meta.dirname, 'nesting/nesting.bench.ts');
if (existsSync(nesting) && !values.tiny) await import(nesting);

if (faults.length > 0) {
  console.error(`\nOver budget:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  process.exitCode = 1;
} else {
  console.log('\nEvery budget of storage round trips is kept.');
}
