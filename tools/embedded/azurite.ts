import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { formerEmulatorGone, markEmulator, unmarkEmulator } from './former-emulator.ts';

/** The storage emulator as a child process: real table, queue and blob protocols on ports picked free. */
export interface Azurite {
  readonly connectionString: string;
  readonly tableEndpoint: string;
  readonly queueEndpoint: string;
  readonly blobEndpoint: string;
  readonly process: ChildProcess;
  /** Ends the emulator and waits until it is gone; data in a directory is flushed. */
  stop(): Promise<void>;
}

export type AzuritePersistence =
  | { readonly kind: 'memory' }
  | { readonly kind: 'directory'; readonly path: string };

/** Starts Azurite and waits until its three services listen. */
export async function startAzurite(persistence: AzuritePersistence): Promise<Azurite> {
  const folder = persistence.kind === 'directory' ? persistence.path : undefined;
  if (folder !== undefined) await formerEmulatorGone(folder);
  const child = spawn(process.execPath, [childMain, ...argumentsFor(persistence)], {
    // Never written to: its end tells the emulator that this process is gone.
    stdio: ['pipe', 'pipe', 'pipe'],
    // A Ctrl-C in the terminal ends this process, which then ends the emulator, in this order.
    detached: process.platform !== 'win32',
  });
  if (folder !== undefined && child.pid !== undefined) markEmulator(folder, child.pid);
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const endpoints = await endpointsOf(child).catch((cause) => {
    child.kill('SIGKILL');
    throw new Error(`the storage emulator did not start: ${errors.join('').slice(0, 500)}`, { cause });
  });
  const base = (service: 'Blob' | 'Queue' | 'Table') => `${endpoints.get(service)}/${accountName}`;
  return {
    connectionString: [
      'DefaultEndpointsProtocol=http',
      `AccountName=${accountName}`,
      `AccountKey=${accountKey}`,
      `BlobEndpoint=${base('Blob')}`,
      `QueueEndpoint=${base('Queue')}`,
      `TableEndpoint=${base('Table')}`,
      '',
    ].join(';'),
    tableEndpoint: base('Table'),
    queueEndpoint: base('Queue'),
    blobEndpoint: base('Blob'),
    process: child,
    stop: async () => {
      await stop(child);
      if (folder !== undefined) unmarkEmulator(folder);
    },
  };
}

/** The emulator's published account; no secret. */
const accountName = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

function argumentsFor(persistence: AzuritePersistence): string[] {
  const common = ['--disableTelemetry', '--skipApiVersionCheck', '--silent'];
  const ports = ['--blobPort', '0', '--queuePort', '0', '--tablePort', '0'];
  return persistence.kind === 'memory'
    ? ['--inMemoryPersistence', ...common, ...ports]
    : ['--location', persistence.path, ...common, ...ports];
}

const childMain = fileURLToPath(new URL('./azurite-child.mjs', import.meta.url));

async function endpointsOf(child: ChildProcess): Promise<ReadonlyMap<string, string>> {
  const endpoints = new Map<string, string>();
  if (child.stdout === null) throw new Error('no output to read the ports from');
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /Azurite (Blob|Queue|Table) service is successfully listening at (\S+)/.exec(line);
    if (found?.[1] !== undefined && found[2] !== undefined) endpoints.set(found[1], found[2]);
    if (endpoints.size === 3) {
      child.stdout.resume();
      return endpoints;
    }
  }
  throw new Error('it ended before it listened');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}
