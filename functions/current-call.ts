import { AsyncLocalStorage } from 'node:async_hooks';
import type { InvocationContext, PreInvocationContext } from '@azure/functions';

/** The call of a function that this code runs for, also deep below its trigger; undefined outside of any. */
export const currentCall = (): InvocationContext | undefined => calls.getStore();

const calls = new AsyncLocalStorage<InvocationContext>();

/** A hook before every call: what it does, it does knowing whose call it is. */
export function knowItsCall(hook: PreInvocationContext): void {
  const { functionHandler, invocationContext } = hook;
  hook.functionHandler = (...inputs: Parameters<typeof functionHandler>) =>
    calls.run(invocationContext, () => functionHandler(...inputs));
}
