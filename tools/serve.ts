import { parseArgs } from 'node:util';
import { parseLocalGraph } from './embedded/local-graph.ts';
import { type EmbeddedStackOptions, startEmbeddedStack } from './embedded/stack.ts';

// npm run serve -- --port N [--memory | --data DIR]: one JSON line on standard output when ready, everything else on standard error.
console.log = console.error;
console.info = console.error;

try {
  await serve(optionsOf(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? sentenceOf(error) : String(error)}\n`);
  process.exit(1);
}

async function serve(options: EmbeddedStackOptions): Promise<void> {
  const graph = parseLocalGraph(process.env);
  // From the first moment on, so that a signal during the start leaves nothing behind either.
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  const stack = await startEmbeddedStack({ ...options, graph });
  const { origin, organizationId, adminKey } = stack;
  process.stdout.write(`${JSON.stringify({ ready: true, origin, organizationId, adminKey })}\n`);
  await ended;
  await stack.stop();
  process.exit(0);
}

function optionsOf(given: string[]): EmbeddedStackOptions {
  const { values } = parseArgs({
    args: given,
    options: {
      port: { type: 'string', default: '7071' },
      memory: { type: 'boolean', default: false },
      data: { type: 'string' },
    },
  });
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
    throw new Error(`--port takes a number from 0 to 65535, not "${values.port}".`);
  }
  if (values.memory && values.data !== undefined) throw new Error('--memory and --data exclude each other.');
  return {
    port,
    persistence: values.data === undefined ? { kind: 'memory' } : { kind: 'directory', path: values.data },
  };
}

/** Faults that a person can mend are one sentence; others come with where they happened. */
function sentenceOf(error: Error): string {
  const mendable = error.constructor === Error || error.name === 'TypeError';
  return mendable ? error.message : (error.stack ?? error.message);
}
