import { join } from 'node:path';
import { createWorkerCore, type Log, type WorkerCore } from './core-module.ts';
import { type HostConfiguration, type QueueOptions, readHostJson } from './host-json.ts';
import { openHttpFront } from './http-front.ts';
import { httpRoutes } from './http-routes.ts';
import { type Invoke, invoker } from './invocation.ts';
import type { Listener } from './listener.ts';
import { listenersOf } from './listeners.ts';
import { loadApp } from './load-app.ts';
import { streamingProxy } from './streaming-proxy.ts';

/** A stand-in for the Functions host: runs the unmodified app in this process, which may run one app. */
export interface LocalHost {
  readonly origin: string;
  /** Names of the functions that the app registered. */
  readonly functions: readonly string[];
  /** Ends like a host on SIGTERM: no new work, `appTerminate`, five seconds of grace. */
  readonly stop: () => Promise<void>;
}

export interface LocalHostOptions {
  /** Folder with host.json and package.json. */
  readonly appDirectory: string;
  /** Port on 127.0.0.1; 0 picks a free one. */
  readonly port: number;
  /** App settings, as `%SETTING%` and connection names resolve. The app itself reads `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where timers remember; in memory without it. */
  readonly dataDirectory?: string;
  readonly log: Log;
  /** Looks for messages at least this often, whatever host.json says: nobody pays for it here. */
  readonly pollingMillisecondsMax?: number;
}

const graceMilliseconds = 5_000;

/** Throws what the host would refuse at start, and what the app's entry throws. */
export async function startLocalHost(options: LocalHostOptions): Promise<LocalHost> {
  const { log } = options;
  const configuration = readHostJson(options.appDirectory);
  const core = createWorkerCore(log);
  await loadApp(options.appDirectory, core);
  const { HttpUri } = await core.model().getCapabilities({});
  const invoke = invoker(core, log);
  const routes = httpRoutes(core.functions.values(), configuration.extensions.http.routePrefix);
  const listeners = await makeListeners({ core, invoke, configuration }, options);
  await core.runHooks('appStart', { hookData: {}, appHookData: {} });
  const proxy = HttpUri === undefined ? undefined : streamingProxy(HttpUri);
  const front = await openHttpFront(options.port, { routes, invoke, log, ...(proxy && { proxy }) });
  for (const listener of listeners) await listener.start();
  return {
    origin: front.origin,
    functions: [...core.functions.keys()].sort(),
    stop: async () => {
      const ending = [front.close(graceMilliseconds), ...listeners.map((listener) => listener.stop())];
      await atMost(graceMilliseconds, Promise.all([...ending, terminate(core)]));
      proxy?.close();
    },
  };
}

const makeListeners = (
  app: { readonly core: WorkerCore; readonly invoke: Invoke; readonly configuration: HostConfiguration },
  { environment, log, dataDirectory, pollingMillisecondsMax = Number.POSITIVE_INFINITY }: LocalHostOptions,
): Promise<readonly Listener[]> =>
  listenersOf(app.core.functions.values(), {
    invoke: app.invoke,
    log,
    environment,
    queues: polledWithin(app.configuration.extensions.queues, pollingMillisecondsMax),
    ...(dataDirectory === undefined ? {} : { statusDirectory: join(dataDirectory, 'timers') }),
  });

const polledWithin = (queues: QueueOptions, most: number): QueueOptions => ({
  ...queues,
  maxPollingInterval: Math.min(queues.maxPollingInterval, most),
});

const terminate = (core: WorkerCore) => core.runHooks('appTerminate', { hookData: {}, appHookData: {} });

async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, grace]);
  clearTimeout(timer);
}
