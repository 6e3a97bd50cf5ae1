import type { InvocationContext } from '@azure/functions';
import { currentCall } from './current-call.ts';

const counted = new WeakMap<InvocationContext, number>();

/** One more round trip to the tables on behalf of the call at hand. */
export function countStorageCall(): void {
  const call = currentCall();
  if (call !== undefined) counted.set(call, storageCallsOf(call) + 1);
}

/** Round trips to the tables that the call at hand has made by now; 0 outside of any. */
export function storageCalls(): number {
  const call = currentCall();
  return call === undefined ? 0 : storageCallsOf(call);
}

const storageCallsOf = (call: InvocationContext) => counted.get(call) ?? 0;
