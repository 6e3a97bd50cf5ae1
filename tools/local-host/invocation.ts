import { randomBytes } from 'node:crypto';
import type { InvocationResponse, Log, RegisteredFunction, RpcData, WorkerCore } from './core-module.ts';

/** What the host hands to the worker for one call (platform rules §1.2). */
export interface Trigger {
  readonly invocationId: string;
  /** Name of the trigger's binding. */
  readonly name: string;
  readonly data: RpcData;
  readonly metadata?: Readonly<Record<string, RpcData>>;
  readonly traceParent?: string;
}

export type Invoke = (called: RegisteredFunction, trigger: Trigger) => Promise<InvocationResponse>;

/** Calls functions through the library's own model, hooks included; rejects with what the function threw. */
export const invoker =
  (core: WorkerCore, log: Log): Invoke =>
  async (called, trigger) => {
    const model = core.model().getInvocationModel(contextOf(called, trigger, log));
    const { context, inputs } = await model.getArguments();
    const hookData = {};
    const before = {
      hookData,
      appHookData: {},
      invocationContext: context,
      inputs,
      functionCallback: called.callback,
    };
    await core.runHooks('preInvocation', before);
    const after: { result?: unknown; error?: unknown } & Record<string, unknown> = {
      hookData,
      appHookData: {},
      invocationContext: context,
      inputs: before.inputs,
      result: null,
      error: null,
    };
    try {
      after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
    } catch (error) {
      after.error = error;
    }
    await core.runHooks('postInvocation', after);
    if (after.error !== null && after.error !== undefined) throw after.error;
    return await model.getResponse(context, after.result);
  };

function contextOf(called: RegisteredFunction, trigger: Trigger, log: Log): object {
  return {
    invocationId: trigger.invocationId,
    metadata: { name: called.name, bindings: called.bindings },
    state: undefined,
    request: {
      invocationId: trigger.invocationId,
      functionId: called.name,
      inputData: [{ name: trigger.name, data: trigger.data }],
      triggerMetadata: trigger.metadata ?? {},
      traceContext: { traceParent: trigger.traceParent ?? newTraceParent(), traceState: '', attributes: {} },
    },
    log: (level: Parameters<Log>[0], category: string, message: string) =>
      log(level, category === 'user' ? `Function.${called.name}` : category, message),
  };
}

/** W3C trace context of a call that came without one. */
export const newTraceParent = () =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
