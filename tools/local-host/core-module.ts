/** What an app registered, and the worker's module `@azure/functions-core` through which it did (platform rules §1.1). */
export interface WorkerCore {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** Answers `require('@azure/functions-core')`. */
  readonly exports: object;
  readonly runHooks: (name: HookName, context: Record<string, unknown>) => Promise<void>;
  /** The programming model that the library set; throws when the app never registered anything. */
  readonly model: () => ProgrammingModel;
  /** From here on a registration is an error, as in the worker. */
  readonly close: () => void;
}

export interface RegisteredFunction {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly callback: (...inputs: unknown[]) => unknown;
}

export interface Binding {
  readonly type: string;
  readonly direction: string;
  readonly [property: string]: unknown;
}

export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';

export interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: object): InvocationModel;
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: InvocationContext; inputs: unknown[] }>;
  invokeFunction(
    context: object,
    inputs: unknown[],
    callback: RegisteredFunction['callback'],
  ): Promise<unknown>;
  getResponse(context: object, result: unknown): Promise<InvocationResponse>;
}

export interface InvocationContext {
  readonly invocationId: string;
}

export interface InvocationResponse {
  readonly returnValue?: RpcData | null;
  readonly outputData?: readonly { readonly name: string; readonly data: RpcData }[];
}

/** One value on its way between host and worker; exactly one property is set. */
export interface RpcData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: RpcHttp;
}

export interface RpcHttp {
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RpcData | null;
}

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
export type Log = (level: LogLevel, category: string, message: string) => void;

const hookNames: readonly string[] = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'];

/** A fresh core module; one per app. */
export function createWorkerCore(log: Log): WorkerCore {
  const functions = new Map<string, RegisteredFunction>();
  const hooks = new Map<string, ((context: object) => unknown)[]>();
  let model: ProgrammingModel | undefined;
  let closed = false;

  const mustBeOpen = (what: string) => {
    if (closed) throw new Error(`${what} can't be registered after app startup has finished.`);
  };
  return {
    functions,
    runHooks: async (name, context) => {
      for (const hook of hooks.get(name) ?? []) await hook(context);
    },
    model: () => {
      if (model === undefined) throw new Error('the app set no programming model: it registered no function');
      return model;
    },
    close: () => {
      closed = true;
    },
    exports: {
      version: workerVersion,
      hostVersion,
      Disposable,
      log,
      setProgrammingModel: (chosen: ProgrammingModel) => {
        mustBeOpen('A programming model');
        model = chosen;
      },
      getProgrammingModel: () => model,
      registerFunction: (
        metadata: Omit<RegisteredFunction, 'callback'>,
        callback: RegisteredFunction['callback'],
      ) => {
        mustBeOpen(`A function ("${metadata.name}")`);
        if (functions.has(metadata.name)) {
          throw new Error(`A function named "${metadata.name}" is registered already.`);
        }
        functions.set(metadata.name, { ...metadata, callback });
        return new Disposable(() => functions.delete(metadata.name));
      },
      registerHook: (name: string, hook: (context: object) => unknown) => {
        if (!hookNames.includes(name)) throw new RangeError(`Unrecognized hook "${name}"`);
        const registered = hooks.get(name) ?? [];
        hooks.set(name, [...registered, hook]);
        return new Disposable(() =>
          hooks.set(
            name,
            (hooks.get(name) ?? []).filter((other) => other !== hook),
          ),
        );
      },
    },
  };
}

/** Versions that the library reads to know what it may use. */
const workerVersion = '3.14.1';
const hostVersion = '4.1052.200';

class Disposable {
  readonly #dispose: () => unknown;

  constructor(dispose: () => unknown) {
    this.#dispose = dispose;
  }

  static from(...disposables: readonly { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const disposable of disposables) disposable.dispose();
    });
  }

  dispose(): unknown {
    return this.#dispose();
  }
}
