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
    return faultOf(error);
  }
}

/** A failure as a fault; anything else is a bug and passes. */
export function faultOf(error: unknown): Faulty {
  if (!(error instanceof GraphFailure)) throw error;
  const { retryAfterSeconds, signIn } = error.facts;
  const fault: GraphFault = {
    kind: faultKinds[error.kind],
    detail: error.message,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(signIn === undefined ? {} : { code: signIn }),
  };
  return { kind: 'fault', fault };
}

type Faulty = Extract<GraphAnswer<never>, { kind: 'fault' }>;

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
