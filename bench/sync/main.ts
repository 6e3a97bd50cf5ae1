// node bench/sync/main.ts [tiny|usual|full]: this part of the bench alone.
import { printSync } from './sync.bench.ts';

const [size = 'usual'] = process.argv.slice(2);
if (size !== 'tiny' && size !== 'usual' && size !== 'full') throw new Error(`there is no size ${size}`);
for (const fault of await printSync(size)) {
  console.error(fault);
  process.exitCode = 1;
}
