import type { GraphAnswer, GraphFault } from '../sync/graph-port.ts';
import type { GraphReading } from './graph-client.ts';
import { GraphFailure, type GraphFailureKind } from './graph-failure.ts';

/** Makes an answer of a reading, and a fault of a failure; anything else is a bug and passes. */
export async function answer<T>(
  reading: Promise<GraphReading>,
  parse: (json: unknown) => T,
): Promise<GraphAnswer<T>> {
  try {
    const { json, calls, resourceUnits } = await reading;
    return { kind: 'read', value: parse(json), calls, resourceUnits };
  } catch (error) {
    if (error instanceof GraphFailure) return { kind: 'fault', fault: faultOf(error) };
    throw error;
  }
}

export function faultOf(failure: GraphFailure): GraphFault {
  const { retryAfterSeconds } = failure.facts;
  return {
    kind: faultKinds[failure.kind],
    detail: failure.message,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

const faultKinds: Record<GraphFailureKind, GraphFault['kind']> = {
  throttled: 'throttled',
  transient: 'transient',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  'not-found': 'not-found',
  'token-dead': 'token-dead',
  'resync-required': 'resync-required',
  refused: 'malformed',
  malformed: 'malformed',
  'foreign-link': 'malformed',
};
