import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { readOneGraphOnly } from '../../functions/local-graph.ts';
import { newSecret } from '../../shared/access/secret.ts';
import type { Log } from '../local-host/core-module.ts';
import { startLocalHost } from '../local-host/local-host.ts';
import { type Azurite, startAzurite } from './azurite.ts';
import { bootstrap } from './bootstrap.ts';
import { type DataDirectory, openDataDirectory } from './data-directory.ts';
import { freePort, portFault } from './free-port.ts';
import type { LocalGraph } from './local-graph.ts';

/** The whole service on this machine: storage emulator, local Functions host, one organization and its admin key. */
export interface EmbeddedStack {
  readonly origin: string;
  readonly organizationId: string;
  readonly adminKey: string;
  readonly connectionString: string;
  /** Ends host and emulator and waits for both. */
  readonly stop: () => Promise<void>;
}

export interface EmbeddedStackOptions {
  /** On 127.0.0.1; 0 picks a free one. */
  readonly port: number;
  readonly persistence: { readonly kind: 'memory' } | { readonly kind: 'directory'; readonly path: string };
  /** Standard error, from `warning` on, unless given. */
  readonly log?: Log;
  /** An account in place of an emulator of its own. */
  readonly storage?: StackStorage;
  /** What every nested directory reads in place of Microsoft's Graph. */
  readonly graph?: LocalGraph | undefined;
  /** Folder of the app; this repository unless given. */
  readonly appDirectory?: string;
}

export type StackStorage = Pick<Azurite, 'connectionString' | 'stop'>;

/**
 * Starts the stack in this process, which may do so once: an app, its settings and its environment belong to a process.
 * Throws one sentence for what the caller can mend.
 */
export async function startEmbeddedStack(options: EmbeddedStackOptions): Promise<EmbeddedStack> {
  const port = await freePort(options.port);
  const data =
    options.persistence.kind === 'directory' ? await openDataDirectory(options.persistence.path) : undefined;
  let storage: StackStorage | undefined;
  try {
    storage =
      options.storage ??
      (await startAzurite(
        data === undefined ? { kind: 'memory' } : { kind: 'directory', path: data.storagePath },
      ));
    return await startOn(storage, { port, data, options });
  } catch (error) {
    await storage?.stop();
    data?.release();
    throw error;
  }
}

interface Place {
  readonly port: number;
  readonly data: DataDirectory | undefined;
  readonly options: EmbeddedStackOptions;
}

async function startOn(storage: StackStorage, { port, data, options }: Place): Promise<EmbeddedStack> {
  const adminKey = adminKeyOf(data);
  const { connectionString } = storage;
  const { organizationId } = await bootstrap(connectionString);
  setAppSettings({ connectionString, adminKey, origin: `http://127.0.0.1:${port}` });
  // The app runs in this process: what is said to the module here is said to the app.
  readOneGraphOnly(options.graph);
  const host = await startLocalHost({
    appDirectory: options.appDirectory ?? repository,
    port,
    environment: process.env,
    log: options.log ?? logToStandardError,
    pollingMillisecondsMax: 300,
    ...(data === undefined ? {} : { dataDirectory: data.path }),
  }).catch((error: unknown) => {
    throw error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      ? portFault(port, error)
      : error;
  });
  return {
    origin: host.origin,
    organizationId,
    adminKey,
    connectionString,
    stop: async () => {
      await host.stop();
      await storage.stop();
      data?.release();
    },
  };
}

const repository = fileURLToPath(new URL('../..', import.meta.url));

function adminKeyOf(data: DataDirectory | undefined): string {
  const known = data?.readState();
  if (known !== undefined) return known.adminKey;
  const adminKey = newSecret('admin', randomBytes).text;
  data?.writeState({ adminKey });
  return adminKey;
}

/** The settings that a deployment has from its templates; what the environment says about storage elsewhere does not count. */
function setAppSettings(stack: { connectionString: string; adminKey: string; origin: string }): void {
  for (const name of Object.keys(process.env))
    if (name.startsWith('DirectoryStorage')) delete process.env[name];
  Object.assign(process.env, {
    AzureWebJobsStorage: stack.connectionString,
    DirectoryStorage: stack.connectionString,
    FIRST_ADMIN_KEY: stack.adminKey,
    PUBLIC_ORIGIN: stack.origin,
  });
}

const quiet: ReadonlySet<string> = new Set(['trace', 'debug', 'information', 'none']);

const logToStandardError: Log = (level, category, message) => {
  if (!quiet.has(level))
    process.stderr.write(`${new Date().toISOString()} ${level} ${category}: ${message}\n`);
};
