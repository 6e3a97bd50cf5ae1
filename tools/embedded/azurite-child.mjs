// The emulator's process: ends itself when its parent is gone, however that died, so that none is ever left behind.
import { createRequire } from 'node:module';
import { rangeTableQueries } from './ranged-table-queries.mjs';

const graceMilliseconds = 5_000;

// The pipe of the parent closes with the parent; it must not keep alive an emulator that has closed its services.
process.stdin.on('close', end).on('error', end).resume().unref?.();

// What it says of its end finds nobody any more; that must not end it before its data are written.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

function end() {
  setTimeout(() => process.exit(1), graceMilliseconds).unref();
  process.kill(process.pid, 'SIGINT');
}

const require = createRequire(import.meta.url);
rangeTableQueries(require);
require('azurite/dist/src/azurite.js');
