import { parseArgs } from 'node:util';
import { startEmbeddedStack } from './embedded/stack.ts';
import { runMainJob } from './main-job/main-job.ts';
import { startSimulatedEntra } from './simulated-tenant/simulated-entra.ts';

// npm start [-- --once] [--port N]: the embedded stack, the main job at once, a summary, and the service until Ctrl-C.
try {
  process.exitCode = await start(optionsOf(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
process.exit();

interface StartOptions {
  readonly port: number;
  readonly once: boolean;
}

/** The exit code: 0 when everything was verified. */
async function start({ port, once }: StartOptions): Promise<number> {
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => resolve('interrupted'));
  });
  process.stdout.write('Starting storage and the Functions host …\n');
  const entra = await startSimulatedEntra('nordlicht');
  const stack = await startEmbeddedStack({ port, persistence: { kind: 'memory' }, graph: entra.graph });
  try {
    const outcome = await Promise.race([runMainJob(entra, stack, process.stdout), interrupted]);
    if (outcome === 'interrupted') return 130;
    if (!once) {
      process.stdout.write('\nRunning until Ctrl-C.\n');
      await interrupted;
    }
    return outcome.verified ? 0 : 1;
  } finally {
    await stack.stop();
    await entra.graph.stop();
  }
}

function optionsOf(given: string[]): StartOptions {
  const { values } = parseArgs({
    args: given,
    options: { port: { type: 'string', default: '7071' }, once: { type: 'boolean', default: false } },
  });
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
    throw new Error(`--port takes a number from 0 to 65535, not "${values.port}".`);
  }
  return { port, once: values.once };
}
